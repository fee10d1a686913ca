"""The reliability of a round."""

import math
import struct
from collections import defaultdict
from decimal import Decimal

from peer_review.offline.verifier.constants import (
    APART_FROM,
    AT_FLOOR,
    DEALT,
    FEWEST_SPLITS,
    MOST_SPLITS,
    PCG_FACTOR,
    PCG_MASK,
    PCG_STATE,
    PCG_STEP,
    SPREAD_FLOOR,
    SUBJECTS_FROM,
    UNIT,
)
from peer_review.offline.verifier.figures import rounded, share_of
from peer_review.offline.verifier.rules import Row, Rules


def reliability_of(
    rules: Rules, rows: list[Row], shown: list[set[int]], *, version: int, known: int = 0
) -> dict[str, object] | None:
    """Return how far ballots agree about who stands where, of the subjects that are shown; None where too few are.

    A ballot's value is its weighted mean over the criteria it answers, of those shown of its subject, each less its own
    mean over all such answers. One-way analysis of variance, ballots within subjects; where whole sheets all answer
    about all subjects, two-way, if enough that hide each other are left without as many as others may know (`known`).
    No spread within subjects is less than what intervals are drawn with. Split halves are told by version 1 only.
    """
    values, sheets = composites(rules, rows, shown)
    subjects = sorted(values)
    n = [len(values[at]) for at in subjects]
    total = sum(n)
    if len(subjects) < max(2, rules.floor, 1 if version == 1 else SUBJECTS_FROM) or total <= len(subjects):
        return None
    least = SPREAD_FLOOR[rules.scale] ** 2
    means = [math.fsum(values[at]) / many for at, many in zip(subjects, n, strict=True)]
    middle = math.fsum(value for at in subjects for value in values[at]) / total
    spread = math.fsum((value - mean) ** 2 for at, mean in zip(subjects, means, strict=True) for value in values[at])
    between = math.fsum(many * (mean - middle) ** 2 for many, mean in zip(n, means, strict=True)) / (len(n) - 1)
    between = between if between * (len(n) - 1) > 1e-18 else 0.0
    within = spread / (total - len(n)) if spread > 1e-18 else 0.0
    tight, within = within < least * (1 - AT_FLOOR), max(within, least)
    k = (total - sum(many * many for many in n) / total) / (len(n) - 1)
    harmonic = len(n) / math.fsum(1 / many for many in n)
    ratio = between / within
    low, high = (
        ratio / f_quantile(len(n) - 1, total - len(n), 0.975),
        ratio * f_quantile(total - len(n), len(n) - 1, 0.975),
    )
    variance = max(0.0, (between - within) / k)
    # Sheets of classes declared not anonymous hide nobody; by versions 1 and 2 they did.
    covering = {row.sheet for row in rows if version < APART_FROM or rules.anonymous[row.voter_class]}
    covered = {sheet for at in subjects for sheet in sheets[at]} & covering
    table = complete_table(values, sheets, subjects) if len(covered) >= rules.floor + known else None
    level = values if table is None else without_raters(values, sheets)
    figures: dict[str, object] = {
        "design": "nested" if table is None else "crossed",
        "subjects": len(n),
        "ballots": total,
        "k": rounded(k, 1),
        "single": share_of(between - within, between + (k - 1) * within),
        "mean": share_of(between - within, between),
        "low": share_of(low - 1, low),
        "high": share_of(high - 1, high),
        "generalisability": share_of(variance, variance + within / harmonic),
        "halves": None if tight or version > 1 else split_halves(level),
    }
    return figures if table is None else figures | two_way(table, least=least)


def composites(
    rules: Rules, rows: list[Row], shown: list[set[int]]
) -> tuple[dict[int, list[float]], dict[int, list[int]]]:
    """Return the value of each ballot, and its sheet, by subject. In doubles: dealing depends on their last bits."""
    means = []
    for at, subjects in enumerate(shown):
        given = [points for row in rows if row.subject in subjects and (points := row.points[at]) is not None]
        means.append(sum(given) / len(given) if given else 0.0)
    weights = [float(weight) for weight in rules.criterion_weights]
    values: dict[int, list[float]] = defaultdict(list)
    sheets: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        total = weight = 0.0
        for at, points in enumerate(row.points):
            if points is not None and row.subject in shown[at]:
                total += weights[at] * (points - means[at])
                weight += weights[at]
        if weight:
            values[row.subject].append(settled(total / weight))
            sheets[row.subject].append(row.sheet)
    return values, sheets


def settled(value: float) -> float:
    """Return a value to nine decimals: what differs beyond is the order of a sum."""
    return round(value * UNIT) / UNIT


def complete_table(
    values: dict[int, list[float]], sheets: dict[int, list[int]], subjects: list[int]
) -> list[list[float]] | None:
    """Return subjects × sheets, None unless each sheet answers about each subject and they are two or more."""
    every = sorted({sheet for at in subjects for sheet in sheets[at]})
    if len(every) < 2 or any(sorted(sheets[at]) != every for at in subjects):
        return None
    return [[value for _sheet, value in sorted(zip(sheets[at], values[at], strict=True))] for at in subjects]


