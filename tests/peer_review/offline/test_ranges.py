"""The verifier's ranges beside those of the count: other code, the same ranges."""

from decimal import Decimal
from fractions import Fraction

import pytest

from peer_review.counting.combine import exact_shares
from peer_review.counting.scales import BANDS, GRADES
from peer_review.counting.small_groups import Shown as CountedFigure
from peer_review.counting.small_groups import ranges_of as counted_ranges
from peer_review.counting.small_groups import shown_score
from peer_review.offline.verifier.ranges import Shown, ranges_of, score_of, step_width


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


WEIGHTS = [
    ("100",),
    ("60", "40"),
    ("75", "25"),
    ("30.3", "10.1"),
    ("33.33", "33.33", "33.34"),
    ("50", "30", "20"),
    ("49", "49", "2"),
    ("45", "30", "25"),
    ("0.3", "0.1", "0.1", "0.1"),
    ("30", "30", "30", "10"),
    ("51", "20", "20", "9"),
    ("20", "20", "20", "30", "10"),
]


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("scale", ["points", "anchors", "grades"])
def test_score_is_shown_as_the_count_shows_it(scale: str, weights: tuple[str, ...]) -> None:
    bands = [int(line) for line in BANDS]
    shares = [Fraction(weight) / sum(map(Fraction, weights)) for weight in weights]
    for tenth in range(300, 951):
        value = Decimal(tenth) / 10
        ours = [(float(weight), CountedFigure(float(value), float(value))) for weight in weights]
        mine, proposed = shown_score(tenth / 10, ours, scale=scale, fewest=11, bands=BANDS)
        theirs = [(share, Shown(value, value)) for share in shares]
        other, grade = score_of(value, theirs, scale=scale, fewest=11, bands=bands, version=3)
        assert (mine.code, mine.least, mine.most) == (other.code, float(other.least), float(other.most))
        assert proposed == ("" if grade is None else GRADES[grade])


@pytest.mark.parametrize("scale", ["points", "anchors", "grades"])
@pytest.mark.parametrize(
    ("weights", "width"), [((1, 1), None), ((49, 49, 2), 2), ((50, 30, 20), 2), ((1, 1, 1), 2), ((51, 30, 19), None)]
)
def test_scores_of_version_two_stay_in_the_steps_they_were_published_in(
    scale: str, weights: tuple[int, ...], width: int | None
) -> None:
    assert step_width(scale, [Fraction(weight) for weight in weights], version=2) == width
