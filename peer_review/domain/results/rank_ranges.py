"""Rank ranges: a figure has every rank that its interval allows, because overlapping intervals decide no order."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RankRange:
    """Where one of `total` figures stands: somewhere from `best` to `worst`, 1 at the top.

    `alike` counts the others whose intervals overlap this one. `group` numbers, from 1 at the top, the groups between
    which no interval overlaps: only between two groups is the order beyond chance.
    """

    best: int
    worst: int
    alike: int
    group: int
    total: int


@dataclass(frozen=True, slots=True)
class OrderCertainty:
    """How far an order of `total` figures can be trusted: into how many groups it falls that no interval bridges, and
    how many figures have a place of their own."""

    total: int
    groups: int
    certain: int


def ties(places: Collection[RankRange]) -> OrderCertainty:
    """Return how far the order of these places can be trusted."""
    return OrderCertainty(
        total=len(places),
        groups=max((place.group for place in places), default=0),
        certain=sum(place.best == place.worst for place in places),
    )


def rank_ranges(intervals: Sequence[tuple[float, float]]) -> list[RankRange]:
    """Return the place of each figure among all. Intervals that only touch overlap: n log n comparisons.

    Shape: intervals and the returned places are (figures,); an interval is (low, high).
    """
    lows = sorted(low for low, _high in intervals)
    highs = sorted(high for _low, high in intervals)
    total = len(intervals)
    above = [total - bisect_right(lows, high) for _low, high in intervals]  # surely better
    below = [bisect_left(highs, low) for low, _high in intervals]  # surely worse
    groups = _groups(intervals)
    return [
        RankRange(best=better + 1, worst=total - worse, alike=total - 1 - better - worse, group=group, total=total)
        for better, worse, group in zip(above, below, groups, strict=True)
    ]


def _groups(intervals: Sequence[tuple[float, float]]) -> list[int]:
    """Return the number of the chain of overlapping intervals that each lies in."""
    numbers = [0] * len(intervals)
    group, reach = 0, float("inf")
    for at in sorted(range(len(intervals)), key=lambda place: intervals[place][1], reverse=True):
        low, high = intervals[at]
        if group == 0 or high < reach:
            group, reach = group + 1, low
        reach = min(reach, low)
        numbers[at] = group
    return numbers
