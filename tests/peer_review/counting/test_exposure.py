"""What would become of ballots, before any is cast: asked of the rules that will count them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peer_review.counting.exposure import Fate, merges, missing_voters, outcome, rolls_differ
from peer_review.counting.ladder import Rung, climb
from tests.peer_review.counting.test_guarantee import make_setting


@pytest.mark.parametrize(
    ("eligible", "step"),
    [
        ([1, 6, 5], (0, 1)),  # the lone superior among the peers
        ([6, 2, 5], (1, 0)),  # upwards, where both neighbours serve
        ([6, 5, 2], (2, 1)),
        ([4, 0, 9], None),  # one class would be left: no more than the subject's own figure
        ([1, 0, 9], (0, 2)),  # but one person is shielded
        ([1, 4, 9], (0, 1)),
        ([6, 5, 5], None),  # nothing is thin
        ([0, 0, 2], None),  # nowhere to go
    ],
)
def test_the_thinnest_class_goes_where_most_classes_are_left(eligible: list[int], step: tuple[int, int] | None) -> None:
    found = merges(make_setting([eligible], floor=5))
    assert [(one.source, one.target) for one in found] == ([step] if step else [])


def test_mergers_are_gathered_over_subjects_the_most_helpful_first() -> None:
    found = merges(make_setting([[6, 5, 2], [1, 6, 5], [1, 7, 9]], floor=5))

    assert [(one.source, one.target, one.opens, one.shields) for one in found] == [
        (0, 1, (1, 2), (1, 2)),
        (2, 1, (0,), ()),
    ]


def test_twelve_thin_classes_are_merged_in_good_time() -> None:
    setting = make_setting([[1, 2] * 6], floor=5)
    assert merges(setting)[0].subjects == (0,)


def test_missing_voters_are_those_under_the_floor() -> None:
    assert missing_voters(make_setting([[3, 0], [1, 1], [0, 0], [4, 4]], floor=5)).tolist() == [2, 3, 5, 0]


def test_a_turnout_is_rounded_half_up_and_a_barrier_closes_thin_papers() -> None:
    setting = make_setting([[5, 3]], floor=4, two_stage=True)

    assert setting.at(0.5).tolist() == [[3, 0]]
    assert setting.just_under.tolist() == [[3, 0]]
    found = outcome(setting, setting.most)
    assert found.classes.tolist() == [[Fate.ALONE, Fate.ABSENT]]


def test_a_barrier_closes_no_paper_of_a_class_declared_not_anonymous() -> None:
    setting = replace(make_setting([[1, 3, 4]], floor=4, two_stage=True), anonymous=np.array([False, True, True]))

    assert setting.most.tolist() == [[1, 0, 4]]
    told = outcome(setting, setting.most)
    assert told.classes.tolist() == [[Fate.ALONE, Fate.ABSENT, Fate.ALONE]]


def test_thin_subjects_are_shown_nowhere_however_many_they_are() -> None:
    thin = outcome(setting := make_setting([[2], [2], [2], [9]]), setting.most)

    assert thin.subjects.tolist() == [Fate.WITHHELD] * 3 + [Fate.ALONE]
    assert thin.classes.ravel().tolist() == [Fate.DESTROYED] * 3 + [Fate.ALONE]
    assert thin.smallest.tolist() == [0, 0, 0, 9]
    assert thin.papers_that(Fate.DESTROYED).tolist() == [[0, 0], [1, 0], [2, 0]]


def test_a_class_under_the_floor_joins_the_one_above_it_and_is_counted_with_it() -> None:
    setting = make_setting([[6, 3, 7], [2, 1, 1], [2, 6, 5]], floor=5)
    told = outcome(setting, setting.most)

    assert told.classes.tolist() == [
        [Fate.JOINED, Fate.JOINED, Fate.ALONE],
        [Fate.DESTROYED] * 3,
        [Fate.JOINED, Fate.JOINED, Fate.ALONE],
    ]
    assert told.stands.tolist() == [[0, 0, 2], [-1, -1, -1], [0, 0, 2]]
    assert told.joined == {(0, 1): 2}
    assert [told.company(0, voters) for voters in range(3)] == [[1], [0], []]
    assert told.company(1, 0) == []
    # 6 + 3 and 7; nothing; 2 + 6 and 5.
    assert told.smallest.tolist() == [7, 0, 5]
    assert told.with_classes == 2


def test_what_is_asked_otherwise_is_no_neighbour() -> None:
    setting = make_setting([[6, 3, 7]], floor=5)
    setting = replace(setting, asked=np.array([[True, True, True], [False, True, False]]))
    told = outcome(setting, setting.most)

    assert told.classes.tolist() == [[Fate.ALONE, Fate.DESTROYED, Fate.ALONE]]
    # The criterion that the class alone is asked is shown of nobody.
    assert told.subjects.tolist() == [Fate.WITHHELD]


def test_a_class_declared_not_anonymous_joins_none_and_is_no_cover() -> None:
    setting = replace(make_setting([[1, 3, 3], [9, 3, 0]], floor=5), anonymous=np.array([False, True, True]))
    told = outcome(setting, setting.most)

    assert told.classes.tolist() == [
        [Fate.ALONE, Fate.JOINED, Fate.JOINED],
        [Fate.WITHHELD, Fate.DESTROYED, Fate.ABSENT],
    ]
    assert told.smallest.tolist() == [6, 0]
    assert missing_voters(setting).tolist() == [0, 2]
    assert merges(setting) == []


def test_a_whole_sheet_is_one_ladder_of_all_its_subjects() -> None:
    """Two subjects on one sheet, a third on papers of its own."""
    setting = make_setting([[3, 4], [3, 4], [9, 2]], floor=5)
    told = outcome(replace(setting, ladders=np.array([[3, 3], [3, 3], [2, 2]])), setting.most)

    assert told.joined == {(0, 1): 2}
    assert sorted(told.papers.tolist()) == [[0, 0], [0, 1], [2, 0], [2, 1]]
    assert len(told.papers_that(Fate.JOINED)) == 4


@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=1, max_size=5), st.integers(2, 6))
def test_outcomes_are_those_of_the_count(eligible: list[list[int]], floor: int) -> None:
    """Subject by subject, the ladder of the count decides the same of the same ballots."""
    setting = replace(make_setting(eligible, floor=floor), anonymous=np.array([True, True, False]))
    told = outcome(setting, setting.most)
    for at, row in enumerate(eligible):
        rungs = [Rung(str(place), n, n, anonymous=place < 2) for place, n in enumerate(row) if n]
        steps = climb(rungs, floor=floor)
        ends = {cell: Fate.JOINED for group in steps.joined for cell in group}
        ends |= dict.fromkeys(steps.destroyed, Fate.DESTROYED)
        for place, n in enumerate(row):
            wanted = ends.get(str(place), Fate.ALONE) if n else Fate.ABSENT
            if (
                place == 2
                and n
                and set(ends.values()) <= {Fate.DESTROYED}
                and "0" not in steps.alone
                and "1" not in steps.alone
            ):
                wanted = Fate.WITHHELD
            assert told.classes[at, place] == wanted


def test_rolls_differ_by_who_is_on_one_of_them_only() -> None:
    first, second = np.array([0, 1, 2, 10, 11]), np.array([1, 2, 3, 10, 11])
    assert rolls_differ(first, second, groups=3, span=10).tolist() == [2, 0, 0]


SHARED = np.array([[0, 0, 2], [0, 1, 2]])


def test_classes_that_share_a_paper_climb_as_one() -> None:
    """Three and four on one paper are seven; beside them, where each has its own, both join."""
    setting = replace(make_setting([[3, 4, 9], [3, 4, 9]], floor=5), shares=SHARED)
    found = outcome(setting, setting.eligible)

    assert found.classes.tolist() == [[Fate.JOINED, Fate.JOINED, Fate.ALONE]] * 2
    assert found.stands.tolist() == [[0, 0, 2], [0, 0, 2]]
    assert found.joined == {(0, 1): 2}
    # Of the first five on the shared paper stand alone, and three staff join them; of the second staff join the peers.
    low = outcome(setting, np.array([[2, 3, 3], [5, 2, 3]]))
    assert low.stands.tolist() == [[0, 0, 0], [0, 1, 1]]
    assert low.joined == {(0, 1, 2): 1, (1, 2): 1}


def test_a_shared_paper_stays_one_ballot_under_the_floor_as_a_whole() -> None:
    setting = replace(make_setting([[3, 4, 9], [3, 4, 9]], floor=5), shares=SHARED)
    assert setting.just_under.tolist() == [[3, 1, 4], [3, 4, 4]]


def test_a_shared_paper_does_not_close_at_the_barrier() -> None:
    setting = replace(make_setting([[3, 4, 4], [3, 4, 4]], floor=5, two_stage=True), shares=SHARED)
    assert setting.most.tolist() == [[3, 4, 0], [0, 0, 0]]
