"""A few rounds as they really happen: people sign in, open the ballot page, draw and cast over HTTP; then the count.

Beside the box and the drawn papers the attacker gets what the rest of the system wrote down meanwhile: every log line,
every session, the cache, every row of the main database. The batch window is so short that everybody sits alone in
their batch.
"""

import json
import logging
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from peer_review.domain.ballots.box_padding import DUMMY
from peer_review.domain.ballots.credentials import issue_credentials
from peer_review.domain.rounds.lifecycle import pass_barrier
from peer_review.domain.tally.bulletin import blocks_of
from peer_review.models import Round
from peer_review.protocol.bulletin import leaves_of
from tests.factories.peer_review.counted_rounds import count_all, open_box
from tests.factories.peer_review.rounds import STAGE, Evaluator, RunningRound, make_open_round
from tests.peer_review.privacy.attack import strategies as by
from tests.peer_review.privacy.attack.evidence import Copy, Evidence, Trial, token_of
from tests.peer_review.privacy.attack.judging import LIMIT, judge
from tests.peer_review.privacy.attack.simulation import RealBox
from zhengyan_crypto.blindsig import decode_spki
from zhengyan_crypto.canonical import loads
from zhengyan_crypto.encoding import b64u_decode, b64u_encode

log = logging.getLogger(__name__)
#: (evaluators, subjects, in two stages)
ROUNDS = [(6, 2, False), (13, 1, False), (7, 7, False), (7, 7, True), (9, 2, True)]


def draw(running: RunningRound, voter: Evaluator) -> None:
    """One person's visit until their papers are drawn, in a browser of their own."""
    address = [running.round.public_id]
    browser = Client()
    browser.force_login(voter.user)
    for page in ("round-detail", "ballot"):
        assert browser.get(reverse(f"peer_review:{page}", args=address)).status_code == 200
    body = {"blinded": {cell: b64u_encode(value) for cell, value in voter.blinded().items()}}
    drawn = browser.post(reverse("peer_review:draw", args=address), json.dumps(body), "application/json")
    answer = drawn.json()
    voter.keep({cell: b64u_decode(value) for cell, value in answer["signed"].items()}, answer["drawn_at"])


def cast(running: RunningRound, voter: Evaluator, quality: int) -> list[dict[str, Any]]:
    """Cast all papers, from no browser in particular, and return them as they were cast."""
    entries = voter.entries({"quality": quality, "spirit": "dk"})
    address = reverse("peer_review:cast", args=[running.round.public_id])
    answer = Client().post(address, json.dumps(entries), "application/json")
    assert all("receipt" in one for one in answer.json()["results"])
    return entries


def begin(evaluators: int, subjects: int, two_stage: bool) -> RunningRound:
    """Return an open round; one in two stages has its barrier before it."""
    if not two_stage:
        return make_open_round(evaluators=evaluators, subjects=subjects)
    now = timezone.now()
    moments = {"opens_at": now - timedelta(hours=2), "casts_at": now + STAGE}
    return make_open_round(evaluators=evaluators, subjects=subjects, collection="two_stage", **moments)


