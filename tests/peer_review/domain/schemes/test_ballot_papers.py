"""The frozen scheme, told cell by cell."""

import pytest

from peer_review.domain.schemes.ballot_papers import papers_for, papers_of, row_length
from peer_review.domain.schemes.schemes import freeze_scheme
from peer_review.models import Round
from peer_review.protocol.papers import SheetRule
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


@pytest.fixture
def round() -> Round:
    scheme = SchemeFactory(
        classes=[("leaders", 60), ("staff", 40)],
        paper="sheet",
        comments=True,
        comment_limit=80,
        sheet_rules=[{"kind": "quota", "percent": 25, "points": 90}, {"kind": "not_all_max"}],
    )
    scheme.criteria.filter(key="spirit").update(classes=["staff"])
    round: Round = RoundFactory(scheme=scheme)
    round.form = freeze_scheme(scheme).as_json()
    return round


def test_each_cell_has_the_paper_of_its_kind_and_class(round: Round) -> None:
    subjects = [make_subject(round, make_member(round, make_user())) for _one in range(5)]
    leaders = make_cell(subjects[0], [make_user()], "leaders")
    staff = make_cell(subjects[0], [make_user()], "staff")
    sheet = make_sheet(subjects, [make_user()], "staff")
    words = make_comment_cell(subjects[0], [make_user()])

    papers = papers_of(round)

    assert papers[leaders.key].criteria == (("quality", 6000),)
    assert papers[staff.key].criteria == (("quality", 6000), ("spirit", 4000))
    assert (papers[sheet.key].subjects, len(papers[sheet.key].keys)) == (5, 10)
    assert papers[sheet.key].rules == (SheetRule("quota", n=1, points=90), SheetRule("not_all_max"))
    assert (papers[words.key].kind, papers[words.key].limit) == ("comment", 80)
    assert row_length(round) > 80 * 4


@pytest.mark.parametrize(("percent", "subjects", "n"), [(25, 3, 1), (25, 8, 2), (25, 11, 2), (100, 4, 4)])
def test_a_quota_in_percent_is_rounded_down_but_never_to_none(
    round: Round, percent: int, subjects: int, n: int
) -> None:
    round.form = {**round.form, "sheet_rules": [{"kind": "quota", "percent": percent, "points": 90}]}
    people = [make_subject(round, make_member(round, make_user())) for _one in range(subjects)]
    cell = make_sheet(people, [make_user()], "staff")
    assert papers_of(round)[cell.key].rules[0].n == n


def test_many_cells_cost_two_queries(round: Round, django_assert_num_queries) -> None:
    for _one in range(3):
        subject = make_subject(round, make_member(round, make_user()))
        make_cell(subject, [make_user()], "staff")
    with django_assert_num_queries(2):
        assert len(papers_for(round, round.frozen_scheme)) == 3
