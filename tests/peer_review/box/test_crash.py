"""SIGKILL in the middle of casting: every receipted ballot is in the box. Load and killing are those of bench."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from django.db import connections
from django.urls import reverse

from bench.browsers import Done, Plan, cast_all
from bench.server import Server
from peer_review.box import store
from peer_review.domain.ballots.box_padding import DUMMY
from peer_review.domain.keys import server_keys
from peer_review.protocol.ballots import entry_of, verify_receipt
from peer_review.protocol.credentials import Credential, new_master
from tests.factories.peer_review.rounds import RunningRound, make_open_round
from zhengyan_crypto import blindsig, canonical, merkle, sealing
from zhengyan_crypto.encoding import b64u_decode

PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=48)
KILLS = 4


@pytest.fixture
def server(transactional_db: None, tmp_path: Path) -> Iterator[Server]:
    """Production's gunicorn with two workers on the test's own databases; loaded once, so that a successor is quick."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.peer_review.box.crash_settings",
        "KILL_DEFAULT": str(connections["default"].settings_dict["NAME"]),
        "KILL_BOX": str(connections["box"].settings_dict["NAME"]),
    }
    with Server(tmp_path / "log", workers=2, arguments=["--preload"], environment=environment) as server:
        yield server


@pytest.mark.django_db(databases=["default", "box"], transaction=True)
def test_every_receipted_ballot_survives_killed_workers(server: Server) -> None:
    running = make_open_round(evaluators=4, subjects=2)
    *sittings, never_cast = ballots(running, 500)
    path = reverse("peer_review:cast", args=[running.round.public_id])
    enough = threading.Event()
    done: list[Done] = []
    plan = Plan(server.port, path, sittings, browsers=24, patience=60)
    load = threading.Thread(target=lambda: done.append(cast_all(plan, stopped=enough.is_set)))
    load.start()

    met = [load.is_alive() for _pid in server.kill_workers(KILLS, patience=30, pauses=(0.05, 0.4))]
    enough.set()
    load.join()

    # Every kill met browsers that were casting, and cut some of them off.
    assert met == [True] * KILLS
    (cast,) = done
    assert cast.broken >= KILLS
    assert cast.refused == []
    # Who was cut off sent again: each sitting that had begun got all its receipts.
    assert len(cast.receipts) == 2 * len(cast.latencies)
    key = b64u_decode(running.round.receipt_public)
    promised = {verify_receipt(one, receipt_key=key, round_id=running.round.public_id) for one in cast.receipts}
    assert len(promised) == len(cast.receipts)
    running.close()
    boxed = leaves(running)
    assert promised <= boxed
    assert not boxed & {merkle.leaf_hash(canonical.dumps(entry)) for entry in never_cast}


def ballots(running: RunningRound, sittings: int) -> list[list[Any]]:
    """Return signed entries, one a cell in each sitting. Unblinded, a token is an ordinary RSA-PSS signature."""
    key = server_keys.key_of(running.round)
    private = {
        cell.key: blindsig.decode_private(key.unwrap(cell.private_key, purpose=server_keys.CELL_KEY))
        for cell in running.round.cells.all()
    }
    made = []
    for _number in range(sittings):
        papers = [(Credential(new_master(), running.round.public_id, cell), key) for cell, key in private.items()]
        made.append(
            [
                one.make_cast(running.answers, token=key.sign(one.message, PSS, hashes.SHA384()), revision=1)
                for one, key in papers
            ]
        )
    return made


def leaves(running: RunningRound) -> set[bytes]:
    """Return the leaf hash of every ballot in the closed box, opened with the scrutineer's key."""
    public_id = running.round.public_id
    ids = [row_id for row_id, _epk in store.closed_rows(public_id, limit=100_000)]
    found = set()
    for row in store.closed_ciphertexts(public_id, ids).values():
        key = sealing.content_key(running.box_private, sealing.ephemeral_public(row), round_id=public_id)
        cast = sealing.open_row(row, key, round_id=public_id)
        if cast != DUMMY:
            found.add(merkle.leaf_hash(entry_of(cast)))
    return found
