"""Casting when many come at once: who waits, who asks again, and what asking again costs. Bad ballots: test_cast.py."""

import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from peer_review.box import store
from peer_review.box.batcher import Batcher, Row, batcher
from peer_review.box.waiting_slots import waiting_slots
from peer_review.domain.ballots import cast as cast_module
from peer_review.domain.ballots.cast import cast
from peer_review.exceptions.base import RoundClosed
from peer_review.models import Round
from peer_review.protocol.ballots import verify_receipt
from tests.factories.peer_review.box import lay_no_dummies
from tests.factories.peer_review.rounds import RunningRound, make_open_round
from zhengyan_crypto import sealing
from zhengyan_crypto.encoding import b64u_decode

pytestmark = pytest.mark.django_db(databases=["default", "box"])


class Held:
    """A batcher that keeps its batches until told: the moment in which browsers ask again."""

    def __init__(self) -> None:
        self.batches: list[list[Row]] = []
        self.gate = threading.Event()
        self.fault: Exception | None = None
        self.batcher = Batcher(self._write)

    def _write(self, public_id: str, rows: Sequence[Row]) -> None:
        self.gate.wait(10)
        if self.fault is not None:
            raise self.fault
        self.batches.append(list(rows))

    def let_go(self, public_id: str) -> None:
        """Write what waits, and return when it is written."""
        self.gate.set()
        self.batcher.flush(public_id)


@pytest.fixture
def held() -> Iterator[Held]:
    held = Held()
    yield held
    held.gate.set()
    held.batcher.stop()


@pytest.fixture
def running() -> RunningRound:
    return make_open_round(evaluators=4, subjects=2)


def test_who_finds_no_place_is_told_to_ask_again_and_stays_in_the_batch(
    running: RunningRound, held: Held, settings: Any
) -> None:
    settings.PEER_REVIEW_CAST_WAITERS = 1
    public_id, entries = running.round.public_id, running.evaluators[3].entries(running.answers)

    with waiting_slots.take():  # somebody else waits already
        answers = cast(public_id, entries, wait=60, box=held.batcher)

    assert all(answer["ok"] and answer["pending"] and "receipt" not in answer for answer in answers)
    assert [answer["retry_after"] for answer in answers] == [1, 1]
    held.let_go(public_id)
    assert [len(batch) for batch in held.batches] == [2]


def test_asking_again_while_the_batch_waits_checks_seals_and_queues_nothing(running: RunningRound, held: Held) -> None:
    public_id, entries = running.round.public_id, running.evaluators[3].entries(running.answers)
    first = cast(public_id, entries, wait=0, box=held.batcher)

    with (
        mock.patch.object(cast_module.ballots, "check_cast", side_effect=AssertionError("checked again")),
        mock.patch.object(sealing, "seal", side_effect=AssertionError("sealed again")),
    ):
        assert cast(public_id, entries, wait=0, box=held.batcher) == first
        held.let_go(public_id)
        answers = cast(public_id, entries, wait=0, box=held.batcher)

    assert [len(batch) for batch in held.batches] == [2]
    key = b64u_decode(running.round.receipt_public)
    for answer in answers:
        assert verify_receipt(answer["receipt"], receipt_key=key, round_id=public_id).hex() == answer["leaf"]


def test_a_batch_that_fails_is_no_receipt_and_the_next_asking_queues_again(running: RunningRound, held: Held) -> None:
    public_id, entries = running.round.public_id, running.evaluators[3].entries(running.answers)
    held.fault = OSError("disk full")
    cast(public_id, entries, wait=0, box=held.batcher)
    held.let_go(public_id)
    held.fault = None

    answers = cast(public_id, entries, wait=5, box=held.batcher)

    assert all("receipt" in answer for answer in answers)
    assert [len(batch) for batch in held.batches] == [2]


def test_a_ballot_of_one_round_gets_no_receipt_from_another(running: RunningRound) -> None:
    """What a process remembers of ballots must not answer for a round that never took them."""
    entries = running.evaluators[3].entries(running.answers)
    running.cast(entries)
    other = make_open_round(evaluators=4, subjects=2)

    answers = cast(other.round.public_id, entries, box=running.inline)

    assert [answer["error"] for answer in answers] == ["unknown_cell"] * 2


def test_who_asks_again_after_closing_gets_the_receipt_and_a_new_ballot_none(running: RunningRound) -> None:
    """Told to ask again in the last second: the ballot is in the box, so it must not be called late."""
    entries = running.evaluators[3].entries(running.answers)
    unseen = running.evaluators[2].entries(running.answers)
    given = running.cast(entries)

    assert running.cast(entries, now=running.round.closes_at + timedelta(seconds=1)) == given
    running.close()
    assert running.cast(entries) == given
    assert [answer.get("error") for answer in running.cast([entries[0], unseen[0]])] == [None, "round_closed"]
    with pytest.raises(RoundClosed):
        running.cast(unseen)
    # With the count the receipt key is destroyed, and nobody asks any more.
    Round.objects.update(state="counted")
    with pytest.raises(RoundClosed):
        running.cast(entries)


def test_a_rounds_state_is_read_once_for_many_ballots(running: RunningRound, settings: Any) -> None:
    """A query a ballot would write into the main database's statistics when each one came."""
    settings.PEER_REVIEW_CAST_STATE_AGE = 60.0
    sheets = [evaluator.entries(running.answers) for evaluator in running.evaluators[2:]]
    running.cast(sheets[0])

    with CaptureQueriesContext(connection) as queries:
        running.cast(sheets[1])
        running.cast(sheets[0])

    assert [query["sql"] for query in queries] == []


def test_a_round_closed_behind_a_remembered_state_takes_nothing(
    running: RunningRound, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_no_dummies(monkeypatch)
    settings.PEER_REVIEW_CAST_STATE_AGE = 60.0
    first, second = (evaluator.entries(running.answers) for evaluator in running.evaluators[2:])
    running.cast(first)
    rows = store.count_rows("sealed", running.round.public_id)
    running.close()

    answers = running.cast(second)

    assert {answer["error"] for answer in answers} == {"round_closed"}
    assert store.count_rows("closed", running.round.public_id) == rows


@pytest.mark.django_db(databases=["default", "box"], transaction=True)
def test_one_paper_each_fills_a_batch_with_far_fewer_threads_than_ballots(settings: Any) -> None:
    """Twelve evaluators, two threads: the batch is full, where two that wait would never have been a crowd."""
    settings.PEER_REVIEW_BATCH_WINDOW = 30.0
    settings.PEER_REVIEW_CAST_WAIT = 60.0
    settings.PEER_REVIEW_BATCH_BALLOTS = 12
    settings.PEER_REVIEW_CAST_WAITERS = 1
    running = make_open_round(evaluators=13, subjects=1)
    public_id = running.round.public_id
    queue = [voter.entries(running.answers) for voter in running.evaluators]
    assert len(queue) == 12
    answers: list[Any] = []

    def serve() -> None:
        while queue:
            try:
                entries = queue.pop()
            except IndexError:
                break
            answers.extend(cast(public_id, entries))
        connections.close_all()

    threads = [threading.Thread(target=serve) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    batcher.stop()

    # Whoever held the one place has the receipt by now; the rest ask again and find theirs.
    assert len(answers) == 12
    assert any("receipt" in answer for answer in answers)
    assert any("pending" in answer for answer in answers)
    assert store.count_rows("sealed", public_id) == 12
