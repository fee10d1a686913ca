"""Groups and rows of a list: means by scope, places among all that are readable."""

import pytest

from peer_review.domain.outcomes.proposals import proposal_of
from peer_review.domain.results.group_models import all_of, first_of, read_groups, read_rows
from peer_review.enums import ResultScope
from peer_review.models import Result, Round
from tests.factories.peer_review.counted_rounds import make_published_round, papers

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]


@pytest.fixture
def round() -> Round:
    names = "甲乙丙丁戊己"
    return make_published_round(
        {(name, "all"): papers(6, 95 - 15 * at, 95 - 15 * at) for at, name in enumerate(names)},
        sections=dict(zip(names, "aaabbb", strict=True)),
    )


def test_groups_hold_one_mark_a_criterion_and_are_found_by_scope(round: Round) -> None:
    results = list(Result.objects.filter(round=round).exclude(scope=ResultScope.SUBJECT).order_by("sort_order", "pk"))
    groups = read_groups(round.frozen_scheme, results)

    unit = first_of(groups, ResultScope.UNIT)
    assert unit is not None
    assert (unit.label, unit.members, len(unit.marks)) == ("All together", 6, 2)
    assert [one.key for one in all_of(groups, ResultScope.SECTION)] == ["a", "b"]
    assert first_of(groups, ResultScope.RANK) is None
    assert all_of([], ResultScope.SECTION) == ()


def test_rows_are_ordered_by_score_or_as_they_are_asked_for(round: Round) -> None:
    readable = Result.objects.filter(round=round).of_scope(ResultScope.SUBJECT)
    rows, ties = read_rows(round, readable, None)
    assert [row.label for row in rows] == list("甲乙丙丁戊己")
    # All six ballots of a subject agree, so no interval overlaps another.
    assert [(row.place.best, row.place.worst) for row in rows if row.place] == [(n, n) for n in range(1, 7)]
    assert (ties.total, ties.groups, ties.certain) == (6, 6, 6)

    page = list(readable.select_related("subject__member").filter(label__in="己甲").order_by("score"))
    rows, ties = read_rows(round, readable, page)
    assert [(row.label, row.place.best) for row in rows if row.place] == [("己", 6), ("甲", 1)]
    assert ties.total == 6


def test_rows_lie_by_the_quota_only_where_a_proposal_is_given(round: Round) -> None:
    readable = Result.objects.filter(round=round).of_scope(ResultScope.SUBJECT)

    without, _ties = read_rows(round, readable, None)
    with_proposal, _ties = read_rows(round, readable, None, proposal=proposal_of(round))

    assert {row.line for row in without} == {""}
    assert {row.line for row in with_proposal} <= {"above", "tied", "below", "none"}


def test_a_list_of_nobody_is_empty(round: Round) -> None:
    rows, ties = read_rows(round, Result.objects.none(), None)

    assert (rows, ties.total, ties.groups, ties.certain) == ((), 0, 0, 0)
