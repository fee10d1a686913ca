"""Drawing: what is kept of it, that it is signed once, and that whoever reads the row learns nothing from it."""

import os
import time
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from peer_review.domain.ballots.drawing import draw, person_id, ticket_id, value_of, which_are_drawn
from peer_review.domain.keys.server_keys import key_of
from peer_review.exceptions.ballots import AlreadyDrawn, DrawClosed
from peer_review.exceptions.base import BadEncoding
from peer_review.models import Drawn
from tests.factories.peer_review.rounds import Evaluator, RunningRound, make_open_round
from zhengyan_crypto.errors import KeyUnreadable
from zhengyan_crypto.round_key import RoundKey, new_seed

pytestmark = pytest.mark.django_db(databases=["default", "box"])
KEY = RoundKey(new_seed(), secret="secret", round_id="0" * 32)
BLINDED = {"a" * 16: b"one", "b" * 16: b"two"}


@pytest.fixture
def running() -> RunningRound:
    return make_open_round(evaluators=4, subjects=2)


def cells_of(evaluator: Evaluator) -> list[Any]:
    return list(evaluator.round.cells.filter(assignments__evaluator=evaluator.user))


@given(st.integers(1, 2**63), st.integers(1, 2**63))
def test_ids_are_alike_for_one_person_only_and_never_those_of_a_ticket(first: int, second: int) -> None:
    assert (person_id(KEY, first) == person_id(KEY, second)) == (first == second)
    assert person_id(KEY, first) != ticket_id(KEY, str(first).encode())


def test_value_stands_for_the_whole_map_in_any_order() -> None:
    assert value_of(KEY, BLINDED) == value_of(KEY, dict(reversed(BLINDED.items())))
    others = [{}, {"a" * 16: b"one"}, BLINDED | {"b" * 16: b"twO"}, {"a" * 16: b"two", "b" * 16: b"one"}]
    assert value_of(KEY, BLINDED) not in {value_of(KEY, other) for other in others}


def test_another_key_makes_other_values() -> None:
    other = RoundKey(new_seed(), secret="secret", round_id="0" * 32)
    assert person_id(KEY, 1) != person_id(other, 1)
    assert value_of(KEY, BLINDED) != value_of(other, BLINDED)


def test_the_same_again_is_signed_again_to_the_same_bytes(running: RunningRound) -> None:
    evaluator, key = running.evaluators[-1], key_of(running.round)
    cells, blinded = cells_of(evaluator), evaluator.blinded()
    first = draw(key, b"i" * 32, cells, blinded, anew=True)
    assert draw(key, b"i" * 32, cells, blinded, anew=True).signed == first.signed
    assert draw(key, b"i" * 32, cells, blinded, anew=False).signed == first.signed
    assert Drawn.objects.count() == 1


def test_each_drawing_has_the_time_at_which_the_database_answered_in_milliseconds(running: RunningRound) -> None:
    """Not the moment that whoever asks names: a later drawing must never have an earlier time."""
    evaluator, key = running.evaluators[-1], key_of(running.round)
    cells, blinded = cells_of(evaluator), evaluator.blinded()
    before = time.time_ns() // 1_000_000
    times = [draw(key, b"i" * 32, cells, blinded, anew=True).drawn_at for _browser in range(3)]
    after = time.time_ns() // 1_000_000

    assert times == sorted(times)
    # The database's clock may be another computer's.
    assert before - 60_000 <= times[0] <= times[-1] <= after + 60_000
    assert all(type(drawn_at) is int for drawn_at in times)


def test_the_time_of_a_drawing_costs_no_query_and_is_kept_nowhere(
    running: RunningRound, django_assert_num_queries: Any
) -> None:
    evaluator, key = running.evaluators[-1], key_of(running.round)
    cells, blinded = cells_of(evaluator), evaluator.blinded()
    with django_assert_num_queries(2):
        draw(key, b"i" * 32, cells, blinded, anew=True)
    first = Drawn.objects.values().get()
    draw(key, b"i" * 32, cells, blinded, anew=True)
    assert Drawn.objects.values().get() == first
    assert first.keys() == {"id", "value"}


def test_other_values_are_refused_once_something_was_drawn(running: RunningRound) -> None:
    evaluator, key = running.evaluators[-1], key_of(running.round)
    cells = cells_of(evaluator)
    draw(key, b"i" * 32, cells, evaluator.blinded(), anew=True)
    other = Evaluator(evaluator.user, running.round).blinded()
    for anew in (True, False):
        with pytest.raises(AlreadyDrawn):
            draw(key, b"i" * 32, cells, other, anew=anew)


def test_nothing_new_is_drawn_where_only_what_was_drawn_may_come_back(running: RunningRound) -> None:
    evaluator = running.evaluators[-1]
    with pytest.raises(DrawClosed):
        draw(key_of(running.round), b"i" * 32, cells_of(evaluator), evaluator.blinded(), anew=False)
    assert not Drawn.objects.exists()


def test_a_value_that_cannot_be_signed_leaves_nothing_behind(running: RunningRound) -> None:
    evaluator = running.evaluators[-1]
    blinded = evaluator.blinded() | {cells_of(evaluator)[0].key: bytes(256)}
    with pytest.raises(BadEncoding), transaction.atomic():
        draw(key_of(running.round), b"i" * 32, cells_of(evaluator), blinded, anew=True)
    assert not Drawn.objects.exists()


def test_cell_keys_of_an_open_round_are_readable_by_its_key_alone(running: RunningRound) -> None:
    evaluator, other = running.evaluators[-1], make_open_round(evaluators=4)
    with pytest.raises(KeyUnreadable):
        draw(key_of(other.round), b"i" * 32, cells_of(evaluator), evaluator.blinded(), anew=True)


def test_one_id_has_one_row(running: RunningRound) -> None:
    Drawn.objects.create(id=b"i" * 32, value=b"v" * 32)
    with pytest.raises(IntegrityError), transaction.atomic():
        Drawn.objects.create(id=b"i" * 32, value=b"w" * 32)


def test_those_that_were_drawn_are_found_among_many() -> None:
    drawn = {os.urandom(32) for _number in range(7)}
    Drawn.objects.bulk_create([Drawn(id=one, value=b"v") for one in drawn])
    others = {os.urandom(32) for _number in range(600)}
    assert which_are_drawn(drawn | others) == drawn
    assert which_are_drawn(others) == set()
    assert which_are_drawn([]) == set()
