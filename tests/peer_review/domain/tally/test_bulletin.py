"""The bulletin: what it says of each cell, what it proves, and what it keeps back."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from peer_review.box import store
from peer_review.box.round_keys import make_round_key
from peer_review.domain.audit.audit_package import dummies_json
from peer_review.domain.keys.server_keys import make_receipt_key
from peer_review.domain.tally import bulletin as bulletins
from peer_review.domain.tally.blocks import written_count
from peer_review.domain.tally.count import counted_entries
from peer_review.exceptions.tally import UnknownBlock
from peer_review.models import Bulletin
from peer_review.offline import VERIFIER
from peer_review.protocol.ballots import generate_receipt_key
from peer_review.protocol.bulletin import Outcome, head_message, leaves_of, verify_block, verify_bulletin
from tests.factories.peer_review.counted_rounds import count_all, make_counted_round, make_voted_round, papers
from zhengyan_crypto import canonical, merkle
from zhengyan_crypto.encoding import b64u_decode, b64u_encode
from zhengyan_crypto.errors import BadBulletin

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def test_every_counted_ballot_lies_in_the_block_of_its_cell() -> None:
    round = make_counted_round({("甲", "all"): papers(7), ("乙", "all"): papers(6)}, eligible=9)
    blocks = {row["cell"]: set(leaves_of(block)) for row, block in bulletins.blocks_of(round.bulletin)}
    assert [len(block) for block in blocks.values()] == [9, 9]
    for ballot in store.ballots(round.public_id):
        assert merkle.leaf_hash(ballot.entry) in blocks[ballot.cell]


def test_cells_are_proven_by_their_names() -> None:
    round = make_counted_round({(name, "all"): papers(5) for name in "甲乙丙"}, eligible=6)
    bulletin, head = round.bulletin, round.bulletin.read_head()
    cells = list(round.cells.order_by("key").values_list("key", flat=True))
    proofs = bulletins.cell_proofs(bulletin, cells[:2])
    assert [proof["row"]["cell"] for proof in proofs] == cells[:2]
    for proof in proofs:
        steps = [bytes.fromhex(step) for step in proof["proof"]]
        block = bytes.fromhex(proof["block"])
        verify_block(head, proof["row"], block, index=proof["index"], proof=steps)
        with pytest.raises(BadBulletin):
            verify_block(head, {**proof["row"], "fate": "few"}, block, index=proof["index"], proof=steps)
    for wrong in (["0" * 16], [cells[0], "f" * 16], [""], ["../"], [cells[0].upper()]):
        with pytest.raises(UnknownBlock):
            bulletins.cell_proofs(bulletin, wrong)
    assert bulletins.cell_proofs(bulletin, []) == []


def test_only_a_bulletin_without_blocks_is_of_version_1() -> None:
    old, new = (make_counted_round({("甲", "all"): papers(5)}) for _round in range(2))
    Bulletin.objects.filter(round=old).update(outcome="")
    assert [bulletins.is_version_1(round) for round in (old, new)] == [True, False]
    Bulletin.objects.all().delete()
    assert not bulletins.is_version_1(old)


def test_what_few_cast_is_told_no_further_than_that_they_were_few() -> None:
    """Nobody, one, four: three rounds whose bulletins differ in nothing but hashes."""
    told = []
    for many in (0, 1, 4):
        round = make_counted_round({("甲", "all"): papers(many), ("乙", "all"): papers(6)}, eligible=8)
        outcome = round.bulletin.read_outcome()
        told.append(sorted((row["fate"], row["eligible"]) for row in outcome["cells"]))
        numbers = bulletins.totals(round, round.bulletin)
        assert (numbers.eligible, numbers.kept, numbers.counted) == (16, 8, 6)
        assert round.bulletin.size == 6
        few = next(row for row in outcome["cells"] if row["fate"] == "few")
        assert few.keys() == {"cell", "eligible", "fate"}
    assert told[0] == told[1] == told[2] == [("counted", 8), ("few", 8)]


def test_figures_that_do_not_add_up_are_never_signed() -> None:
    round = make_counted_round({("甲", "all"): papers(5)})
    round.bulletin.delete()
    key = make_round_key(round.public_id)
    round.receipt_key, round.receipt_public = make_receipt_key(key)
    written = written_count(round.public_id)
    [row] = written.outcome["cells"]
    outcome: Outcome = {"cells": [{**row, "eligible": 4}], "groups": []}
    with pytest.raises(BadBulletin):
        bulletins.make_bulletin(round, replace(written, outcome=outcome))
    for change in ({"counted": 6}, {"drawn": 6}):
        with pytest.raises(BadBulletin):
            bulletins.make_bulletin(round, replace(written, totals=replace(written.totals, **change)))
    assert bulletins.make_bulletin(round, written).size == 5


def test_a_bulletin_of_version_1_is_read_as_it_was_published() -> None:
    round = make_counted_round({("甲", "all"): papers(5)})
    [cell] = round.cells.values_list("key", flat=True)
    leaves = sorted(merkle.leaf_hash(ballot.entry) for ballot in store.ballots(round.public_id))
    row = {"cell": cell, "eligible": 5, "drawn": 5, "counted": 5}
    head = {"v": 1, "round": round.public_id, "manifest": "0" * 64, "size": 5, "cells": [row]}
    head |= {"root": merkle.root(leaves).hex()}
    key = generate_receipt_key()
    signature = b64u_encode(key.sign(head_message(head)))
    kept = round.bulletin
    kept.head, kept.signature, kept.outcome = canonical.dumps(head).decode(), signature, ""
    kept.leaves, kept.root = b"".join(leaves), head["root"]
    kept.save()
    published = json.loads(bulletins.published_json(kept))
    verify_bulletin(published, receipt_key=key.public_key().public_bytes_raw())
    assert published["leaves"] == [leaf.hex() for leaf in leaves]
    assert kept.read_outcome()["cells"] == [{**row, "fate": "counted"}]
    assert bulletins.totals(round, kept) == bulletins.RoundTotals(5, 5, people=None, drawn=5, counted=5)
    with pytest.raises(UnknownBlock):
        bulletins.cell_proofs(kept, [cell])


def test_published_bulletin_verifies_under_the_rounds_receipt_key_only() -> None:
    round = make_counted_round({("甲", "all"): papers(5)})
    published = json.loads(bulletins.published_json(round.bulletin))
    verify_bulletin(published, receipt_key=b64u_decode(round.receipt_public))
    with pytest.raises(BadBulletin):
        verify_bulletin(published, receipt_key=bytes(32))


@pytest.mark.parametrize("tampered", ["nothing", "dropped", "altered", "added"])
def test_standalone_verifier_passes_the_count_and_refuses_a_tampered_one(tampered: str, tmp_path: Path) -> None:
    running = make_voted_round(evaluators=6)
    extra = running.evaluators[0].entries({"quality": 1, "spirit": 1}, revision=99)[0]["entry"]
    round = count_all(running)
    entries = [json.loads(entry) for entry in counted_entries(round)]
    if tampered == "dropped":
        entries.pop()
    elif tampered == "altered":
        entries[0]["ballot"]["a"]["quality"] = 100
    elif tampered == "added":
        entries.append(extra)
    (tmp_path / "manifest.json").write_text(round.manifest)
    (tmp_path / "bulletin.json").write_bytes(bulletins.published_json(round.bulletin))
    (tmp_path / "dummies.json").write_bytes(b"".join(dummies_json(round)))
    (tmp_path / "ballots.json").write_text(json.dumps({"v": 1, "round": round.public_id, "entries": entries}))
    files = [
        part
        for name in ("manifest", "bulletin", "ballots", "dummies")
        for part in (f"--{name}", str(tmp_path / f"{name}.json"))
    ]
    done = subprocess.run(
        [sys.executable, str(VERIFIER), *files, "--fingerprint", round.fingerprint], capture_output=True, check=False
    )
    assert (done.returncode == 0) is (tampered == "nothing"), done.stdout.decode()
