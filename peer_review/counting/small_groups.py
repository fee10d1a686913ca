"""Figures of small groups: how exactly a mean may be shown, so that a reader who knows one ballot learns no other.

A figure is shown as it is, or as a range: "95 or more", "20 or less", "65 to 67.5". Which ranges there are depends on
what everybody knows (scale, how many of each class answered, weights, trimming), never on the answers. The measure is
M, see possible_answers: at least three sets of the others' answers must remain possible, whoever reads.

*1 to 5, one class*: a mean m of n answers is shown as it is where 1 + 6/n < m < 5 − 6/n. Of n answers with the sum s
one reader knows x, so the others' n − 1 answers lie s − x − (n − 1) steps above the lowest they could be. No steps can
be taken in one way, one in one, two in two (one answer twice, or two once), three in three or more. A reader has an x
of 5 at most, so three steps remain where s ≥ n + 7; and all sums up to n + 6 together leave that reader 1 + 1 + 2. The
same from above. A trimmed mean leaves more, and the same bounds hold for it (tests try all of n = 5 to 12).

*Four grades, and several classes in one figure*: the finest bins that possible_answers finds, up to EXHAUSTIVE answers;
of one class's grades up to GRADES_TO. Beyond, there are many sets for every mean but the outermost: as far from an end
as one answer could move it and two more steps of the others, the mean is shown as it is.

*Points from 0 to 100*: in whole points, and every other person's mark can still differ by 10. Let an answer carry the
part a of the figure at most. The reader knows x, and the figure V to a width of one point; what the others' marks lack
to 100, each times its part, is B = 100 − V − a(100 − x). Each other mark may lack B / a of its own, if the rest lack
nothing: so it can lie anywhere in a range of 10 where B ≥ 10a, for every x where V ≤ 100 − 100a − 10a. The figure v
covers V from v − 0.5. So with u = 100.5 − 110a, in whole points, it is shown as it is below u, and from there on as "u
or more", which leaves the same room; never above 94. From below the same: 110a − 0.5, never under 21. Where B is so
large that the rest cannot lack it all, the range is cut at its other end by what is too much for them; that is what
bounds it from below, and three others have parts enough (1 − 2a ≥ 3/5) that it is never cut at both. In a trimmed class
an extreme mark of the reader's is left out; whoever is not extreme has another mark beyond theirs, of which the figure
tells nothing. So there the reader moves nothing, and 110a becomes 10a. M ≥ 3 follows: ten marks of one other person,
each with a set of the rest. (With the bound 95 alone, a reader who gave 58 learns from a mean of 92 of five that all
others gave 100.)

*Answers that others may know*, from envelopes, hide nobody. A group's figure is shown no more exactly than one of its
other answers alone would be: what an answer carries, a and 1/n, is reckoned as if the figure were made of these. Where
the finest bins are found by trying all sets, the outermost are widened to those bounds.

*A class declared not anonymous*: whoever knows its answers takes its part away, whatever it is, and is left with the
figure of the others. So where its figure is not shown beside the others', the figure of the others is taken as if it
were shown by itself, and put together with that class's, as it would be shown (release.Criterion).

*The score*: see shown_score. `exact` schemes declare that figures are shown as they are.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import NotRequired, TypedDict

from .aggregate import TRIM_ABOVE
from .combine import exact_shares
from .possible_answers import ANSWERS, finest_bins, possible_sets
from .scales import GRADES, grade_of, round_half_up

#: Up to so many answers bins are found by trying all sets; of one class's grades, which are few, up to so many.
EXHAUSTIVE, GRADES_TO = 12, 24
#: From so many answers a score is shown as it is, with the flag of one ballot and the score without severity.
SCORED_FROM = 12
#: Above what breadth (step_width) a score is shown in steps, and how wide these are in points; the narrowest first.
#: joint_share measures what they leave to a reader.
STEPS: Mapping[str, tuple[tuple[Fraction, int], ...]] = {
    "points": ((Fraction(2), 2),),
    "anchors": ((Fraction(5, 2), 2),),
    "grades": ((Fraction(7, 2), 2), (Fraction(11, 4), 3)),
}
#: From so many answers their distribution is shown.
BARS_FROM = 20
#: "95 or more" and "20 or less": beyond these a mean of points is never shown as it is.
POINTS_HIGH, POINTS_LOW = 95, 20
#: Lowest and highest figure of a scale, in points.
ENDS = {"points": (0.0, 100.0), "anchors": (20.0, 100.0), "grades": (30.0, 95.0)}

AT_LEAST, AT_MOST, BETWEEN, EXACT = "at_least", "at_most", "between", ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure as it is shown: in points, somewhere from `least` to `most`.

    code: "at_least" (`least` or more), "at_most" (`most` or less), "between"; empty where both are the figure itself.
    """

    least: float
    most: float
    code: str = EXACT

    @property
    def value(self) -> float:
        """The number that stands for the figure in pictures and in means: its bound, or the middle of its range."""
        if self.code == AT_LEAST:
            return self.least
        if self.code == AT_MOST:
            return self.most
        if self.code == EXACT:
            return self.least
        return round_half_up((self.least + self.most) / 2)


