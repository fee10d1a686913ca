"""As what figures of few answers are shown: exactly, or as a range that leaves three sets of answers possible."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement
from typing import NotRequired, TypedDict

from peer_review.offline.verifier.constants import (
    BREADTH_FROM,
    ENDS,
    EXHAUSTIVE,
    GRADE_POINTS,
    GRADES_TO,
    POINTS_HIGH,
    POINTS_LOW,
    SCORED_FROM,
    STEP_POINTS,
    STEPS,
    STEPS_FROM,
    TRIM_ABOVE,
)
from peer_review.offline.verifier.figures import tenths


@dataclass(frozen=True)
class Shown:
    """A figure as it is shown, in points: `least` or more, `most` or less, between both, or, without a code, both."""

    least: Decimal
    most: Decimal
    code: str = ""

    @property
    def value(self) -> Decimal:
        """The number that stands for it."""
        if self.code in ("at_least", "at_most"):
            return self.least
        return tenths(Fraction(self.least + self.most) / 2)

    def told(self) -> dict[str, object] | None:
        """Return the range as it is published; None for a figure that is shown as it is."""
        return {"code": self.code, "least": self.least, "most": self.most} if self.code else None


@dataclass(frozen=True)
class Ranges:
    """As what a mean is shown: whole up to `low` and from `high` on, in the bins, else as it is to so many decimals."""

    low: Decimal | None = None
    high: Decimal | None = None
    bins: tuple[tuple[Decimal, Decimal], ...] = ()
    whole: bool = False

    @property
    def is_open(self) -> bool:
        """Whether anything but one range of all can be shown."""
        return self.low is not None

    def show(self, mean: Fraction) -> Shown:
        value = tenths(Fraction(math.floor(mean + Fraction(1, 2) + Fraction(1, 10**9)))) if self.whole else tenths(mean)
        if self.high is not None and value >= self.high:
            return Shown(self.high, self.high, "at_least")
        if self.low is not None and value <= self.low:
            return Shown(self.low, self.low, "at_most")
        for first, last in self.bins:
            if first <= value <= last:
                return Shown(first, last, "between")
        return Shown(value, value)


@dataclass(frozen=True)
class Mean:
    """A mean before it is rounded: exact, with half its 95 % interval, and as it is shown; None by version 1 of the
    rules, which had no ranges."""

    value: Fraction
    half: float
    n: int
    abstentions: int
    shown: Shown | None = None
    members: int = 1
    unknown: int | None = None  # answers that nobody but their authors can know; None: all

    @property
    def hidden(self) -> int:
        """How many of its answers nobody but their authors can know."""
        return self.n if self.unknown is None else self.unknown

    @property
    def counts(self) -> Fraction:
        """The number that a mean of several is made of."""
        return Fraction(self.shown.value) if self.shown else self.value

    @property
    def told(self) -> dict[str, object] | None:
        """The range as it is published."""
        return self.shown.told() if self.shown else None


class Figure(TypedDict):
    """A criterion's mean as it is published; of a subject with its bars and with each class's mean."""

    value: list[Decimal]
    shown: dict[str, object] | None
    n: int
    abstentions: int
    bars: NotRequired[list[list[int]] | None]
    classes: NotRequired[dict[str, list[object]]]


def around(mean: Mean) -> list[Decimal]:
    """Return a mean's number, low and high: the bounds around what is shown; by version 1, around the exact mean."""
    if mean.shown is None:
        return bounds(tenths(mean.value), float(mean.value), float(mean.value), mean.half)
    return bounds(mean.shown.value, float(mean.shown.least), float(mean.shown.most), mean.half)


def bounds(value: Decimal, least: float, most: float, half: float) -> list[Decimal]:
    """Return value, low and high, inside 0 to 100, to one decimal, halves up."""
    return [value, tenths(max(0.0, least - half)), tenths(min(100.0, most + half))]


def figure_of(mean: Mean) -> Figure:
    """Return a mean as it is published."""
    return {"value": around(mean), "shown": mean.told, "n": mean.n, "abstentions": mean.abstentions}


def exactly(value: Fraction) -> Shown:
    """Return a figure that is shown as it is."""
    return Shown(tenths(value), tenths(value))


def ranges_of(
    scale: str,
    sizes: tuple[int, ...],
    shares: tuple[Fraction, ...],
    *,
    trim: bool,
    each: int = 1,
    unknown: tuple[int, ...] | None = None,
) -> Ranges:
    """Return as what the mean of a group is shown of which so many of each class answered. Shares are the classes'
    after cutting; of the answers one person gave at most `each`.

    unknown: how many of the answers nobody but their authors can know; None: all. No more is shown than if these were
    all that there are.
    """
    ranges = reckoned(scale, sizes, shares, sizes, trim=trim, each=each)
    if unknown is None or unknown == sizes or not ranges.is_open:
        return ranges
    widened = reckoned(scale, sizes, shares, unknown, trim=trim, each=each)
    return reaching(ranges, widened, scale) if widened.is_open else widened


