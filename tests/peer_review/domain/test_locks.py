"""Row locks: a round as it is now, in an expected state, or refused by name."""

import threading
import time

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from peer_review.domain.locks import check_state, lock_draft, lock_openings, lock_round, lock_round_by_pk
from peer_review.enums import RoundState
from peer_review.exceptions.base import RoundFrozen, RoundStateInvalid
from peer_review.models import Round
from tests.factories.peer_review.rounds import RoundFactory

pytestmark = pytest.mark.django_db


def test_lock_round_returns_the_round_as_it_is_now_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    stale = RoundFactory()
    Round.objects.filter(pk=stale.pk).update(title="Renamed")

    with transaction.atomic(), django_assert_num_queries(1):
        locked = lock_round(stale)
        assert (locked.pk, locked.title, locked.scheme.pk) == (stale.pk, "Renamed", stale.scheme_id)


@pytest.mark.parametrize("expect", [{RoundState.OPEN}, (RoundState.CLOSED, RoundState.VOID), set()])
def test_lock_round_refuses_a_round_in_another_state(in_english: None, expect: set[RoundState]) -> None:
    round = RoundFactory()

    for lock in (lambda: lock_round(round, expect=expect), lambda: lock_round_by_pk(round.pk, expect=expect)):
        with transaction.atomic(), pytest.raises(RoundStateInvalid) as refused:
            lock()
        assert str(refused.value) == "The round is “Draft”; this step is not possible now."


def test_lock_round_by_pk_wants_a_round_that_is_there() -> None:
    with transaction.atomic(), pytest.raises(Round.DoesNotExist):
        lock_round_by_pk(0)


def test_check_state_takes_each_of_the_expected_states() -> None:
    round = RoundFactory()

    check_state(round, {RoundState.DRAFT, RoundState.OPEN})
    with pytest.raises(RoundStateInvalid):
        check_state(round, {RoundState.OPEN})


def test_lock_draft_refuses_what_was_opened_meanwhile() -> None:
    stale = RoundFactory()
    with transaction.atomic():
        assert lock_draft(stale).pk == stale.pk
    Round.objects.filter(pk=stale.pk).update(state=RoundState.OPEN)

    with transaction.atomic(), pytest.raises(RoundFrozen):
        lock_draft(stale)


@pytest.mark.django_db(transaction=True)
def test_one_round_opens_at_a_time() -> None:
    events: list[tuple[str, int]] = []

    def opening(number: int) -> None:
        try:
            with transaction.atomic():
                lock_openings()
                events.append(("begins", number))
                time.sleep(0.2)
                events.append(("ends", number))
        finally:
            connection.close()

    threads = [threading.Thread(target=opening, args=[number]) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [what for what, _number in events] == ["begins", "ends"] * 3
    assert all(events[at][1] == events[at + 1][1] for at in (0, 2, 4))
