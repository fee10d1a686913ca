"""The sentence on each paper: true for every turnout, and it says when a mark is one person's."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from peer_review.domain.planning.shared_papers import share_papers
from peer_review.domain.preflight.anonymity_statements import (
    anonymity_statement,
    anonymity_statements,
)
from peer_review.domain.schemes.schemes import freeze_for
from peer_review.enums import RoundState
from peer_review.models import Round
from tests.factories.peer_review.rounds import (
    STAGE,
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


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


TOGETHER = "At least 3 ballots, yours among them, are counted together before any figure is shown"


@pytest.fixture
def people() -> list[Any]:
    return [make_user(f"Person {n}") for n in range(5)]


def draft(**fields: Any) -> Round:
    classes = [("superiors", 50), ("peers", 50)]
    return RoundFactory(scheme=SchemeFactory(classes=classes), **fields)


def subject_of(round: Round, name: str = "Li") -> Any:
    return make_subject(round, make_member(round, make_user(name)))


def test_a_paper_is_counted_with_at_least_k_ballots(people: list[Any]) -> None:
    round = draft()
    cell = make_cell(subject_of(round), people, "peers")

    assert anonymity_statement(round, cell) == TOGETHER + "."


def test_class_with_few_voters_is_told_that_it_is_never_counted_by_itself(people: list[Any]) -> None:
    """No other class can take it in, so it will be destroyed: of which its floor sentence tells."""
    round = draft()
    thin = make_cell(subject_of(round), people[:2], "superiors")

    assert anonymity_statement(round, thin) == (
        "Fewer than 3 people vote as “Superiors” on “Li”, so these answers are never counted by themselves: at least 3 "
        "ballots, yours among them, are counted together before any figure is shown."
    )


@pytest.mark.parametrize("few", [1, 2])
@pytest.mark.parametrize("opened", [False, True])
def test_classes_that_share_a_paper_are_told_so_alike(people: list[Any], few: int, opened: bool) -> None:
    round = draft()
    subject = subject_of(round)
    make_cell(subject, people[:few], "superiors")
    make_cell(subject, people[few:], "peers")
    if opened:
        round.form = freeze_for(round).as_json()
        share_papers(round)
        round.state = RoundState.OPEN
        round.save()
        assert round.cells.count() == 1
    for cell in round.cells.all():
        assert anonymity_statement(round, cell) == (
            "Too few people may vote at computers in one of the classes “Superiors and Peers”. So all of them vote on "
            f"this one paper, and nobody can tell from which class a ballot came. {TOGETHER}."
        )


def test_class_that_was_declared_not_anonymous_is_named_to_all(people: list[Any]) -> None:
    round = draft(not_anonymous=["superiors"])
    subject = subject_of(round)
    declared = make_cell(subject, people[:1], "superiors")
    others = make_cell(subject, people[1:], "peers")

    assert anonymity_statement(round, declared) == (
        "Before this round opened, the class “Superiors” was declared not anonymous: your ballot counts in full, and "
        "it can be known to be yours."
    )
    assert anonymity_statement(round, others) == (
        TOGETHER + ". The ballots of “Superiors”, a class that was declared not anonymous, are not among these."
    )


def test_a_whole_sheet_is_a_paper_like_others(people: list[Any]) -> None:
    round = draft()
    cell = make_sheet([subject_of(round), subject_of(round, "Wang")], people, "peers")

    assert anonymity_statement(round, cell) == TOGETHER + "."


@pytest.mark.parametrize(
    ("writers", "words"),
    [
        (
            5,
            "Comments are shown only if at least 3 are written, in an order made by chance; fewer are destroyed "
            "unread.",
        ),
        (
            2,
            "Fewer than 3 people may comment on “Li” anonymously at computers, so no comment will be shown: whatever "
            "is written is destroyed unread.",
        ),
    ],
)
def test_comments_need_company(people: list[Any], writers: int, words: str) -> None:
    round = draft()
    assert anonymity_statement(round, make_comment_cell(subject_of(round), people[:writers])) == words


def test_of_comments_those_of_a_declared_class_are_no_cover(people: list[Any]) -> None:
    round = draft(not_anonymous=["superiors"])
    few, enough = subject_of(round), subject_of(round, "Wang")
    statements = []
    for subject, declared in ((few, 3), (enough, 2)):
        make_cell(subject, people[:declared], "superiors")
        make_cell(subject, people[declared:], "peers")
        statements.append(anonymity_statement(round, make_comment_cell(subject, people)))

    assert statements == [
        "Fewer than 3 people may comment on “Li” anonymously at computers, so no comment will be shown: whatever is "
        "written is destroyed unread.",
        "Comments are shown only if at least 3 are written, in an order made by chance; fewer are destroyed unread. "
        "People of a class that was declared not anonymous may write here too, and nobody can tell their words from "
        "others’: so as many comments more as they are must come in.",
    ]


def test_a_thin_paper_of_two_stages_takes_no_ballot(people: list[Any]) -> None:
    round = draft(collection="two_stage", casts_at=timezone.now() + STAGE)
    cell = make_cell(subject_of(round), people[:2], "peers")

    assert anonymity_statement(round, cell) == (
        "Fewer than 3 people may cast this paper, so it closes when the drawing ends: no ballot is taken on it."
    )


def test_a_thin_paper_of_a_declared_class_takes_its_ballot_in_two_stages_too(people: list[Any]) -> None:
    round = draft(collection="two_stage", casts_at=timezone.now() + STAGE, not_anonymous=["peers"])
    cell = make_cell(subject_of(round), people[:1], "peers")

    assert anonymity_statement(round, cell) == (
        "Before this round opened, the class “Peers” was declared not anonymous: your ballot counts in full, and it "
        "can be known to be yours."
    )


@pytest.mark.parametrize("papers", [1, 3])
def test_an_evaluators_sentences_take_two_queries_once_the_round_is_open(people: list[Any], papers: int) -> None:
    round = draft()
    round.form, round.state = freeze_for(round).as_json(), RoundState.OPEN
    cells = [make_cell(subject_of(round, f"Subject {n}"), people, "peers") for n in range(papers)]
    make_cell(subject_of(round, "Other"), people[1:], "peers")

    with CaptureQueriesContext(connection) as queries:
        told = anonymity_statements(round, people[0])

    assert told == dict.fromkeys([cell.key for cell in cells], TOGETHER + ".")
    assert len(queries) == 2


def test_whoever_is_asked_is_told_of_half_steps_and_not_who_joined(people: list[Any]) -> None:
    round = draft()
    li, wang = subject_of(round), subject_of(round, "Wang")
    cells = [make_cell(li, people, "peers"), make_cell(wang, people, "peers"), make_comment_cell(li, people)]
    cells.append(make_sheet([li, wang], people, "superiors"))
    round.exposure = {"coarse_subjects": [li.key]}

    said = [anonymity_statement(round, cell) for cell in cells]

    told = (
        " Nearly the same people vote on “Li” as in another round of late; only people who joined, left or moved make "
        "the difference. So its figures are shown in half-steps, ten points of a hundred, and compared with no other "
        "round."
    )
    assert said[0] == TOGETHER + "." + told
    assert said[1] == TOGETHER + "."
    assert "half-steps" not in said[2]
    assert said[3].endswith(told)


def test_half_steps_cost_two_queries_for_all_papers_together(people: list[Any]) -> None:
    counts = []
    for coarse in (False, True):
        for size in (1, 4):
            round = draft()
            subjects = [subject_of(round, f"Li {n}") for n in range(size)]
            for subject in subjects:
                make_cell(subject, people, "peers")
            make_sheet(subjects, people, "superiors")
            if coarse:
                round.exposure = {"coarse_subjects": [subject.key for subject in subjects]}
            with CaptureQueriesContext(connection) as queries:
                anonymity_statements(round, people[0])
            counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[2] == counts[3] == counts[0] + 2