def reaching(ranges: Ranges, other: Ranges, scale: str) -> Ranges:
    """Return open ranges that begin and end no nearer to the ends of the scale than other open ones; no bin is cut."""
    below = max(end for end in (ranges.low, other.low) if end is not None)
    above = min(end for end in (ranges.high, other.high) if end is not None)
    below = max([below, *(last for first, last in ranges.bins if first <= below < last)])
    above = min([above, *(first for first, last in ranges.bins if first < above <= last)])
    if below >= above:
        return Ranges(bins=(ENDS[scale],), whole=ranges.whole)
    inner = [pair for pair in ranges.bins if below < pair[0] and pair[1] < above]
    return Ranges(below, above, tuple(inner), ranges.whole)


@cache
def reckoned(
    scale: str,
    sizes: tuple[int, ...],
    shares: tuple[Fraction, ...],
    unknown: tuple[int, ...],
    *,
    trim: bool,
    each: int,
) -> Ranges:
    """Return the ranges in which an answer carries as much as if those unknown were all of its class."""
    pairs = [(size, share) for size, share in zip(sizes, shares, strict=True) if size]
    left = [many for size, many in zip(sizes, unknown, strict=True) if size]
    trimmed = [trim and size > TRIM_ABOVE for size, _share in pairs]
    parts = [share / max(1, many - 2 * cut) for (_size, share), many, cut in zip(pairs, left, trimmed, strict=True)]
    most = max(parts) * each
    if scale == "points":
        moves = [part for part, cut in zip(parts, trimmed, strict=True) if not cut]
        moved = 10 * most + 100 * (most if each > 1 else max(moves, default=Fraction()))
        high = min(POINTS_HIGH, math.floor(Fraction(201, 2) - moved))
        low = max(POINTS_LOW, math.ceil(moved - Fraction(1, 2)))
        return tails(scale, Fraction(low), Fraction(high), whole=True)
    n = sum(size for size, _share in pairs)
    alone = len(pairs) == 1
    if scale == "anchors" and alone and each == 1:
        most = Fraction(1, max(1, left[0]))
    elif each == 1 and unknown == sizes and n <= (GRADES_TO if scale == "grades" and alone else EXHAUSTIVE):
        return finest(scale, tuple(pairs), trim)
    values = answers_of(scale)
    span = values[-1] - values[0]
    low_tail = values[0] + (span + 2 * (values[1] - values[0])) * most
    high_tail = values[-1] - (span + 2 * (values[-1] - values[-2])) * most
    return tails(scale, Fraction(low_tail), Fraction(high_tail))


def tails(scale: str, low: Fraction, high: Fraction, *, whole: bool = False) -> Ranges:
    """Return two ranges with means between them that are shown as they are; one range where they meet."""
    below, above = tenths(low), tenths(high)
    return Ranges(bins=(ENDS[scale],), whole=whole) if below >= above else Ranges(below, above, whole=whole)


def answers_of(scale: str) -> tuple[int, ...]:
    """Return the answers of a scale of few, in points."""
    return tuple(sorted(GRADE_POINTS.values())) if scale == "grades" else (20, 40, 60, 80, 100)


@cache
def finest(scale: str, pairs: tuple[tuple[int, Fraction], ...], trim: bool) -> Ranges:
    """Return the finest bins of which none leaves anybody who knows one ballot fewer than three sets of answers."""
    sets = possible(scale, pairs, trim)
    values = sorted(sets)
    most = [-1] * len(values) + [0]  # bins from here on, and where the first of them ends
    ends = [0] * len(values)
    for start in range(len(values) - 1, -1, -1):
        readers: Counter[tuple[int, int]] = Counter()
        for end in range(start, len(values)):
            readers.update(sets[values[end]])
            if most[end + 1] >= max(0, most[start]) and min(readers.values()) >= 3:
                most[start], ends[start] = most[end + 1] + 1, end
    if most[0] < 2:
        return Ranges(bins=(ENDS[scale],))
    bins, start = [], 0
    while start < len(values):
        bins.append((Decimal(values[start]) / 10, Decimal(values[ends[start]]) / 10))
        start = ends[start] + 1
    return Ranges(bins[0][1], bins[-1][0], tuple(pair for pair in bins[1:-1] if pair[0] < pair[1]))


