"""The tree of sections as {id: id of the parent}."""

import pytest

from organisation.section_tree import descendants

TREE = {1: None, 2: 1, 3: 1, 4: 2, 5: 4, 6: None}


@pytest.mark.parametrize(
    ("tops", "below"),
    [([1], {1, 2, 3, 4, 5}), ([2], {2, 4, 5}), ([3, 6], {3, 6}), ([2, 4], {2, 4, 5}), ([], set()), ([9], {9})],
)
def test_descendants_are_the_sections_and_everything_below_them(tops: list[int], below: set[int]) -> None:
    assert descendants(TREE, tops) == below


def test_a_cycle_ends() -> None:
    assert descendants({1: 2, 2: 1}, [1]) == {1, 2}
