"""Who may hold a thread while a batch fills: so many, and a place is free again however its user left."""

from typing import Any

import pytest

from peer_review.box.waiting_slots import WaitingSlots


def test_places_run_out_and_come_back(settings: Any) -> None:
    settings.PEER_REVIEW_CAST_WAITERS = 2
    waiting_slots = WaitingSlots()

    with waiting_slots.take() as first, waiting_slots.take() as second, waiting_slots.take() as third:
        assert [first, second, third] == [True, True, False]
        # Whoever found none gives none back.
    with waiting_slots.take() as first, waiting_slots.take() as second, waiting_slots.take() as third:
        assert [first, second, third] == [True, True, False]


def test_a_place_is_given_back_by_whoever_fails(settings: Any) -> None:
    settings.PEER_REVIEW_CAST_WAITERS = 1
    waiting_slots = WaitingSlots()
    with pytest.raises(RuntimeError), waiting_slots.take():
        raise RuntimeError

    with waiting_slots.take() as found:
        assert found


def test_without_places_nobody_waits(settings: Any) -> None:
    settings.PEER_REVIEW_CAST_WAITERS = 0
    with WaitingSlots().take() as found:
        assert not found
