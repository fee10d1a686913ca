"""Who is asked with an evaluator: always a rule and a number, and names where a list could have been tailored."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from peer_review.domain.ballots.fellow_voters import FellowVoter, fellow_voters
from peer_review.domain.planning.roll_touches import touch_roll
from peer_review.enums import RollTouchKind
from peer_review.models import Assignment, Cell, Round
from tests.factories.peer_review.rounds import (
    RoundFactory,
    SchemeFactory,
    make_cell,
    make_comment_cell,
    make_member,
    make_sheet,
    make_subject,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

#: Of all rounds here: names from six people (2k) on are a number.
FLOOR = 3


@pytest.fixture
def round() -> Round:
    round = RoundFactory(scheme=SchemeFactory(floor=FLOOR))
    for letter in "abcdefgh":
        make_member(round, make_user(f"Voter {letter}"))
    return round


def voters(round: Round, count: int) -> list[Any]:
    return [member.user for member in round.members.order_by("pk")[:count]]


def subject_of(round: Round, name: str = "Subject") -> Any:
    return make_subject(round, make_member(round, make_user(name), section="z"))


def told(cell: Cell, user: Any) -> Any:
    return fellow_voters(cell.round, [cell], user=user)[cell.key]


@pytest.mark.parametrize(("count", "names"), [(2 * FLOOR - 1, True), (2 * FLOOR, False)])
def test_fewer_than_twice_the_floor_are_named(round: Round, count: int, names: bool) -> None:
    users = voters(round, count)

    fellows = told(make_cell(subject_of(round), users), users[0])

    assert (fellows.count, fellows.by_hand) == (count - 1, False)
    assert (fellows.named is not None) is names
    if names:
        assert [voter.name for voter in fellows.named] == [f"Voter {letter}" for letter in "bcdefgh"[: count - 1]]


def test_people_on_paper_give_no_cover_and_are_marked(round: Round) -> None:
    users = voters(round, 8)
    round.members.filter(user__in=users[5:]).update(on_paper=True)

    fellows = told(make_cell(subject_of(round), users), users[0])

    assert (fellows.count, fellows.on_paper) == (7, 3)
    assert fellows.named[-1] == FellowVoter("Voter h", on_paper=True)
    assert fellows.named[0] == FellowVoter("Voter b", on_paper=False)


@pytest.mark.parametrize("kind", sorted(set(RollTouchKind) - {RollTouchKind.ON_PAPER, RollTouchKind.AT_COMPUTER}))
def test_a_list_that_was_changed_by_hand_is_named_and_others_are_not(round: Round, kind: RollTouchKind) -> None:
    users, subject, other = voters(round, 8), subject_of(round), subject_of(round, "Other")
    cells = [make_cell(subject, users), make_cell(other, users)]
    touch_roll(round, kind, by=round.organiser, subjects=[(subject.key, subject.label)], detail="Cousins")

    fellows = fellow_voters(round, cells, user=users[0])

    assert [fellows[cell.key].by_hand for cell in cells] == [True, False]
    assert [len(fellows[cell.key].named or ()) for cell in cells] == [7, 0]
    assert "Cousins" not in repr(fellows)


@pytest.mark.parametrize("kind", [RollTouchKind.ON_PAPER, RollTouchKind.AT_COMPUTER])
def test_a_mark_for_paper_names_the_lists_of_whoever_was_marked(round: Round, kind: RollTouchKind) -> None:
    users = voters(round, 8)
    cells = [make_cell(subject_of(round), users), make_cell(subject_of(round, "Other"), users[:7])]
    touch_roll(round, kind, by=round.organiser, person=users[7].pk, person_name="Voter h")

    fellows = fellow_voters(round, cells, user=users[0])

    assert [fellows[cell.key].named is not None for cell in cells] == [True, False]


def test_what_is_about_the_whole_round_names_nobody(round: Round) -> None:
    users = voters(round, 8)
    cell = make_cell(subject_of(round), users)
    for kind in (RollTouchKind.SEED, RollTouchKind.NOT_ANONYMOUS):
        touch_roll(round, kind, by=round.organiser)

    assert told(cell, users[0]).named is None


def test_nobody_is_told_who_evaluates_them(round: Round) -> None:
    """Even where a round has come into being that opening refuses: whoever is the subject reads nothing of it."""
    users, subject, other = voters(round, 4), subject_of(round), subject_of(round, "Other")
    own = make_cell(subject, [*users, subject.member.user])
    sheet = make_sheet([other, subject], [*users, subject.member.user])
    touch_roll(round, RollTouchKind.LIST, by=round.organiser, subjects=[(subject.key, "")])

    assert fellow_voters(round, [own, sheet], user=subject.member.user) == {}
    assert set(fellow_voters(round, [own, sheet], user=users[0])) == {own.key, sheet.key}


def test_where_nobody_knows_who_reads_there_are_no_names(round: Round) -> None:
    users = voters(round, 4)
    round.members.filter(user__in=users[:3]).update(on_paper=True)
    cell = make_cell(subject_of(round), users)
    touch_roll(round, RollTouchKind.LIST, by=round.organiser, subjects=[(cell.subject.key, "")])  # type: ignore[union-attr]

    fellows = told(cell, None)

    # Whoever stands at the kiosk is one of the three on paper.
    assert (fellows.count, fellows.on_paper, fellows.named, fellows.by_hand) == (3, 2, None, True)


def test_a_sheet_is_by_hand_if_any_list_on_it_is(round: Round) -> None:
    users, subjects = voters(round, 8), [subject_of(round, name) for name in "xy"]
    cell = make_sheet(subjects, users)
    assert told(cell, users[0]).named is None

    touch_roll(round, RollTouchKind.EXCLUDED, by=round.organiser, subjects=[(subjects[1].key, "")])

    assert len(told(cell, users[0]).named) == 7


def test_comment_papers_go_with_the_marks(round: Round) -> None:
    users, subject = voters(round, 4), subject_of(round)
    cells = [make_cell(subject, users), make_comment_cell(subject, users)]

    assert set(fellow_voters(round, cells, user=users[0])) == {cells[0].key}


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({}, "usual pattern"),
        ({"pattern": "usual"}, "usual pattern"),
        ({"pattern": "matrix"}, "which rank evaluates which"),
        ({"pattern": "list", "lines": {"all": {"p1": [1]}}, "sample": {"all": 8}}, "list made by hand"),
    ],
)
def test_the_rule_is_that_of_the_plan(round: Round, plan: dict[str, Any], words: str) -> None:
    round.plan = plan
    round.save()
    users = voters(round, 4)

    rule = told(make_cell(subject_of(round), users), users[0]).rule

    assert words in rule
    assert "chance" not in rule


def test_chance_is_named_with_its_number_where_it_chooses(round: Round) -> None:
    round.plan = {"pattern": "usual", "sample": {"peers": 8}}
    round.save()
    users, subject = voters(round, 4), subject_of(round)
    cells = [make_cell(subject, users, "peers"), make_cell(subject, users, "others")]

    fellows = fellow_voters(round, cells, user=users[0])

    assert "chance chose 8 at most" in fellows[cells[0].key].rule
    assert "chance" not in fellows[cells[1].key].rule


def test_the_others_on_a_shared_paper_are_those_of_all_its_classes(round: Round) -> None:
    round.plan = {"pattern": "usual", "sample": {"peers": 8, "staff": 2}}
    round.save()
    users = voters(round, 5)
    cell = make_cell(subject_of(round), users, "peers")
    cell.shared_by = ["peers", "staff", "others"]
    cell.save()

    fellows = told(cell, users[0])

    assert fellows.count == 4
    assert [voter.name for voter in fellows.named] == [f"Voter {letter}" for letter in "bcde"]
    assert "chance chose 10 at most" in fellows.rule


def test_queries_do_not_grow_with_papers_or_people(round: Round) -> None:
    counts = []
    for subjects in (1, 4):
        users = voters(round, 4)
        cells = [make_cell(subject_of(round, f"{subjects} {number}"), users) for number in range(subjects)]
        cells = list(Cell.objects.filter(pk__in=[cell.pk for cell in cells]).select_related("subject", "sheet"))
        with CaptureQueriesContext(connection) as queries:
            fellow_voters(round, cells, user=users[0])
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 9


def test_somebody_who_left_the_roll_is_counted_and_has_no_name(round: Round) -> None:
    users = voters(round, 4)
    cell = make_cell(subject_of(round), users)
    Assignment.objects.create(evaluator=make_user("Stranger"), cell=cell)

    fellows = told(cell, users[0])

    assert (fellows.count, len(fellows.named)) == (4, 3)