def hold(seed: int, evaluators: int, subjects: int, two_stage: bool) -> Trial:
    """Hold a round and return what the attacker has of it: in two stages the box key too."""
    running = begin(evaluators, subjects, two_stage)
    public_id = running.round.public_id
    chance = random.Random(seed)
    voters = chance.sample(running.evaluators, len(running.evaluators))
    seen = [(float(moment), voter.user.username) for moment, voter in enumerate(voters)]
    if two_stage:
        for voter in voters:
            draw(running, voter)
        Round.objects.filter(pk=running.round.pk).update(casts_at=timezone.now() - timedelta(minutes=1))
        running.round = pass_barrier(running.round, by=None)
        voters = chance.sample(voters, len(voters))
    box = RealBox(public_id, X25519PrivateKey.from_private_bytes(running.box_private))
    copies: list[Copy] = []
    authors = {}
    for moment, voter in enumerate(voters):
        if moment in (len(voters) // 3, 2 * len(voters) // 3):
            copies.append(box.copy("sealed", moment))
        if not two_stage:
            draw(running, voter)
        for one in cast(running, voter, chance.randint(0, 100)):
            authors[token_of(one["entry"])] = voter.user.username
    # What whoever watches the server sees of drawing. No table holds it, and the same again is signed again.
    drawn = {}
    for voter in voters:
        blinded = voter.blinded()
        for cell, signature in issue_credentials(voter.user, running.round, blinded).signed.items():
            drawn[voter.user.username, cell] = (blinded[cell], signature)
    running.close()
    copies.append(box.copy("closed", len(voters)))
    # Whoever holds the box key and the round's key knows the dummies by what they say; he leaves them out.
    opened_casts = {row_id: box.cast_in(row.payload) for row_id, row in copies[-1].rows.items()}
    unsealed = {row_id: loads(entry) for row_id, entry in opened_casts.items() if entry != DUMMY}
    copies[-1] = replace(copies[-1], rows={row_id: copies[-1].rows[row_id] for row_id in unsealed})
    open_box(running)
    opened = box.copy("opened", 0, payload="entry")
    count_all(running)
    counted = box.counted(box.copy("ballot", 0, name="token", payload="entry").rows)
    evidence = Evidence(
        candidates={},
        seen=seen,
        backups=copies,
        opened=opened,
        counted=counted,
        round_id=public_id,
        drawn=drawn,
        unsealed=unsealed if two_stage else {},
        blocks={row["cell"]: list(leaves_of(block)) for row, block in blocks_of(running.round.bulletin)},
        keys={cell: decode_spki(spki) for cell, spki in running.round.cells.values_list("key", "spki")},
        signatures={one.token: b64u_decode(loads(one.row.payload)["tok"]) for one in counted},
    )
    for who, cell in drawn:
        evidence.candidates.setdefault(cell, []).append(who)
    evidence.subjects = {
        cell: username
        for cell, username in running.round.cells.values_list("key", "subject__member__user__username")
        if username in {who for who, _cell in drawn}
    }
    return Trial(evidence, authors, [cast for voter in voters for cast in voter.made])


def everything_written_down() -> str:
    """Return sessions, cache and main database as text."""
    parts = [
        f"{one.session_key} {one.session_data} {one.get_decoded()} {one.expire_date}" for one in Session.objects.all()
    ]
    parts.append(repr(getattr(cache, "_cache", "")))
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            parts += [repr(tuple(_plain(value) for value in row)) for row in cursor.fetchall()]
    return "\n".join(parts)


def _plain(value: Any) -> Any:
    return bytes(value).hex() if isinstance(value, (bytes, memoryview)) else value


@pytest.mark.django_db(databases=["default", "box"], transaction=True)
def test_rounds_held_over_http_name_no_more_authors_than_guessing_and_write_no_ballot_down(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.PEER_REVIEW_BATCH_WINDOW = 0.005
    with caplog.at_level(logging.INFO):
        trials = [hold(seed, *one) for seed, one in enumerate(ROUNDS)]
    logged = "\n".join(str(vars(record)) for record in caplog.records)

    for strategy in by.EVERY_STRATEGY + by.OF_DRAWING + by.WITH_BOX_KEY:
        verdict = judge(strategy, trials)
        log.info("%s: %s", strategy.__name__, verdict)
        assert verdict.sigmas < LIMIT, f"{strategy.__name__}: {verdict}"

    written = everything_written_down()
    for trial in trials:
        evidence = trial.evidence
        for cast in trial.casts:
            for value in (cast["rev"], cast["nonce"], b64u_decode(cast["nonce"]).hex()):
                assert value not in written
                assert value not in logged
        # He finds what is there to be found: who has an account, and that the page about a round was asked for.
        assert evidence.seen[0][1] in written
        assert "rounds/<str:public_id>/'" in logged
        for ballot in evidence.counted:
            entry = loads(ballot.row.payload)
            secret = [entry["ballot"]["pk"], entry["ballot"]["pre"], entry["sig"], entry["tok"], ballot.token.hex()]
            secret += [b64u_decode(one).hex() for one in secret[:4]]
            for value in secret:
                assert value not in written
                assert value not in logged
        for _when, who in evidence.seen:
            assert who not in logged