class ShownJson(TypedDict):
    """As what a figure is shown that is not shown as it is: a range, as it is kept.

    grade: of a subject's score, the grade that the exact score proposes; empty where it is left open.
    """

    code: str
    least: float
    most: float
    grade: NotRequired[str]


def proposed_grade(value: float | None, shown: ShownJson | None, bands: Sequence[float]) -> str:
    """Return the key of the grade that a published figure proposes; empty without one, or where it is left open."""
    if value is None:
        return ""
    return shown["grade"] if shown and "grade" in shown else grade_of(value, bands)


@dataclass(frozen=True, slots=True)
class Ranges:
    """As what a group's mean is shown; see ranges_of.

    low, high: figures up to, and from, these are shown together, in points; None where there are none. bins: others
    that are shown together, (first, last). decimals: of what is shown as it is.
    """

    low: float | None = None
    high: float | None = None
    bins: tuple[tuple[float, float], ...] = ()
    decimals: int = 1

    def show(self, value: float) -> Shown:
        """Return a mean as it is shown."""
        value = round_half_up(value, self.decimals)
        if self.high is not None and value >= self.high:
            return Shown(self.high, self.high, AT_LEAST)
        if self.low is not None and value <= self.low:
            return Shown(self.low, self.low, AT_MOST)
        for first, last in self.bins:
            if first <= value <= last:
                return Shown(first, last, BETWEEN)
        return Shown(value, value)


@lru_cache(maxsize=4096)
def ranges_of(
    scale: str,
    sizes: tuple[int, ...],
    weights: tuple[float, ...],
    *,
    floor: int,
    trim: bool,
    unknown: tuple[int, ...] | None = None,
) -> Ranges:
    """Return as what the figure of a group is shown.

    sizes: how many of each class answered. weights: of the classes. unknown: how many of these answers nobody but their
    authors can know; None: all.
    """
    shares = exact_shares(sizes, weights, floor)
    return ranges_by_shares(scale, sizes, shares, trim=trim, unknown=unknown or sizes)


@lru_cache(maxsize=4096)
def ranges_by_shares(
    scale: str, sizes: tuple[int, ...], shares: tuple[Fraction, ...], *, trim: bool, unknown: tuple[int, ...]
) -> Ranges:
    """Return ranges_of where it is known what share each class has in the figure."""
    ranges = _ranges_of(scale, sizes, shares, trim, sizes)
    if unknown == sizes:
        return ranges
    return _widened(scale, ranges, _ranges_of(scale, sizes, shares, trim, unknown))