def without_raters(values: dict[int, list[float]], sheets: dict[int, list[int]]) -> dict[int, list[float]]:
    """Return values less the mean of their sheet."""
    of: dict[int, list[int]] = defaultdict(list)
    for at in values:
        for sheet, value in zip(sheets[at], values[at], strict=True):
            of[sheet].append(round(value * UNIT))

    def less(whole: int, units: list[int]) -> float:
        """Return a value less the mean of its sheet's, in whole units, halves up."""
        return (2 * (len(units) * whole - sum(units)) + len(units)) // (2 * len(units)) / UNIT

    return {
        at: [less(round(value * UNIT), of[sheet]) for sheet, value in zip(sheets[at], values[at], strict=True)]
        for at in values
    }


def two_way(table: list[list[float]], *, least: float) -> dict[str, object]:
    """Return what a complete table tells besides: agreement and consistency of one sheet, and of their mean."""
    subjects, raters = len(table), len(table[0])
    rows = [math.fsum(row) / raters for row in table]
    columns = [math.fsum(column) / subjects for column in zip(*table, strict=True)]
    middle = math.fsum(rows) / subjects
    left = math.fsum(
        (value - row - column + middle) ** 2
        for marks, row in zip(table, rows, strict=True)
        for value, column in zip(marks, columns, strict=True)
    )

    def square(sum_of_squares: float, freedom: int) -> float:
        return sum_of_squares / freedom if sum_of_squares > 1e-18 else 0.0

    of_rows = square(raters * math.fsum((row - middle) ** 2 for row in rows), subjects - 1)
    of_columns = square(subjects * math.fsum((column - middle) ** 2 for column in columns), raters - 1)
    error = max(square(left, (subjects - 1) * (raters - 1)), least)
    single = of_rows + (raters - 1) * error
    return {
        "generalisability": share_of(of_rows - error, of_rows),
        "agreement": share_of(of_rows - error, single + raters * (of_columns - error) / subjects),
        "consistency": share_of(of_rows - error, single),
    }


def split_halves(values: dict[int, list[float]]) -> Decimal | None:
    """Return the reliability by halves: each subject's ballots dealt into two by chance, the halves' means correlated,
    the mean correlation over the splits stepped up to all ballots (Spearman and Brown)."""
    piles = sorted(
        (sorted(value + 0.0 for value in ballots) for ballots in values.values() if len(ballots) > 1),
        key=lambda pile: (len(pile), struct.pack(f"<{len(pile)}d", *pile)),
    )
    total = sum(map(len, piles))
    if len(piles) < 2:
        return None
    chance = Chance()
    correlations = []
    for _split in range(min(MOST_SPLITS, max(FEWEST_SPLITS, DEALT // total))):
        dealt = [
            [value for _luck, value in sorted((at + chance.random(), value) for value in pile)]
            for at, pile in enumerate(piles)
        ]
        extra = [chance.bit() for _pile in piles]
        firsts = [len(pile) // 2 + len(pile) % 2 * bit for pile, bit in zip(piles, extra, strict=True)]
        one = [math.fsum(pile[:first]) / first for pile, first in zip(dealt, firsts, strict=True)]
        other = [math.fsum(pile[first:]) / (len(pile) - first) for pile, first in zip(dealt, firsts, strict=True)]
        if (r := correlation(one, other)) is not None:
            correlations.append(r)
    if not correlations:
        return None
    r = math.fsum(correlations) / len(correlations)
    return share_of(2 * r, 1 + r)


def correlation(one: list[float], other: list[float]) -> float | None:
    first, second = math.fsum(one) / len(one), math.fsum(other) / len(other)
    scale = math.sqrt(math.fsum((x - first) ** 2 for x in one) * math.fsum((y - second) ** 2 for y in other))
    if scale <= 1e-9:
        return None
    return math.fsum((x - first) * (y - second) for x, y in zip(one, other, strict=True)) / scale


class Chance:
    """Numpy's generator, as far as halves are dealt by it."""

    def __init__(self) -> None:
        self.state, self.kept = PCG_STATE, -1

    def word(self) -> int:
        self.state = (self.state * PCG_FACTOR + PCG_STEP) & PCG_MASK
        mixed, turn = (self.state >> 64) ^ (self.state & (2**64 - 1)), self.state >> 122
        return ((mixed >> turn) | (mixed << (64 - turn))) & (2**64 - 1)

    def random(self) -> float:
        """Return a number from [0, 1)."""
        return (self.word() >> 11) * 2.0**-53

    def bit(self) -> int:
        """Return 0 or 1: the upper bit of half a word, the other half kept for the next."""
        if self.kept >= 0:
            half, self.kept = self.kept, -1
        else:
            word = self.word()
            half, self.kept = word & (2**32 - 1), word >> 32
        return half >> 31


def f_quantile(upper: int, lower: int, p: float) -> float:
    """Return the quantile of the F distribution, by bisection of the incomplete beta function."""
    low, high = 0.0, 1.0
    for _step in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if beta_share(upper / 2, lower / 2, middle) < p else (low, middle)
        if high - low < 1e-15:
            break
    x = (low + high) / 2
    return lower * x / (upper * (1 - x)) if x < 1 else math.inf


def beta_share(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function by its continued fraction (Lentz)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_share(b, a, 1 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    fraction = d
    for m in range(1, 100_000):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + numerator * d)
            c = 1 + numerator / c
            fraction *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return front * fraction
