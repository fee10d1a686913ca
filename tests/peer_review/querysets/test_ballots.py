"""Which papers: one evaluator's in one round, those about a subject, and how many were drawn."""

from collections.abc import Iterable
from typing import Any

import pytest

from peer_review.models import Assignment, Cell, Round, Subject
from tests.factories.peer_review.rounds import (
    RoundFactory,
    make_cell,
    make_comment_cell,
    make_member,
    make_sheet,
    make_subject,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def round() -> Round:
    """Two subjects, made in the order in which they do not stand."""
    round: Round = RoundFactory()
    for name, order in (("Ben", 2), ("Ada", 1)):
        subject = make_subject(round, make_member(round, make_user(name)))
        Subject.objects.filter(pk=subject.pk).update(sort_order=order)
    return round


def about(round: Round, name: str) -> Subject:
    subject: Subject = round.subjects.get(label=name)
    return subject


def said(cells: Iterable[Cell]) -> list[tuple[str, str]]:
    return [(cell.kind, str(cell.sheet or cell.subject)) for cell in cells]


class TestPapersOfAnEvaluator:
    def test_stand_as_sheets_then_subject_by_subject_the_rating_before_the_comment(self, round: Round) -> None:
        voter = make_user()
        ben, ada = about(round, "Ben"), about(round, "Ada")
        make_comment_cell(ben, [voter])
        make_cell(ben, [voter])
        make_comment_cell(ada, [voter])
        make_cell(ada, [voter])
        make_sheet([ada, ben], [voter])

        papers = Assignment.objects.of(evaluator=voter, round=round)

        expected = [("sheet", "Sheet"), ("rating", "Ada"), ("comment", "Ada"), ("rating", "Ben"), ("comment", "Ben")]
        assert said(paper.cell for paper in papers) == expected
        assert said(Cell.objects.filter(round=round).in_order()) == expected

    def test_sheets_stand_in_their_own_order(self, round: Round) -> None:
        voter = make_user()
        first, second = (make_sheet([about(round, "Ada")], [voter]) for _number in range(2))
        sheet = first.sheet
        assert sheet is not None
        sheet.sort_order = 9
        sheet.save()

        assert [one.cell for one in Assignment.objects.of(evaluator=voter, round=round)] == [second, first]
        assert list(Cell.objects.in_order()) == [second, first]

    def test_are_nobody_elses_and_of_no_other_round(self, round: Round) -> None:
        voter, other, elsewhere = make_user(), make_user(), RoundFactory()
        mine = make_cell(about(round, "Ada"), [voter, other])
        make_cell(about(round, "Ben"), [other])
        make_cell(make_subject(elsewhere, make_member(elsewhere, make_user())), [voter])

        assert [one.cell for one in Assignment.objects.of(evaluator=voter, round=round)] == [mine]
        assert not Assignment.objects.of(evaluator=make_user("", "inspector", is_superuser=True), round=round).exists()

    def test_bring_subject_and_sheet_along_in_one_query(self, round: Round, django_assert_num_queries: Any) -> None:
        voter = make_user()
        make_cell(about(round, "Ada"), [voter])
        make_sheet([about(round, "Ada"), about(round, "Ben")], [voter])

        with django_assert_num_queries(1):
            assert len(said(one.cell for one in Assignment.objects.of(evaluator=voter, round=round))) == 2
        with django_assert_num_queries(1):
            assert len(said(Cell.objects.in_order())) == 2


class TestPapersAboutASubject:
    def test_are_its_own_and_the_sheets_that_list_it_and_no_comments(self, round: Round) -> None:
        ada, ben = about(round, "Ada"), about(round, "Ben")
        own = make_cell(ada, [make_user(), make_user()])
        sheet = make_sheet([ada, ben], [make_user()])
        of_ben = make_sheet([ben], [make_user()])
        make_comment_cell(ada, [make_user()])

        def cells(subject: Subject) -> list[int]:
            return sorted(Assignment.objects.about(subject).values_list("cell", flat=True))

        assert cells(ada) == sorted([own.pk, own.pk, sheet.pk])
        assert cells(ben) == sorted([sheet.pk, of_ben.pk])


def test_eligible_are_counted_for_each_paper_alone_in_one_query(round: Round, django_assert_num_queries: Any) -> None:
    cell = make_cell(about(round, "Ada"), [make_user() for _number in range(4)])
    empty = make_cell(about(round, "Ben"), [])

    with django_assert_num_queries(1):
        eligible = {paper.pk: paper.eligible for paper in Cell.objects.with_eligible()}

    assert eligible == {cell.pk: 4, empty.pk: 0}


def test_papers_without_a_key_wait_for_one(round: Round) -> None:
    waiting, ready = make_cell(about(round, "Ada"), []), make_cell(about(round, "Ben"), [])
    Cell.objects.filter(pk=ready.pk).update(spki="key")

    assert list(Cell.objects.without_key()) == [waiting]