def _ranges_of(
    scale: str, sizes: tuple[int, ...], exact: tuple[Fraction, ...], trim: bool, unknown: tuple[int, ...]
) -> Ranges:
    """Return ranges_of where an answer carries as much as if those unknown were all of its class; bins of tried sets
    only where all are unknown."""
    shares = [(size, share) for size, share in zip(sizes, exact, strict=True) if size]
    answers = [size for size, _share in shares]
    cut = [trim and size > TRIM_ABOVE for size in answers]
    alone = [many for size, many in zip(sizes, unknown, strict=True) if size]
    effective = [
        share / max(1, many - 2 * trimmed) for (_size, share), many, trimmed in zip(shares, alone, cut, strict=True)
    ]
    part = max(effective, default=Fraction(1))
    if scale == "points":
        untrimmed = [one for one, trimmed in zip(effective, cut, strict=True) if not trimmed]
        moved = 10 * part + 100 * max(untrimmed, default=Fraction())
        high = min(POINTS_HIGH, math.floor(Fraction(201, 2) - moved))
        low = max(POINTS_LOW, math.ceil(moved - Fraction(1, 2)))
        return _tails(scale, float(low), float(high), decimals=0)
    if scale == "anchors" and len(answers) == 1:
        part = Fraction(1, max(1, alone[0]))
    elif unknown == sizes and sum(answers) <= (GRADES_TO if scale == "grades" and len(answers) == 1 else EXHAUSTIVE):
        return _finest(scale, tuple(answers), tuple(share for _size, share in shares), trim)
    values = ANSWERS[scale]
    lowest, highest = values[0], values[-1]
    low_tail = lowest + (values[-1] - values[0] + 2 * (values[1] - values[0])) * part
    high_tail = highest - (values[-1] - values[0] + 2 * (values[-1] - values[-2])) * part
    return _tails(scale, round_half_up(float(low_tail)), round_half_up(float(high_tail)))


def _widened(scale: str, ranges: Ranges, by: Ranges) -> Ranges:
    """Return ranges whose outermost reach as far as those of others, which are whole or have nothing between."""
    if ranges.low is None or ranges.high is None:
        return ranges
    if by.low is None or by.high is None:
        return by
    low, high = max(ranges.low, by.low), min(ranges.high, by.high)
    for first, last in ranges.bins:
        low = last if first <= low < last else low
        high = first if first < high <= last else high
    if low >= high:
        return Ranges(bins=(ENDS[scale],), decimals=ranges.decimals)
    inner = tuple((first, last) for first, last in ranges.bins if low < first and last < high)
    return Ranges(low, high, inner, ranges.decimals)


def _tails(scale: str, low: float, high: float, *, decimals: int = 1) -> Ranges:
    """Return the ranges below and above which nothing is shown as it is; where these meet, one range of all."""
    if low >= high:
        return Ranges(bins=(ENDS[scale],), decimals=decimals)
    return Ranges(low, high, decimals=decimals)


@lru_cache(maxsize=1024)
def _finest(scale: str, sizes: tuple[int, ...], shares: tuple[Fraction, ...], trim: bool) -> Ranges:
    bins = finest_bins(possible_sets(scale, sizes, shares, trim=trim))
    if len(bins) == 1:
        return Ranges(bins=(ENDS[scale],))
    (_lowest, low), *inner, (high, _highest) = bins
    return Ranges(low / 10, high / 10, tuple((first / 10, last / 10) for first, last in inner if first < last))


def together(parts: Sequence[tuple[float, Shown]], scale: str) -> Shown:
    """Return the weighted mean of figures as they are shown: what a reader could reckon, and so tells nothing more.

    parts: weight and figure of each.
    """
    total = sum(weight for weight, _shown in parts)
    lowest, highest = ENDS[scale]

    def mean(ends: Sequence[float]) -> float:
        return round_half_up(sum(weight * end for (weight, _shown), end in zip(parts, ends, strict=True)) / total)

    codes = {shown.code for _weight, shown in parts}
    least = mean([lowest if shown.code == AT_MOST else shown.least for _weight, shown in parts])
    most = mean([highest if shown.code == AT_LEAST else shown.most for _weight, shown in parts])
    if codes <= {EXACT}:
        return Shown(least, least)
    if codes <= {EXACT, AT_LEAST}:
        return Shown(least, least, AT_LEAST)
    if codes <= {EXACT, AT_MOST}:
        return Shown(most, most, AT_MOST)
    return Shown(least, most, BETWEEN)


