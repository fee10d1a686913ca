"""Turnout: who has drawn, known while the round's key lasts and to nobody afterwards."""

from collections import Counter
from hashlib import sha256
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from peer_review.box.round_keys import destroy_round_key
from peer_review.conf import conf
from peer_review.domain.ballots.drawing import person_id, which_are_drawn
from peer_review.domain.ballots.turnout import (
    Turnout,
    drawn_by_cell,
    has_drawn,
    ids_drawn,
    people_drawn,
    people_drawn_by_cell,
    rounds_drawn_by,
    tickets_drawn,
    turnout,
)
from peer_review.domain.keys.server_keys import key_of
from peer_review.domain.rounds.lifecycle import open_round
from peer_review.exceptions.keys import RoundKeyUnreadable
from peer_review.models import Drawn
from tests.factories.peer_review.envelopes import make_envelopes
from tests.factories.peer_review.rounds import RunningRound, make_open_round, make_ready_round, make_user
from zhengyan_crypto.round_key import RoundKey

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def running() -> RunningRound:
    """Eight people evaluate the first two of them; the last four hold an envelope, two at computers have drawn."""
    running = make_ready_round(evaluators=8, subjects=2)
    paper = [one.user for one in running.evaluators[4:]]
    running.round.members.filter(user__in=paper).update(on_paper=True)
    running.round = open_round(running.round, by=running.round.organiser)
    for evaluator in running.evaluators:
        evaluator.round = running.round
    running.evaluators[0].draw()
    running.evaluators[3].draw()
    return running


def test_people_are_those_who_drew_in_a_browser_of_their_own(running: RunningRound) -> None:
    _urn, envelopes = make_envelopes(running)
    envelopes[0].draw()
    assert people_drawn(running.round) == {running.evaluators[0].user.pk, running.evaluators[3].user.pk}


def test_turnout_is_of_people_at_computers_who_hold_a_paper_for_marks(running: RunningRound) -> None:
    """The first two evaluate each other, so each of them holds one of the two papers."""
    first, second = (subject.cells.get() for subject in running.round.subjects.all())
    _urn, envelopes = make_envelopes(running)
    envelopes[0].draw()
    assert turnout(running.round) == Turnout(people=4, drawn=2)
    assert turnout(running.round, cells=[first.pk, second.pk]) == Turnout(people=4, drawn=2)
    assert [turnout(running.round, cells=[cell.pk]) for cell in (first, second)] == [Turnout(3, 1), Turnout(3, 2)]
    assert turnout(running.round, cells=[]) == Turnout(0, 0)


def test_papers_count_people_and_tickets_apart_and_together(running: RunningRound) -> None:
    """The first person is evaluated on one of the papers, so drew the other alone."""
    first, second = running.round.subjects.all()
    own, other = first.cells.get(), second.cells.get()
    urn, envelopes = make_envelopes(running)
    for envelope in envelopes[:3]:
        envelope.draw()
    envelopes[0].draw()  # a lost reply

    assert people_drawn_by_cell(running.round) == Counter({own.pk: 1, other.pk: 2})
    assert tickets_drawn(running.round) == Counter({urn.pk: 3})
    assert drawn_by_cell(running.round) == Counter({own.pk: 4, other.pk: 5})
    assert ids_drawn(running.round) == {bytes(drawn_id) for drawn_id in Drawn.objects.values_list("id", flat=True)}


def test_one_round_says_nothing_of_another(running: RunningRound) -> None:
    other = make_open_round(evaluators=4)
    assert people_drawn(other.round) == set()
    assert ids_drawn(other.round) == set()
    user = running.evaluators[0].user
    rounds = [running.round, other.round]
    assert rounds_drawn_by(user, rounds) == {running.round.pk}
    assert (has_drawn(running.round, user), has_drawn(other.round, user)) == (True, False)


def test_strangers_have_drawn_nothing(running: RunningRound) -> None:
    assert not has_drawn(running.round, make_user())
    assert not has_drawn(running.round, AnonymousUser())


def test_rounds_are_asked_about_while_they_are_open(running: RunningRound) -> None:
    user = running.evaluators[0].user
    running.close()
    assert rounds_drawn_by(user, [running.round]) == set()


def test_without_the_key_a_page_takes_nobody_for_drawn_and_a_count_is_refused(running: RunningRound) -> None:
    destroy_round_key(running.round.public_id)
    assert not has_drawn(running.round, running.evaluators[0].user)
    for ask in (people_drawn, people_drawn_by_cell, tickets_drawn, drawn_by_cell, ids_drawn):
        with pytest.raises(RoundKeyUnreadable):
            ask(running.round)


def test_queries_do_not_grow_with_the_papers(django_assert_num_queries: Any) -> None:
    """Two for the people, one for the papers, one for the tickets; one more for each 500 people or tickets."""
    small, large = make_open_round(evaluators=4, subjects=1), make_open_round(evaluators=9, subjects=8)
    for running in (small, large):
        for evaluator in running.evaluators:
            evaluator.draw()
        with django_assert_num_queries(4):
            drawn_by_cell(running.round)


def test_many_ids_are_asked_for_in_parts(django_assert_num_queries: Any) -> None:
    ids = {number.to_bytes(32) for number in range(1201)}
    Drawn.objects.create(id=(7).to_bytes(32), value=b"x")
    with django_assert_num_queries(3):
        assert which_are_drawn(ids) == {(7).to_bytes(32)}


def test_reader_of_the_databases_and_the_settings_cannot_tell_whose_the_rows_are(running: RunningRound) -> None:
    """Without the 32 bytes that lie outside the databases no guess comes to a row, whatever else is known.

    The guesses are those of somebody who has every table and the settings' secret, and knows how ids are made. With
    the key itself each person is found at once, so the guesses are of the right form.
    """
    round, people = running.round, [one.user.pk for one in running.evaluators]
    ids = {bytes(row.id) for row in Drawn.objects.all()}
    seeds = [bytes(32), sha256(conf.KEY_SECRET.encode()).digest(), sha256(round.public_id.encode()).digest()]
    guessed = [RoundKey(seed, secret=conf.KEY_SECRET, round_id=round.public_id) for seed in seeds]
    assert not ids & {person_id(key, pk) for key in guessed for pk in people}
    assert ids == {person_id(key_of(round), pk) for pk in (people[0], people[3])}
