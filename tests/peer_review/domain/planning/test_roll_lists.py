"""Lists of a roll: papers and voters are counted for a page at a time, candidates are found in the organisation."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from peer_review.domain.planning.plan_state import set_plan_state
from peer_review.domain.planning.roll_lists import (
    CANDIDATES,
    MemberRow,
    SubjectRow,
    VoterRow,
    candidate,
    evaluators_by_class,
    find_candidates,
    is_editable,
    is_outdated,
    member_rows,
    subject_rows,
    voter_rows,
)
from peer_review.domain.planning.shared_papers import share_papers
from peer_review.domain.schemes.schemes import freeze_for
from peer_review.enums import RoundState
from peer_review.models import Round
from peer_review.providers.roll import Person
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

pytestmark = pytest.mark.django_db
#: The user id of the first of them.
FIRST = 1_000_000
#: How many people the organisation yielded, each time that it was asked.
read: list[int] = []


def organisation(round: object) -> Iterator[Person]:
    """Yield two hundred people, and note each."""
    read.append(0)
    for number in range(200):
        read[-1] += 1
        yield Person(FIRST + number, f"Person {number:03}", "a", "A")


@pytest.fixture
def draft(settings: Any) -> Iterator[Round]:
    """Li has six peers and one superior of his own; a sheet that lists Li and Wang goes to four peers more."""
    settings.PEER_REVIEW_ROLL_SOURCE = f"{__name__}.organisation"
    cache.clear()
    read.clear()
    round = RoundFactory(scheme=SchemeFactory(classes=[("superiors", 60), ("peers", 30), ("others", 10)]))
    users = [make_user(f"Voter {n}") for n in range(10)]
    for user in users:
        make_member(round, user)
    li, wang = (make_subject(round, make_member(round, make_user(name))) for name in ("Li", "Wang"))
    make_cell(li, users[:6], "peers")
    make_cell(li, users[6:7], "superiors")
    make_comment_cell(li, users)
    make_sheet([li, wang], users[6:], "peers")
    yield round
    cache.clear()


def test_is_editable_only_as_a_draft_that_nobody_writes(draft: Round) -> None:
    assert is_editable(draft)
    set_plan_state(draft, writing={"token": "t", "papers": 1})
    assert not is_editable(draft)
    set_plan_state(draft)
    draft.state = RoundState.OPEN
    assert not is_editable(draft)


@pytest.mark.parametrize(
    ("state", "plan", "outdated"),
    [
        ("draft", {}, False),
        ("draft", {"v": 1}, True),
        ("draft", {"v": 1, "state": {"used": True}}, False),
        ("draft", {"v": 1, "state": {"writing": {"token": "t", "papers": 1}}}, False),
        ("open", {"v": 1}, False),
    ],
)
def test_is_outdated_where_a_plan_was_changed_and_not_used(state: str, plan: dict[str, Any], outdated: bool) -> None:
    assert is_outdated(Round(state=state, plan=plan)) is outdated


def test_member_rows_count_papers_of_this_round_alone(draft: Round) -> None:
    other = RoundFactory()
    voters = {name: draft.members.get(name=name) for name in ("Voter 0", "Voter 6", "Wang")}
    make_cell(make_subject(other, make_member(other, make_user("Zhao"))), [voters["Voter 0"].user])

    assert member_rows(draft, voters.values()) == [
        MemberRow(voters["Voter 0"], 2),
        MemberRow(voters["Voter 6"], 3),
        MemberRow(voters["Wang"], 0),
    ]
    assert member_rows(draft, []) == []


def test_subject_rows_count_own_papers_and_sheets_by_class(draft: Round) -> None:
    li, wang = draft.subjects.order_by("label")

    assert subject_rows(draft, [li, wang]) == [
        SubjectRow(li, [("Superiors", 1), ("Peers", 10), ("Others", None)]),
        SubjectRow(wang, [("Superiors", None), ("Peers", 4), ("Others", None)]),
    ]


def test_voter_rows_name_the_class_on_own_papers_and_sheets(draft: Round) -> None:
    li, wang = draft.subjects.order_by("label")
    members = [draft.members.get(name=name) for name in ("Voter 0", "Voter 6", "Voter 7", "Wang")]

    assert voter_rows(wang, members) == [
        VoterRow(member, voter_class, voter_class.capitalize())
        for member, voter_class in zip(members, ("", "peers", "peers", ""), strict=True)
    ]
    assert [row.voter_class for row in voter_rows(li, [members[0], members[2], members[3]])] == ["peers", "peers", ""]


@pytest.mark.usefixtures("in_english")
def test_rows_of_an_opened_round_name_the_classes_of_a_shared_paper(draft: Round) -> None:
    """Li's one superior votes on one paper with the peers; who is in which class is told no more."""
    draft.form = freeze_for(draft).as_json()
    assert share_papers(draft) == 1
    li, wang = draft.subjects.order_by("label")

    rows = subject_rows(draft, [li, wang])
    assert rows[0].shared == ("Superiors and Peers",)
    assert rows[1].shared == ()
    voter = draft.members.get(name="Voter 0")
    assert [(row.voter_class, row.label) for row in voter_rows(li, [voter])] == [("superiors", "Superiors and Peers")]
    labels = [label for label, _names in evaluators_by_class(draft, [li])[li.pk]]
    assert labels[0] == "Superiors and Peers"


def test_rows_take_the_same_queries_however_many(draft: Round) -> None:
    counts = []
    for size in (1, 10):
        members, subjects = list(draft.members.all()[:size]), list(draft.subjects.all()[:size])
        round = Round.objects.select_related("scheme").get(pk=draft.pk)
        with CaptureQueriesContext(connection) as queries:
            member_rows(round, members)
            subject_rows(round, subjects)
            voter_rows(subjects[0], members)
        counts.append(len(queries))

    assert counts == [7, 7]


def test_find_candidates_are_people_of_that_name_who_are_not_on_the_roll(draft: Round) -> None:
    held = make_member(draft, make_user("Person 012", pk=FIRST + 12))

    names = [person.name for person in find_candidates(draft, "Person 01")]

    assert names == [f"Person {n:03}" for n in range(10, 20) if f"Person {n:03}" != held.name]
    assert find_candidates(draft, "Nobody") == []


def test_find_candidates_reads_the_organisation_no_further_than_needed(draft: Round) -> None:
    assert len(find_candidates(draft, "Person")) == CANDIDATES
    assert len(read) == 1
    assert read[0] == CANDIDATES


def test_candidate_of_a_search_is_at_hand(draft: Round) -> None:
    wanted = find_candidates(draft, "Person 150")[0]
    assert read == [200]

    assert candidate(draft, FIRST + 150) == wanted
    assert read == [200]


def test_candidate_without_a_search_is_looked_up(draft: Round) -> None:
    person = candidate(draft, FIRST + 3)

    assert person is not None
    assert (person.name, read) == ("Person 003", [4])
    assert candidate(draft, 999) is None


def test_candidates_of_one_round_are_not_those_of_another(draft: Round, settings: Any) -> None:
    find_candidates(draft, "Person 150")
    settings.PEER_REVIEW_ROLL_SOURCE = f"{__name__}.nobody"

    assert candidate(RoundFactory(), FIRST + 150) is None


def nobody(round: object) -> list[Person]:
    """An organisation without people."""
    return []
