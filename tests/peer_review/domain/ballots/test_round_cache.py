"""What a process remembers of open rounds: read once, read anew after a moment, and no question left to answer late."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from peer_review.domain.ballots import round_cache
from peer_review.domain.ballots.round_cache import cached_round, cached_state, is_late
from peer_review.exceptions.base import NotOpenYet, RoundClosed, UnknownRound
from peer_review.models import Round
from tests.factories.peer_review.rounds import make_open_round, make_ready_round

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def test_cached_state_is_read_anew_after_its_age_only(settings: Any) -> None:
    round = make_open_round(evaluators=4).round
    settings.PEER_REVIEW_CAST_STATE_AGE = 3600
    assert cached_state(round.public_id)["state"] == "open"
    Round.objects.update(state="closed")

    with CaptureQueriesContext(connection) as queries:
        assert cached_state(round.public_id)["state"] == "open"
    assert len(queries) == 0
    settings.PEER_REVIEW_CAST_STATE_AGE = 0
    assert cached_state(round.public_id)["state"] == "closed"


def test_cached_state_refuses_a_round_that_is_not_there() -> None:
    for public_id in ("", "0" * 32, "no id"):
        with pytest.raises(UnknownRound):
            cached_state(public_id)


def test_cached_round_holds_the_papers_and_is_read_once() -> None:
    round = make_open_round(evaluators=4, subjects=2).round
    state = cached_state(round.public_id)
    first = cached_round(round.public_id, state)

    with CaptureQueriesContext(connection) as queries:
        assert cached_round(round.public_id, state) is first
    assert len(queries) == 0
    assert first.cells == dict(round.cells.values_list("key", "spki"))
    assert set(first.papers) == set(first.cells)
    assert first.closed == frozenset()


def test_cached_round_keeps_the_rounds_asked_for_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(round_cache, "_ROUNDS_KEPT", 1)
    rounds = [make_open_round(evaluators=3).round for _number in range(2)]
    for round in rounds:
        cached_round(round.public_id, cached_state(round.public_id))

    assert list(round_cache._rounds) == [rounds[1].public_id + rounds[1].fingerprint]
    assert list(round_cache._states) == [rounds[1].public_id]


def test_is_late_after_closing_only_where_the_round_is_remembered() -> None:
    running = make_open_round(evaluators=4)
    round = running.round
    state = cached_state(round.public_id)
    after = round.closes_at + timedelta(seconds=1)
    assert is_late(round.public_id, state, round.closes_at - timedelta(seconds=1)) is False
    with pytest.raises(RoundClosed):
        is_late(round.public_id, state, after)

    cached_round(round.public_id, state)
    assert is_late(round.public_id, state, after) is True
    with pytest.raises(RoundClosed):
        is_late(round.public_id, {**state, "state": "published"}, after)


def test_is_late_refuses_a_draft() -> None:
    round = make_ready_round(evaluators=4).round

    with pytest.raises(NotOpenYet):
        is_late(round.public_id, cached_state(round.public_id), round.opens_at)
