"""The verifier's ranges beside those of the count: other code, the same ranges."""

from fractions import Fraction

import pytest

from peer_review.counting.combine import exact_shares
from peer_review.counting.small_groups import ranges_of as counted_ranges
from peer_review.offline.verifier.ranges import ranges_of


@pytest.mark.parametrize("known", [0, 1, 4])
@pytest.mark.parametrize("trim", [False, True])
@pytest.mark.parametrize("scale", ["points", "anchors", "grades"])
@pytest.mark.parametrize(
    ("sizes", "weights"),
    [
        *(((size,), (100.0,)) for size in (5, 8, 12, 13, 30)),
        ((1, 6), (40.0, 60.0)),
        ((2, 0, 5), (33.3, 33.3, 33.4)),
        ((1, 4, 20), (30.0, 40.0, 30.0)),
    ],
)
def test_ranges_are_those_of_the_count(
    sizes: tuple[int, ...], weights: tuple[float, ...], scale: str, trim: bool, known: int
) -> None:
    unknown = tuple(max(0, size - known) for size in sizes)
    ours = counted_ranges(scale, sizes, weights, floor=5, trim=trim, unknown=unknown)
    shares = exact_shares(sizes, weights, 5)
    theirs = ranges_of(scale, sizes, tuple(shares), trim=trim, unknown=unknown)
    for tenth in range(1001):
        mine, other = ours.show(tenth / 10), theirs.show(Fraction(tenth, 10))
        assert (mine.code, mine.least, mine.most, mine.value) == (
            other.code,
            float(other.least),
            float(other.most),
            float(other.value),
        )