def possible(scale: str, pairs: tuple[tuple[int, Fraction], ...], trim: bool) -> dict[int, Counter[tuple[int, int]]]:
    """Return how many sets of answers give each mean, in tenths, for each reader: class and own answer.

    A reader holds possible what holds an answer like the own one: all sets, less those that lack it.
    """
    answers = answers_of(scale)
    every = [sums(answers, size, share, trim) for size, share in pairs]
    sets: dict[int, Counter[tuple[int, int]]] = {}
    for number, (size, share) in enumerate(pairs):
        others: Counter[Fraction] = Counter({Fraction(): 1})
        for at, of_class in enumerate(every):
            others = added(others, of_class) if at != number else others
        for own in answers:
            lacking = sums(tuple(answer for answer in answers if answer != own), size, share, trim)
            holding = Counter({total: many - lacking[total] for total, many in every[number].items()})
            for total, many in added(+holding, others).items():
                sets.setdefault(math.floor(total * 10 + Fraction(1, 2)), Counter())[number, own] += many
    return sets


@cache
def sums(answers: tuple[int, ...], size: int, share: Fraction, trim: bool) -> Counter[Fraction]:
    """Return how many sets of so many answers add so much to a mean."""
    counts: Counter[Fraction] = Counter()
    for given in combinations_with_replacement(answers, size):
        inner = given[1:-1] if trim and size > TRIM_ABOVE else given
        counts[share * Fraction(sum(inner), len(inner))] += 1
    return counts


def added(some: Counter[Fraction], others: Counter[Fraction]) -> Counter[Fraction]:
    """Return how many pairs of sets give each sum."""
    pairs: Counter[Fraction] = Counter()
    for total, many in some.items():
        for other, more in others.items():
            pairs[total + other] += many * more
    return pairs


def together(parts: Sequence[tuple[Fraction, Shown]], scale: str) -> Shown:
    """Return the weighted mean of figures as they are shown."""
    lowest, highest = ENDS[scale]
    total = sum((weight for weight, _shown in parts), Fraction())

    def mean(ends: Sequence[Decimal]) -> Decimal:
        pairs = zip(parts, ends, strict=True)
        return tenths(sum((weight * Fraction(end) for (weight, _shown), end in pairs), Fraction()) / total)

    codes = {shown.code for _weight, shown in parts} - {""}
    least = mean([lowest if shown.code == "at_most" else shown.least for _weight, shown in parts])
    most = mean([highest if shown.code == "at_least" else shown.most for _weight, shown in parts])
    if codes == {"at_least"}:
        return Shown(least, least, "at_least")
    if codes == {"at_most"}:
        return Shown(most, most, "at_most")
    return Shown(least, most, "between") if codes else Shown(least, least)


def score_of(
    value: Decimal,
    parts: Sequence[tuple[Fraction, Shown]],
    *,
    scale: str,
    fewest: int,
    bands: Sequence[int],
    version: int,
) -> tuple[Shown, int | None]:
    """Return a score as it is shown, and the number of the grade that the exact one proposes; None where it is open."""
    grade = band_of(value, bands)
    weights = [weight for weight, _shown in parts]
    if fewest >= SCORED_FROM and not any(shown.code for _weight, shown in parts):
        return Shown(value, value), grade
    # A band reaches to the last tenth below the next.
    lowest = Decimal([*bands, 0][grade])
    end = Decimal([101, *bands][grade]) if grade else Decimal("100.1")
    if (width := step_width(scale, weights, version=version)) is not None:
        steps = max(1, int((end - lowest) // width))
        at = min(int((value - lowest) // width), steps - 1)
        upper = end if at == steps - 1 else lowest + (at + 1) * width
        return Shown(lowest + at * width, upper - Decimal("0.1"), "between"), grade
    if not rests_on_one(weights):
        return Shown(lowest, end - Decimal("0.1"), "between"), grade
    shown = together(parts, scale)
    ends = ENDS[scale]
    least = band_of(ends[0] if shown.code == "at_most" else shown.least, bands)
    most = band_of(ends[1] if shown.code == "at_least" else shown.most, bands)
    return shown, least if least == most else None


def step_width(scale: str, weights: Sequence[Fraction], *, version: int) -> int | None:
    """Return how wide the steps of a score of criteria with these weights are; None where it is the grade alone.

    The breadth of a score is how many criteria of the same weight would be as much: (Σ w)² / Σ w².
    """
    total = sum(weights, Fraction())
    if 2 * max(weights) > total:
        return None
    if version < BREADTH_FROM:
        return STEP_POINTS if len(weights) >= STEPS_FROM else None
    breadth = total**2 / sum((weight**2 for weight in weights), Fraction())
    return next((width for above, width in STEPS[scale] if breadth > above), None)


def rests_on_one(weights: Sequence[Fraction]) -> bool:
    """Whether a score of criteria with these weights is one criterion, or hardly anything else."""
    return max(weights) > Fraction(3, 4) * sum(weights, Fraction())


def band_of(value: Decimal, bands: Sequence[int]) -> int:
    """Return the number of the band that a figure falls into, the best 0."""
    return sum(value < lowest for lowest in bands)
