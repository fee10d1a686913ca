"""Which ratings can be compared: islands of levels that share none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peer_review.counting.linkage import islands


def of(*codes: list[int]) -> list[int]:
    return islands([np.array(one, dtype=np.int64) for one in codes]).tolist()


@pytest.mark.parametrize(
    ("subjects", "raters", "expected"),
    [
        ([0, 1, 2], [0, 0, 0], [0, 0, 0]),  # one rater rates all
        ([0, 0, 0], [0, 1, 2], [0, 0, 0]),  # all rate one subject
        ([0, 1, 2], [0, 1, 2], [0, 1, 2]),  # everybody is rated by somebody of their own
        ([0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 2, 3], [0, 0, 0, 0, 1, 1]),
        ([0, 1, 1, 2, 2], [0, 0, 1, 1, 2], [0, 0, 0, 0, 0]),  # a chain through neighbours
        ([5, 5, 1, 2], [0, 1, 1, 3], [0, 0, 0, 1]),  # numbers without levels in between
    ],
)
def test_ratings_that_share_a_level_lie_on_one_island(
    subjects: list[int], raters: list[int], expected: list[int]
) -> None:
    assert of(subjects, raters) == expected


def test_islands_are_numbered_in_the_order_in_which_they_appear() -> None:
    assert of([7, 1, 7, 0], [7, 1, 7, 0]) == [0, 1, 0, 2]


def test_nothing_rated_has_no_island_and_one_factor_parts_nothing() -> None:
    assert islands([]).tolist() == []
    assert of([], []) == []
    assert of([0, 1, 2]) == [0, 0, 0]


def test_what_one_pair_of_factors_parts_no_third_factor_joins() -> None:
    """Criteria that are asked of all join no subjects whose raters are their own."""
    subjects, raters, criteria = [0, 0, 1, 1], [0, 0, 1, 1], [0, 1, 0, 1]

    assert of(subjects, criteria) == of(raters, criteria) == [0, 0, 0, 0]
    assert of(subjects, raters, criteria) == of(criteria, raters, subjects) == [0, 0, 1, 1]


ratings = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=14)


@given(ratings)
def test_islands_are_those_that_walking_from_rating_to_rating_finds(pairs: list[tuple[int, int]]) -> None:
    left = dict(enumerate(pairs))
    walked = [-1] * len(pairs)
    number = 0
    while left:
        ahead = [min(left)]
        while ahead:
            at = ahead.pop()
            if at not in left:
                continue
            walked[at] = number
            subject, rater = left.pop(at)
            ahead += [other for other, (s, r) in left.items() if s == subject or r == rater]
        number += 1

    assert of([subject for subject, _rater in pairs], [rater for _subject, rater in pairs]) == walked