def shown_score(
    value: float, parts: Sequence[tuple[float, Shown]], *, scale: str, fewest: int, bands: Sequence[float]
) -> tuple[Shown, str]:
    """Return a score as it is shown, and the grade it proposes; empty where the figures leave it open.

    value: the exact score, rounded. parts: weight and figure, as shown, of each criterion. fewest: how many answered
    the criterion that fewest answered.

    The exact score decides the grade, but it is shown only from SCORED_FROM answers on, and where every criterion is
    shown as it is: else it would tell what the criteria keep back. Of enough criteria it is shown in steps, which begin
    anew at each line between grades (step_width); of fewer as the grade alone. One criterion's score is that criterion:
    there a grade that lies on both sides of a line is left to the person who decides.
    """
    weights = tuple(weight for weight, _shown in parts)
    coded = any(shown.code for _weight, shown in parts)
    if fewest >= SCORED_FROM and not coded:
        return Shown(value, value), grade_of(value, bands)
    if (width := step_width(scale, weights)) is not None:
        return step_of(value, bands, width), grade_of(value, bands)
    if not rests_on_one(weights):
        return band_of_grade(value, bands), grade_of(value, bands)
    reckoned = together(parts, scale)
    lowest, highest = ENDS[scale]
    least = grade_of(lowest if reckoned.code == AT_MOST else reckoned.least, bands)
    most = grade_of(highest if reckoned.code == AT_LEAST else reckoned.most, bands)
    return reckoned, least if least == most else ""


@lru_cache(maxsize=1024)
def rests_on_one(weights: tuple[float, ...]) -> bool:
    """Whether a score of criteria with these weights is one criterion, or hardly anything else."""
    exact = _exactly(weights)
    return 4 * max(exact) > 3 * sum(exact)


@lru_cache(maxsize=1024)
def step_width(scale: str, weights: tuple[float, ...]) -> int | None:
    """Return how wide the steps of a score of criteria with these weights are; None where it is the grade alone.

    No criterion may weigh more than half. The *breadth* of a score is how many criteria of the same weight would be as
    much: (Σ w)² / Σ w². Three that weigh 49, 49 and 2 are little more than two, and tell as much of each.
    """
    exact = _exactly(weights)
    total = sum(exact)
    if 2 * max(exact) > total:
        return None
    breadth = total**2 / sum(weight**2 for weight in exact)
    return next((width for above, width in STEPS[scale] if breadth > above), None)


def _exactly(weights: Sequence[float]) -> list[Fraction]:
    """Return weights as they were written: what turns on them must not turn on the last bit of their sum."""
    return [Fraction(str(weight)) for weight in weights]


def band_of_grade(value: float, bands: Sequence[float]) -> Shown:
    """Return the whole band of a score's grade, to the last tenth below the next."""
    edges = [100.1, *bands, 0.0]
    at = GRADES.index(grade_of(value, bands))
    return Shown(float(edges[at + 1]), round_half_up(edges[at] - 0.1), BETWEEN)


def step_of(value: float, bands: Sequence[float], width: int) -> Shown:
    """Return the step of so many points that a score lies in. A band's steps begin at its lowest points; its last one
    is longer where they do not come out even, so that no step is narrower."""
    band = band_of_grade(value, bands)
    steps = max(1, int(round_half_up(band.most + 0.1 - band.least) // width))
    at = min(int((value - band.least) // width), steps - 1)
    least = band.least + at * width
    return Shown(least, band.most if at == steps - 1 else round_half_up(least + width - 0.1), BETWEEN)
