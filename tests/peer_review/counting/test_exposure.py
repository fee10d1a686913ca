"""What would become of ballots, before any is cast: asked of the rules that will count them."""

import numpy as np
import pytest

from peer_review.counting.exposure import Fate, merges, missing_voters, outcome, rolls_differ
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


def test_a_rest_needs_a_crowd_of_people() -> None:
    same_two = make_setting([[2], [2], [2]], people=2)
    others = make_setting([[2], [2], [2]])

    assert outcome(same_two, same_two.most).subjects.tolist() == [Fate.WITHHELD] * 3
    assert outcome(others, others.most).subjects.tolist() == [Fate.SECTION] * 3
    assert outcome(others, others.most).smallest.tolist() == [6, 6, 6]


def test_rolls_differ_by_who_is_on_one_of_them_only() -> None:
    first, second = np.array([0, 1, 2, 10, 11]), np.array([1, 2, 3, 10, 11])
    assert rolls_differ(first, second, groups=3, span=10).tolist() == [2, 0, 0]
