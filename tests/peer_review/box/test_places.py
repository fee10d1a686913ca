"""Who may hold a thread while a batch fills: so many, and a place is free again however its user left."""

from typing import Any

import pytest

from peer_review.box.places import Places


def test_places_run_out_and_come_back(settings: Any) -> None:
    settings.PEER_REVIEW_CAST_WAITERS = 2
    places = Places()

    with places.one() as first, places.one() as second, places.one() as third:
        assert [first, second, third] == [True, True, False]
        # Whoever found none gives none back.
    with places.one() as first, places.one() as second, places.one() as third:
        assert [first, second, third] == [True, True, False]


def test_a_place_is_given_back_by_whoever_fails(settings: Any) -> None:
    settings.PEER_REVIEW_CAST_WAITERS = 1
    places = Places()
    with pytest.raises(RuntimeError), places.one():
        raise RuntimeError

    with places.one() as found:
        assert found


def test_without_places_nobody_waits(settings: Any) -> None:
    settings.PEER_REVIEW_CAST_WAITERS = 0
    with Places().one() as found:
        assert not found
