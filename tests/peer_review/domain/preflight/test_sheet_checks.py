"""Whole sheets: the same list for everybody of a class, and nobody on it receives it."""

from typing import Any

import pytest

from peer_review.domain.preflight.sheet_checks import sheet_obstacles
from peer_review.exceptions.preflight import SheetListsDiffer, SheetNamesReceiver
from peer_review.models import Round, Subject
from tests.factories.peer_review.rounds import (
    RoundFactory,
    SchemeFactory,
    make_cell,
    make_member,
    make_sheet,
    make_subject,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def draft() -> Round:
    return RoundFactory(scheme=SchemeFactory(classes=[("peers", 60), ("staff", 40)]))


@pytest.fixture
def subjects(draft: Round) -> list[Subject]:
    return [make_subject(draft, make_member(draft, make_user(name))) for name in ("Li", "Wang")]


@pytest.fixture
def people(draft: Round) -> list[Any]:
    users = [make_user(f"Person {n}") for n in range(7)]
    for user in users:
        make_member(draft, user)
    return users


def test_papers_of_their_own_are_no_sheets(draft: Round, subjects: list[Subject], people: list[Any]) -> None:
    make_cell(subjects[0], [subjects[0].member.user, *people], "peers")

    assert list(sheet_obstacles(draft)) == []


def test_one_list_for_everybody_is_sound(draft: Round, subjects: list[Subject], people: list[Any]) -> None:
    make_sheet(subjects, people, "peers")

    assert list(sheet_obstacles(draft)) == []


def test_each_class_may_have_a_list_of_its_own(draft: Round, subjects: list[Subject], people: list[Any]) -> None:
    make_sheet(subjects, people[:4], "peers")
    make_sheet(subjects[:1], people[4:], "staff")

    assert list(sheet_obstacles(draft)) == []


def test_receivers_who_are_listed_are_named(draft: Round, subjects: list[Subject], people: list[Any]) -> None:
    make_sheet(subjects, [*people, *(subject.member.user for subject in subjects)], "peers")

    (refusal,) = sheet_obstacles(draft)

    assert (type(refusal), refusal.details) == (SheetNamesReceiver, {"names": "Li, Wang"})


def test_lists_that_differ_name_the_fewer_and_the_class(
    draft: Round, subjects: list[Subject], people: list[Any]
) -> None:
    make_sheet(subjects, people, "peers")
    make_sheet(subjects[:1], people[:1], "peers")

    (refusal,) = sheet_obstacles(draft)

    assert (type(refusal), refusal.details) == (SheetListsDiffer, {"voters": "Peers", "names": "Person 0"})


def test_five_names_are_listed_and_the_others_counted(draft: Round, subjects: list[Subject], people: list[Any]) -> None:
    more = [make_user(f"Usual {n}") for n in range(8)]
    make_sheet(subjects, more, "gone")
    make_sheet(subjects[:1], people, "gone")

    (refusal,) = sheet_obstacles(draft)

    names = "Person 0, Person 1, Person 2, Person 3, Person 4 and 2 more"
    assert refusal.details == {"voters": "gone", "names": names}
