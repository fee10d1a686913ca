"""An order that is no surer than its figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peer_review.domain.results.rank_ranges import RankRange, rank_ranges

intervals = st.lists(
    st.tuples(st.integers(0, 100), st.integers(0, 30)).map(lambda one: (float(one[0]), float(one[0] + one[1]))),
    max_size=30,
)


def test_intervals_apart_have_one_place_each() -> None:
    assert rank_ranges([(10, 20), (50, 60), (30, 40)]) == [
        RankRange(best=3, worst=3, alike=0, group=3, total=3),
        RankRange(best=1, worst=1, alike=0, group=1, total=3),
        RankRange(best=2, worst=2, alike=0, group=2, total=3),
    ]


def test_a_chain_of_overlaps_is_one_group_though_its_ends_are_apart() -> None:
    top, middle, last = rank_ranges([(80, 90), (65, 82), (50, 70)])
    assert (top.best, top.worst, top.alike) == (1, 2, 1)
    assert (middle.best, middle.worst, middle.alike) == (1, 3, 2)
    assert (last.best, last.worst, last.alike) == (2, 3, 1)
    assert {top.group, middle.group, last.group} == {1}


def test_intervals_that_touch_overlap() -> None:
    assert [(one.best, one.worst, one.group) for one in rank_ranges([(70, 80), (80, 90)])] == [(1, 2, 1), (1, 2, 1)]


@pytest.mark.parametrize("number", [0, 1])
def test_none_and_one_have_nothing_beside_them(number: int) -> None:
    assert rank_ranges([(1, 2)] * number) == [RankRange(1, 1, 0, 1, 1)] * number


@given(intervals)
def test_places_count_who_is_surely_better_and_surely_worse(given: list[tuple[float, float]]) -> None:
    for (low, high), place in zip(given, rank_ranges(given), strict=True):
        assert place.best == 1 + sum(other > high for other, _high in given)
        assert place.worst == len(given) - sum(other < low for _low, other in given)
        assert place.alike == sum(one <= high and other >= low for one, other in given) - 1


@given(intervals)
def test_no_interval_overlaps_one_of_another_group(given: list[tuple[float, float]]) -> None:
    found = rank_ranges(given)
    for at, (low, high) in enumerate(given):
        for beside, (other_low, other_high) in enumerate(given):
            if found[at].group < found[beside].group:
                assert low > other_high
            if found[at].group != found[beside].group:
                assert high < other_low or low > other_high
    assert {place.group for place in found} == set(range(1, max((place.group for place in found), default=0) + 1))


@given(intervals, st.randoms())
def test_the_order_of_the_list_changes_no_place(given: list[tuple[float, float]], chance: object) -> None:
    shuffled = given[:]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert sorted(zip(shuffled, map(str, rank_ranges(shuffled)), strict=True)) == sorted(
        zip(given, map(str, rank_ranges(given)), strict=True)
    )
