"""Participation: figures from which nobody under the floor can be read."""

from typing import Any

import pytest

from peer_review.domain.assignments import destroy_drawn, participation, wipe_dead_rows
from peer_review.domain.rounds import close_round, mark_counted
from peer_review.models import Assignment, RollMember
from tests.factories.peer_review import RunningRound, make_open_round

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def in_sections(running: RunningRound, sizes: dict[str, int]) -> None:
    members = list(RollMember.objects.filter(user__in=[one.user for one in running.evaluators]).order_by("pk"))
    for section, size in sizes.items():
        for member in members[:size]:
            member.section_key, member.section_name = section, section.upper()
            member.save()
        members = members[size:]


def shown(running: RunningRound) -> dict[str, int | None]:
    return {section.name: section.drawn for section in participation(running.round).sections}


def test_participation_counts_people_once_however_many_papers_they_hold() -> None:
    running = make_open_round(evaluators=7, subjects=2)
    in_sections(running, {"a": 4, "b": 3})
    running.evaluators[0].draw()
    running.evaluators[6].draw()

    figures = participation(running.round)

    assert (figures.eligible, figures.drawn, figures.percent) == (7, 2, 28)
    assert shown(running) == {"A": 1, "B": 1}


def test_a_small_section_is_withheld_and_another_with_it_so_that_subtraction_yields_nothing() -> None:
    running = make_open_round(evaluators=10, subjects=2)
    in_sections(running, {"a": 2, "b": 3, "c": 5})
    for evaluator in running.evaluators:
        evaluator.draw()

    assert shown(running) == {"A": None, "B": None, "C": 5}
    assert participation(running.round).drawn == 10


def test_under_the_floor_nothing_is_said_at_all() -> None:
    running = make_open_round(evaluators=3, subjects=1)
    running.evaluators[0].draw()

    figures = participation(running.round)

    assert (figures.eligible, figures.drawn, figures.percent) == (2, None, None)


def test_participation_takes_two_queries_however_many_people(django_assert_num_queries: Any) -> None:
    for size in (4, 9):
        running = make_open_round(evaluators=size)
        with django_assert_num_queries(2):
            participation(running.round)


def test_destroy_drawn_empties_every_paper_and_participation_then_says_nothing() -> None:
    running = make_open_round(evaluators=4)
    for evaluator in running.evaluators:
        evaluator.draw()
    round = close_round(running.round, by=None)
    round = mark_counted(round, by=None)

    assert destroy_drawn(round) == 3
    wipe_dead_rows()

    assert not Assignment.objects.drawn().exists()
    assert participation(round).drawn is None
