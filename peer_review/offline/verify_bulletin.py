#!/usr/bin/env python3
"""Check a published count without trusting whoever published it. 不依赖发布者，独立核验计票公告。

Needs Python 3.11 and the package `cryptography`, nothing else; copy this one file anywhere.

    python verify_bulletin.py --manifest manifest.json --bulletin bulletin.json
        [--ballots ballots.json] [--fingerprint HEX] [--receipt receipt.json] [--tally tally.json]
    python verify_bulletin.py --recount [PACKAGE] [--fingerprint HEX]

`--fingerprint` is the one on the printed notice: with it, keys that were swapped after opening show. `--ballots` is
what auditors receive: {"v": 1, "round": …, "entries": […]}. `--receipt` is a file an evaluator kept. `--tally` writes
how often each answer was given in each cell. One line a check; exit status 0 if all hold, 1 if one does not, 2 if a
file cannot be read.

`--recount` takes the auditor's package, as a zip or unpacked, or the folder one is in; single files may be named
instead (`--scheme`, `--roll`, `--figures`). It runs every check, computes every published figure anew from the ballots
under the rules that the round froze, and compares both to the last digit. The rules are written here once more, in
whole numbers and exact fractions; nothing is shared with the software that published.
"""

# Version 0.1.0, built from peer_review/offline/verifier by tools/build_verifier.py: do not edit.

import argparse
import base64
import hashlib
import itertools
import json
import math
import re
import struct
import sys
import zipfile
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property
from itertools import combinations_with_replacement
from operator import mul
from pathlib import Path
from typing import Any, NoReturn, NotRequired, TypeAlias, TypedDict, cast

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


# constants: Figures of the counting rules, and how exactly searches are checked.

#: Kinds of published figures that this file does not compute: named and numbered, never passed over in silence.
NOT_RECOUNTED = {
    "comparable_rank": ("which means by rank all may read", "哪些职级平均分可供全体查看"),
}
#: The version of the counting rules from which on nothing is put together across subjects.
APART_FROM = 3
GRADE_POINTS = {4: 95, 3: 80, 2: 65, 1: 30}
USUAL_BANDS = (90, 70, 60)
SPREAD_FLOOR = {"points": 2.5, "anchors": 10.0, "grades": 7.5}
TRIM_ABOVE = 5
#: The spread of rounds too small to have one of their own, and from how many subjects and answers they have one.
SPREAD_USUAL = {"points": 7.5, "anchors": 20.0, "grades": 15.0}
SUBJECTS_FROM, ANSWERS_FROM = 10, 60
#: Lowest and highest figure of a scale; the outermost means of points that are shown as they are lie between these.
ENDS = {
    "points": (Decimal(0), Decimal(100)),
    "anchors": (Decimal(20), Decimal(100)),
    "grades": (Decimal(30), Decimal(95)),
}
POINTS_HIGH, POINTS_LOW = 95, 20
#: Up to so many answers all sets of them are tried; of one class's grades, up to so many.
EXHAUSTIVE, GRADES_TO = 12, 24
#: From so many answers a score is shown as it is, from so many there are bars.
SCORED_FROM, BARS_FROM = 12, 20
#: Above what breadth a score is shown in steps, and of how many points, the narrowest first; see ranges.step_width. By
#: version 2 of the rules so many criteria gave steps, so wide, whatever the scale.
STEPS = {
    "points": ((Fraction(2), 2),),
    "anchors": ((Fraction(5, 2), 2),),
    "grades": ((Fraction(7, 2), 2), (Fraction(11, 4), 3)),
}
BREADTH_FROM, STEPS_FROM, STEP_POINTS = 3, 3, 2
GRADES = ("excellent", "competent", "basic", "incompetent")
BAR_FLOOR = 3
#: Numpy's generator PCG64 (XSL RR 128/64) after seeding with 19 790 301: split halves are dealt by it.
PCG_STATE, PCG_STEP = 185022135591076192141167713582622350261, 174245319466782427288351607187956729369
PCG_FACTOR, PCG_MASK = 0x2360ED051FC65DA44385DF649FCCF645, 2**128 - 1
MOST_SPLITS, FEWEST_SPLITS, DEALT = 100, 4, 1_000_000
#: Values are reckoned in billionths of a point; a spread below its floor by less than this share is at the floor.
UNIT, AT_FLOOR = 10**9, 1e-7
#: With fewer subjects that sheets link, one cannot tell a strict sheet from weak subjects.
FEWEST_LINKED = 3
#: More levels than this beside the longest factor are not fitted.
MOST_LEVELS = 8_000
Z95 = 1.959963984540054
#: Why there is no adjusted score, in the order in which one stands for the whole round.
REASONS = ("papers", "trimmed", "few_abstained", "few_subjects", "too_large", "no_fit", "few_ballots", "not_shown")
#: Random effects: the subject, the sheet, the pair of both, and subject by criterion.
FACTORS = ("subject", "sheet", "pair", "profile")
#: So near to 0 the slopes of the likelihood must be: per relative change of a variance; of the Rasch model, per
#: standard error of a parameter, as it would be if the measures were known.
SLOPE = 1e-3
#: Marks are whole numbers: no residual variance is less than that of rounding.
ROUNDED = 1 / 12
#: Of the Rasch model. A category needs so many answers before each criterion has steps of its own.
ENOUGH = 10
#: Who gave, or got, nothing but the best (the worst) mark is counted as having so much less (more) in all.
EXTREME = 0.3
#: Standard deviation of the measures at which they are published as not differing.
NO_SPREAD = 0.02
#: The weak prior that is laid over parameters where publication says so: standard deviations of the parameters and of
#: the logarithm of the measures' spread. Without it, no parameter and no spread is beyond the last two.
PRIOR, PRIOR_SPREAD, FAR, FAR_SPREAD = 3.0, 1.0, 15.0, 10.0
#: Measures are summed up around the likeliest in steps of so many standard deviations, and of so many logits divided by
#: the steps of a criterion (EDGE where the marks of a subject are all the same), until the likelihood has fallen by so
#: many powers of e.
STEP, WIDEST, EDGE, FALLEN = 0.75, 1.4, 0.5, 32.0


# encoding: JSON, base64url and hexadecimal, each in its one spelling; a refusal in two languages.

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 16


class Fault(Exception):
    """A check that does not hold, in English and Chinese."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.english, self.chinese = english, chinese


def parse(data: bytes) -> object:
    """Return the value of strict JSON: no duplicate key, no float, no true, false or null."""

    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        if len(value := dict(items)) != len(items):
            raise ValueError("duplicate key")
        return value

    def refuse(text: str) -> NoReturn:
        raise ValueError("not an integer")

    def integer(text: str) -> int:
        if len(text) > 17:
            raise ValueError("integer too long")
        return int(text)

    def inspect(value: object, depth: int) -> None:
        if type(value) is str:
            value.encode("utf-8")
        elif type(value) is int:
            if abs(value) > MAX_INTEGER:
                raise ValueError("integer too large")
        elif depth and type(value) is list:
            for item in value:
                inspect(item, depth - 1)
        elif depth and type(value) is dict:
            for key, item in value.items():
                key.encode("ascii")
                inspect(item, depth - 1)
        else:
            raise ValueError("nested too deeply, or true, false or null")

    try:
        value: object = json.loads(
            data.decode("utf-8"), object_pairs_hook=pairs, parse_float=refuse, parse_constant=refuse, parse_int=integer
        )
        inspect(value, MAX_DEPTH)
    except (ValueError, RecursionError) as error:
        raise Fault(f"not strict JSON ({error})", "不是严格的 JSON") from error
    return value


def parse_terms(data: bytes) -> object:
    """Return the value of JSON that nobody signs: the frozen scheme, published figures. Decimals stay exact."""
    try:
        value: object = json.loads(data.decode("utf-8"), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise Fault(f"not JSON ({error})", "不是 JSON") from error
    return value


def canonical(value: object) -> bytes:
    """Return the canonical text (RFC 8785) of a value that parse() let through."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def unbase64(text: object, length: int | None = None) -> bytes:
    """Return the bytes of base64url without padding, in its one spelling."""
    if isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_-]*", text) and len(text) % 4 != 1:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        respelled = base64.urlsafe_b64encode(data).rstrip(b"=").decode()
        if respelled == text and length in (None, len(data)):
            return data
    raise Fault("a value is not base64url of the right length", "有数据不是规定长度的 base64url")


def unhex(text: object, length: int) -> bytes:
    """Return the bytes of lower-case hexadecimal."""
    if not isinstance(text, str) or not re.fullmatch(rf"[0-9a-f]{{{2 * length}}}", text):
        raise Fault("a value is not hexadecimal of the right length", "有数据不是规定长度的十六进制")
    return bytes.fromhex(text)


def fields(value: object, *names: str, version: int = 1) -> dict[str, Any]:
    """Return value if it is an object with exactly these fields and, where it has one, this version."""
    if type(value) is not dict or set(value) != set(names):
        raise Fault(f"expected exactly the fields {', '.join(names)}", f"字段应恰好为 {'、'.join(names)}")
    if "v" in names and (type(value["v"]) is not int or value["v"] != version):
        raise Fault("an unknown version", "版本不明")
    return value


def listed(value: object) -> list[Any]:
    """Return value if it is a list."""
    if type(value) is not list:
        raise Fault("expected a list", "应为列表")
    return value


# signatures: Signatures, tokens and the hashes of entries.

TOKEN_PADDING = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=48)


def signed(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Return whether an Ed25519 signature holds."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def leaf_of(entry: object) -> bytes:
    """Return the leaf hash of an entry."""
    return hashlib.sha256(b"\x00" + canonical(entry)).digest()


# linear: Linear equations in plain Python.


def dot(one: Iterable[float], other: Iterable[float]) -> float:
    """Return Σ one × other."""
    return sum(map(mul, one, other))


def solved(matrix: list[list[float]], right: list[list[float]]) -> list[list[float]]:
    """Return matrix⁻¹ · right, by elimination with the largest pivot."""
    many = len(matrix)
    rows = [[*row, *more] for row, more in zip(matrix, right, strict=True)]
    for at in range(many):
        best = max(range(at, many), key=lambda i: abs(rows[i][at]))
        rows[at], rows[best] = rows[best], rows[at]
        pivot = rows[at][at:]
        if not pivot[0]:
            raise Fault("equations without a solution", "方程组无解")
        for row in rows[at + 1 :]:
            if row[at]:
                factor = row[at] / pivot[0]
                row[at:] = [cell - factor * other for cell, other in zip(row[at:], pivot, strict=True)]
    solution: list[list[float]] = [[] for _row in rows]
    for at in reversed(range(many)):
        row = rows[at]
        value = row[many:]
        for later in range(at + 1, many):
            if factor := row[later]:
                value = [number - factor * other for number, other in zip(value, solution[later], strict=True)]
        divisor = row[at]
        solution[at] = [number / divisor for number in value]
    return solution


# figures: Figures as they are published: bounds, rounding, shares.


def tenths(value: Fraction | float) -> Decimal:
    """Return a figure to one decimal as people round: 0.05 up."""
    exact = Fraction(value) * 10 + Fraction(1, 2) + Fraction(1, 10**9)
    return Decimal(math.floor(exact)) / 10


def share_of(above: float, below: float) -> Decimal | None:
    """Return above / below from 0 to 1 to two decimals; None for 0 / 0."""
    if below == 0:
        return None if above == 0 else rounded(1.0 if above > 0 else 0.0, 2)
    return rounded(min(1.0, max(0.0, above / below)), 2)


def rounded(value: float, decimals: int) -> Decimal:
    """Return a figure as people round: halves up."""
    return Decimal(math.floor(value * 10**decimals + 0.5 + 1e-9)) / 10**decimals


def leaves_of(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield every single figure with the path that leads to it. Null is the absence of a figure."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves_of(item, (*path, key))
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value, 1):
            yield from leaves_of(item, (*path, str(number)))
    elif value is not None:
        yield path, value


def kind_not_recounted(path: tuple[str, ...]) -> str:
    """Return which kind of NOT_RECOUNTED a figure is of, empty for all others."""
    return next((part for part in path if part in NOT_RECOUNTED), "")


# ranges: As what figures of few answers are shown: exactly, or as a range that leaves three sets of answers possible.


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


# rules: The frozen scheme, the roll and the answers.


class CellRow(TypedDict):
    """What the bulletin says of one cell: its fate, and what that lets be told. Only version 1 tells how many drew."""

    cell: str
    eligible: int
    fate: NotRequired[str]
    drawn: NotRequired[int]
    counted: NotRequired[int]
    group: NotRequired[int]


class GroupRow(TypedDict):
    """What the bulletin says of a merged group."""

    group: int
    columns: str


class Column(TypedDict):
    """The answers to one question in the order of size, and how many said 不了解."""

    answers: list[int]
    unknown: int


class Columns(TypedDict):
    """The answers of a merged group: its cells, its number of ballots, and a column for each question kept."""

    cells: list[str]
    counted: int
    columns: dict[str, Column]


class MergedGroup(TypedDict):
    """A merged group: its answers with their salt, and what the token of each of its ballots signs."""

    group: int
    salt: str
    columns: Columns
    ballots: list[dict[str, str]]


class Head(TypedDict):
    """The head of the bulletin, which the round signs. Only version 1 has its cells in it, only version 2 totals."""

    v: int
    round: str
    manifest: str
    size: int
    root: str
    floor: NotRequired[int]
    groups: NotRequired[str]
    people: NotRequired[int]
    drawn: NotRequired[int]
    counted: NotRequired[int]
    cells: NotRequired[list[CellRow]]


class Ballot(TypedDict):
    """The answers on one paper, and the credential that gives them; in version 1 also `rev`, in version 2 `salt`."""

    v: int
    round: str
    cell: str
    pk: str
    pre: str
    a: dict[str, int | str]


class Entry(TypedDict):
    """A ballot with its signature and its token."""

    ballot: Ballot
    sig: str
    tok: str


def digest_of_terms(scheme: bytes) -> str:
    """Return the hash under which the opening of a round froze, and logged, its scheme."""
    terms = json.dumps(parse_terms(scheme), sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(terms.encode()).hexdigest()


def check_frozen(digest: str, rules: "Rules", exposure: bytes) -> None:
    """Check that the scheme is the one whose hash the opening of the round froze."""
    frozen = parse_terms(exposure)
    if type(frozen) is not dict or frozen.get("form") != digest or frozen.get("floor") != rules.floor:
        raise Fault("not the scheme that the opening froze", "不是开启时冻结的方案")


class Rules:
    """How answers become figures, as the round's scheme says. Weights are exact."""

    def __init__(self, scheme: object) -> None:
        try:
            if type(scheme) is not dict:
                raise TypeError("no object")
            self.scale: str = scheme["scale"]
            self.lowest, self.highest = int(scheme["min"]), int(scheme["max"])
            self.floor, self.trim = int(scheme["floor"]), bool(scheme["trim"])
            self.classes: list[str] = [voter_class["key"] for voter_class in scheme["classes"]]
            self.class_weights = [Fraction(voter_class["weight"]) for voter_class in scheme["classes"]]
            # A class declared not anonymous counts towards nobody's floor and carries its full weight.
            self.anonymous = [voter_class.get("anonymous", True) is True for voter_class in scheme["classes"]]
            self.criteria: list[str] = [criterion["key"] for criterion in scheme["criteria"]]
            self.criterion_weights = [Fraction(criterion["weight"]) for criterion in scheme["criteria"]]
            self.asked = [{self.classes.index(key) for key in criterion["classes"]} for criterion in scheme["criteria"]]
            self.bands = [int(lowest) for lowest in scheme["bands"]]
            self.exact = scheme.get("exact_scores") is True
        except (KeyError, TypeError, ValueError) as error:
            raise Fault(f"a field is missing or of the wrong kind ({error})", "缺少字段，或类型不对") from error
        if self.scale not in SPREAD_FLOOR or self.floor < 1:
            raise Fault("an unknown scale or no floor", "量表不明，或没有下限")

    def counts_alone(self, row: dict[str, object]) -> bool:
        """Whether a cell of the roll is counted alone only with the floor: for words, or of an anonymous class."""
        voter_class = row["class"]
        return row["kind"] == "comment" or (
            voter_class in self.classes and self.anonymous[self.classes.index(str(voter_class))]
        )

    def sharing(self, cell: str, first: str, classes: list[str]) -> list[int]:
        """Return the places of the classes that share a cell. They must be asked the same, and be anonymous."""
        numbers = [self.classes.index(key) for key in classes if key in self.classes]
        asked = [[number in classes_asked for classes_asked in self.asked] for number in numbers]
        if (
            len(numbers) < 2
            or len(numbers) != len(classes)
            or numbers != sorted(set(numbers))
            or classes[0] != first
            or any(other != asked[0] for other in asked)
            or not all(self.anonymous[number] for number in numbers)
        ):
            raise Fault(f"cell {cell}: classes that cannot share it", f"票格 {cell}：这些票类不能合用")
        return numbers

    def points(self, answer: int) -> int:
        """Return an answer as points from 0 to 100."""
        if self.scale == "grades":
            return GRADE_POINTS[answer]
        return answer * 20 if self.scale == "anchors" else answer

    @property
    def edges(self) -> tuple[int, ...]:
        """The lower edges of the bars, in points."""
        if self.scale == "anchors":
            return (0, 30, 50, 70, 90)
        return (0, *reversed(self.bands if self.scale == "points" else USUAL_BANDS))


class RollFile:
    """Which subjects each cell is about, and, where a rule needs it, how many people hold papers.

    {"v": 1, "round": …, "subjects": [{"section": number, "rank": number}, …],
     "cells": [{"cell": …, "kind": "rating" | "sheet" | "comment", "class": …, "subjects": [number, …],
                "known": number}, …],
     "holders": [[cell, …], …]}

    A paper that several classes share has all of them under "classes" beside the first under "class".

    Subjects are numbered from 1, sections and ranks too; rank 0 is none. Subjects whose figures are shown in half-steps
    have "coarse": 1. "known", which a cell may lack: of how many of its ballots whoever printed the envelopes may know
    what they say; these count towards no floor. `holders`: one list a person, of the papers about subjects with too few
    ballots; these papers are complete, so their holders must be as many as the signed bulletin calls eligible. `rows`:
    what the bulletin says of its cells; None: it is of version 1, whose head has them. `ballots`: how many of each cell
    the package holds, which must be the floor or more where a cell is counted alone; None: of version 1.
    """

    def __init__(
        self,
        parsed: object,
        head: Head,
        rules: Rules,
        rows: list[CellRow] | None = None,
        *,
        ballots: Mapping[str, int] | None = None,
    ) -> None:
        value = fields(parsed, "v", "round", "subjects", "cells", "holders")
        cells = head["cells"] if rows is None else rows
        if value["round"] != head["round"]:
            raise Fault("of another round", "属于另一轮测评")
        self.sections = [subject["section"] - 1 for subject in listed(value["subjects"])]
        self.ranks = [item["rank"] - 1 for item in listed(value["subjects"])]
        self.coarse = [at for at, item in enumerate(listed(value["subjects"])) if item.get("coarse") == 1]
        self.many_sections = max(self.sections, default=-1) + 1
        self.cells: dict[str, tuple[int, tuple[int, ...]]] = {}  # class and subjects of every cell for marks
        self.shared: dict[str, list[int]] = {}  # the classes that share a cell
        self.sheets: set[str] = set()
        self.words: set[str] = set()
        self.known: Counter[str] = Counter()
        counted = {cell["cell"]: cell.get("counted") for cell in cells} if ballots is None else ballots
        alone = {cell["cell"] for cell in cells if ballots is not None and cell.get("fate") == "counted"}
        for row in listed(value["cells"]):
            optional = [name for name in ("classes", "known") if type(row) is dict and name in row]
            fields(row, "cell", "kind", "class", "subjects", *optional)
            self.known[row["cell"]] = known = row.get("known", 0)
            most = counted.get(row["cell"])
            if type(known) is not int or known < 0 or (most is not None and known > most):
                raise Fault(f"cell {row['cell']}: more known than counted", f"票格 {row['cell']}：可能被知悉的票数不符")
            least = rules.floor + known if rules.counts_alone(row) else 0
            if row["cell"] in alone and (most or 0) < least:
                raise Fault(f"cell {row['cell']}: fewer than the floor", f"票格 {row['cell']}：票数不足下限")
            if row["kind"] == "comment":
                self.words.add(row["cell"])
                continue
            about = tuple(number - 1 for number in listed(row["subjects"]))
            if row["class"] not in rules.classes or not all(0 <= at < len(self.sections) for at in about):
                raise Fault(f"cell {row['cell']}: no such class or subject", f"票格 {row['cell']}：没有这一票类或对象")
            self.cells[row["cell"]] = rules.classes.index(row["class"]), about
            if "classes" in optional:
                self.shared[row["cell"]] = rules.sharing(row["cell"], row["class"], listed(row["classes"]))
            if row["kind"] == "sheet":
                self.sheets.add(row["cell"])
        if self.cells.keys() | self.words != {cell["cell"] for cell in cells}:
            raise Fault("its cells are not those of the bulletin", "票格与公告不符")
        self.holders: dict[str, set[int]] = defaultdict(set)  # the people who hold a cell's paper
        for person, papers in enumerate(listed(value["holders"])):
            for name in listed(papers):
                self.holders[name].add(person)
        eligible = {cell["cell"]: cell["eligible"] for cell in cells}
        for name, people in self.holders.items():
            if eligible.get(name) != len(people):
                raise Fault(f"cell {name}: another number of holders", f"票格 {name}：持有人数不符")
        self.papers: dict[int, list[tuple[int, str]]] = defaultdict(list)  # class and cell of those about a subject
        for name, (voter_class, about) in self.cells.items():
            for subject in about:
                self.papers[subject].append((voter_class, name))


@dataclass(frozen=True)
class Row:
    """What one ballot says about one subject: points a criterion, None where it says nothing."""

    subject: int
    voter_class: int
    points: tuple[int | None, ...]
    sheet: int  # the number of the ballot


class Votes:
    """The answers, by criterion, subject and class, in points; and row by row.

    Merged groups are in the former only, under the class that comes first: which of their answers were given together
    nobody knows. Ballots on a paper that classes share are in both, under the first. `apart`: the subjects of merged
    groups. `weights`: of a subject's classes, where either changed them; `joined`: which of them count together.
    `known`: how many ballots of each subject and class others may know, those of merged groups under the same class.
    """

    def __init__(self, entries: Iterable[Entry], roll: RollFile, rules: Rules, groups: Iterable[Columns] = ()) -> None:
        self.points: list[dict[tuple[int, int], list[int]]] = [defaultdict(list) for _criterion in rules.criteria]
        self.abstentions: list[Counter[tuple[int, int]]] = [Counter() for _criterion in rules.criteria]
        # Of whole sheets: which of them answered about each subject. Any other paper is a sheet of its own.
        self.sheets: list[dict[int, set[int]]] = [defaultdict(set) for _criterion in rules.criteria]
        self.rows: list[Row] = []
        asked = [
            [at for at, classes in enumerate(rules.asked) if voter_class in classes]
            for voter_class in range(len(rules.classes))
        ]
        voted: set[str] = set()
        for number, entry in enumerate(entries, 1):
            cell, answers = entry["ballot"]["cell"], entry["ballot"]["a"]
            if cell in roll.words:
                continue
            voted.add(cell)
            one, about = roll.cells[cell]
            whole = cell in roll.sheets
            if len(answers) != len(about) * len(asked[one]):
                raise Fault(f"ballot {number}: other questions than were asked", f"第 {number} 张票：题目不符")
            for place, subject in enumerate(about, 1):
                said: list[int | None] = [None] * len(rules.criteria)
                for at in asked[one]:
                    key = f"{place}.{rules.criteria[at]}" if whole else rules.criteria[at]
                    answer = answers.get(key)
                    if answer == "dk":
                        self.abstentions[at][subject, one] += 1
                    elif type(answer) is int and rules.lowest <= answer <= rules.highest:
                        said[at] = points = rules.points(answer)
                        self.points[at][subject, one].append(points)
                        if whole:
                            self.sheets[at][subject].add(number)
                    else:
                        raise Fault(f"ballot {number}: {key} is not answered", f"第 {number} 张票：{key} 没有有效答案")
                self.rows.append(Row(subject, one, tuple(said), number))
        self.apart: set[int] = set()
        self.weights: dict[int, list[Fraction]] = {}
        self.joined: dict[int, dict[int, list[int]]] = defaultdict(dict)
        for cell in sorted(voted & roll.shared.keys()):
            for subject in roll.cells[cell][1]:
                self.join(subject, roll.shared[cell], rules)
        self.known: Counter[tuple[int, int]] = Counter()
        joined = [cell for group in groups for cell in group["cells"]]
        for cell in roll.cells.keys() - set(joined):
            self.add_known(cell, roll.cells[cell][0], roll)
        for group in groups:
            self.add_merged(group, roll, rules, sheet=-len(self.apart) * 10**9)

    @property
    def most_known(self) -> int:
        """How many ballots others may know, of the subject and class of which it is most."""
        return max(self.known.values(), default=0)

    def add_known(self, cell: str, voter_class: int, roll: RollFile) -> None:
        """Add the ballots of a cell that others may know, as ballots of this class."""
        if roll.known[cell]:
            for subject in roll.cells[cell][1]:
                self.known[subject, voter_class] += roll.known[cell]

    def add_merged(self, group: Columns, roll: RollFile, rules: Rules, *, sheet: int) -> None:
        """Add the answers of a merged group. `sheet`: a number below which no sheet has been numbered."""
        several = (roll.shared.get(cell, [roll.cells[cell][0]]) for cell in group["cells"])
        classes = sorted({number for numbers in several for number in numbers})
        about, stands = roll.cells[group["cells"][0]][1], classes[0]
        whole = group["cells"][0] in roll.sheets
        for cell in group["cells"]:
            self.add_known(cell, stands, roll)
        for place, subject in enumerate(about, 1):
            self.apart.add(subject)
            self.join(subject, classes, rules)
            for at, criterion in enumerate(rules.criteria):
                if stands not in rules.asked[at]:
                    continue
                column = group["columns"].get(f"{place}.{criterion}" if whole else criterion)
                answers = column["answers"] if column else []
                self.abstentions[at][subject, stands] += group["counted"] - len(answers)
                for number, answer in enumerate(answers):
                    if not rules.lowest <= answer <= rules.highest:
                        raise Fault("a merged answer off the scale", "合并组有答案超出量表")
                    self.points[at][subject, stands].append(rules.points(answer))
                    if whole:
                        self.sheets[at][subject].add(sheet - 1 - number)

    def join(self, subject: int, classes: list[int], rules: Rules) -> None:
        """Count these classes together about a subject: under the first, their weights added."""
        self.joined[subject][classes[0]] = classes
        weights = self.weights.setdefault(subject, list(rules.class_weights))
        weights[classes[0]] = sum((rules.class_weights[number] for number in classes), Fraction())


# package: The auditor's package: its files and its list of hashes.

#: Files of the auditor's package that checks are made of.
PACKED = ("manifest", "bulletin", "ballots", "dummies", "merged", "scheme", "roll", "figures", "exposure")
SUMS = "SHA256SUMS"


@dataclass(frozen=True)
class Files:
    """What there is to check, as bytes; None for what was not handed in."""

    manifest: bytes
    bulletin: bytes
    ballots: bytes | None = None
    dummies: bytes | None = None
    merged: bytes | None = None
    receipt: bytes | None = None
    scheme: bytes | None = None
    roll: bytes | None = None
    figures: bytes | None = None
    exposure: bytes | None = None
    sums: dict[str, str] | None = None  # of a package: what its list says of each file, and …
    found: dict[str, str] | None = None  # … what was found


def check_sums(listed: dict[str, str], hashes: dict[str, str]) -> tuple[str, str]:
    """Compare a package's files with its list."""
    for name in sorted(listed.keys() | hashes.keys()):
        if name not in hashes:
            raise Fault(f"{name} is missing", f"缺少 {name}")
        if name in listed and listed[name] != hashes[name]:
            raise Fault(f"{name} is not as it was packed", f"{name} 与打包时不同")
    return f"{len(listed)} files as packed", f"{len(listed)} 个文件与打包时相同"


def read_package(path: Path) -> tuple[dict[str, bytes], dict[str, str] | None, dict[str, str]]:
    """Return the files of an auditor's package, zip or folder, its list of hashes if it has one, and what they are.

    Raises: OSError; Fault for a damaged zip.
    """

    def take(names: Iterable[str], read: Callable[[str], bytes]) -> tuple[dict[str, bytes], dict[str, str]]:
        contents, hashes_found = {}, {}
        for name in names:
            data = read(name)
            hashes_found[name] = hashlib.sha256(data).hexdigest()
            if name == SUMS or name.removesuffix(".json") in PACKED:
                contents[name] = data
        return contents, hashes_found

    if path.is_dir():
        wanted = [SUMS, *(f"{name}.json" for name in PACKED)]
        there = [name for name in wanted if (path / name).is_file()]
        contents, hashes = take(there, lambda name: (path / name).read_bytes())
    else:
        try:
            with zipfile.ZipFile(path) as packed:
                contents, hashes = take(packed.namelist(), packed.read)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise Fault(f"not a whole zip ({error})", "压缩包不完整") from error
    sums = contents.pop(SUMS, None)
    hashes.pop(SUMS, None)
    if sums is None:
        return contents, None, hashes
    lines = (line.split("  ", 1) for line in sums.decode("utf-8", "replace").splitlines() if "  " in line)
    said = {name: digest for digest, name in lines}
    if path.is_dir():  # Only what is read here: whoever unpacked may have moved the rest.
        said = {name: digest for name, digest in said.items() if name in wanted}
    return contents, said, hashes


# linked: The marks that one fit explains, and the subjects that may be fitted together.


@dataclass(frozen=True)
class Part:
    """What one fit adds to a subject's score: points, and how far its 95 % interval reaches below and above; of the
    Rasch model also the measure in logits and its standard deviation."""

    value: float
    below: float
    above: float
    measure: float = 0.0
    sd: float = 0.0

    def widened(self, least: float) -> "Part":
        """Return it with an interval of so much at least to both sides."""
        return Part(self.value, max(self.below, least), max(self.above, least), self.measure, self.sd)


@dataclass(frozen=True)
class Linked:
    """The marks of one class about subjects that a chain of sheets links: what one fit explains.

    cells: subject and criterion, ascending. sheets: of each its marks as (number of the cell, points), ascending.
    """

    voter_class: int
    cells: list[tuple[int, int]]
    sheets: list[list[tuple[int, int]]]

    @property
    def subjects(self) -> list[int]:
        return sorted({subject for subject, _criterion in self.cells})

    def marks(self) -> Iterator[tuple[int, int, int, int]]:
        """Yield (subject, sheet, criterion, points)."""
        for sheet, marks in enumerate(self.sheets):
            for cell, points in marks:
                yield self.cells[cell][0], sheet, self.cells[cell][1], points

    @cached_property
    def factors(self) -> dict[str, int]:
        """The random effects that can be told from the others and from chance, and how many levels each has.

        Left out is a factor of which each mark has a level of its own, one that the criteria determine, and one whose
        levels hold the same marks as an earlier one's. Empty too if nothing is left but the criteria's means.
        """
        if self.is_flat:
            return {}
        marks = list(self.marks())
        names = FACTORS if len({criterion for _subject, _sheet, criterion, _points in marks}) > 1 else FACTORS[:2]
        sizes: dict[str, int] = {}
        seen: set[tuple[int, ...]] = set()
        for name in names:
            levels = [level_of(name, subject, sheet, criterion) for subject, sheet, criterion, _points in marks]
            first: dict[tuple[int, ...], int] = {}
            partition = tuple(first.setdefault(level, at) for at, level in enumerate(levels))
            pairs = {(mark[2], level) for mark, level in zip(marks, levels, strict=True)}
            determined = len(pairs) == len({mark[2] for mark in marks})
            if not (determined or len(first) == len(marks) or partition in seen):
                sizes[name] = len(first)
            seen.add(partition)
        return sizes

    @cached_property
    def is_flat(self) -> bool:
        """Whether all marks of each criterion are equal."""
        given: dict[int, set[int]] = defaultdict(set)
        for _subject, _sheet, criterion, points in self.marks():
            given[criterion].add(points)
        return all(len(points) == 1 for points in given.values())

    @property
    def is_too_large(self) -> bool:
        levels = sorted(self.factors.values())[:-1]
        return sum(levels) + len({criterion for _subject, criterion in self.cells}) > MOST_LEVELS


def level_of(name: str, subject: int, sheet: int, criterion: int) -> tuple[int, ...]:
    """Return the level of a factor that a mark has."""
    return {"subject": (subject,), "sheet": (sheet,), "pair": (subject, sheet), "profile": (subject, criterion)}[name]


def link(voter_class: int, sheets: list[list[Row]]) -> Linked:
    """Return the marks of sheets, their cells numbered."""
    given = [
        [((row.subject, at), points) for row in rows for at, points in enumerate(row.points) if points is not None]
        for rows in sheets
    ]
    cells = sorted({cell for sheet in given for cell, _points in sheet})
    number = {cell: at for at, cell in enumerate(cells)}
    return Linked(voter_class, cells, [sorted((number[cell], points) for cell, points in sheet) for sheet in given])


def safe_subjects(answered: dict[int, dict[int, tuple[bool, ...]]], classes: dict[int, int], *, floor: int) -> set[int]:
    """Return the subjects that may be fitted together: looking at them alone, sheets that answered anything fall into
    groups of `floor` at least that answered the same and are of one class.

    Subjects join as long as that holds, first those about which the fewest sheets answered something else than most
    of their class; of several with as many, all that could join alone join together or none does.
    answered: subject → sheet → which questions it answered; a sheet that answered none is not in it.
    """
    active = set().union(*answered.values())
    kept: list[int] = []

    def are_large(subjects: list[int]) -> bool:
        sizes = Counter(
            (classes[sheet], *patterns)
            for sheet in active
            if any(patterns := [answered[at].get(sheet, ()) for at in subjects])
        )
        return all(size >= floor for size in sizes.values())

    odd: dict[int, int] = {}
    for at, sheets in answered.items():
        counts = Counter((classes[sheet], sheets.get(sheet, ())) for sheet in active)
        most: Counter[int] = Counter()
        for (voter_class, _pattern), many in counts.items():
            most[voter_class] = max(most[voter_class], many)
        odd[at] = len(active) - sum(most.values())
    for many in sorted(set(odd.values())):
        tied = [at for at in sorted(odd) if odd[at] == many and answered[at]]
        tied = [at for at in tied if are_large([*kept, at])]
        if tied and are_large([*kept, *tied]):
            kept += tied
    return set(kept)


# mixed: The linear mixed model at published variances.


class Mixed:
    """Henderson's equations of one fit at given variances, and how far these are from the likeliest.

    Sheets and pairs are eliminated sheet by sheet: their block of the marks' variance is inverted in closed form, and
    sheets that answered the same share it. What is left is dense and as large as the cells, subject by criterion.
    middle: of each cell the criterion's mean plus the subject's effects. errors: the covariances of their errors.
    slopes: of the restricted likelihood, by name, 0 at its top. Where a variance is 0, only what would raise it counts.
    is_wholly: the residual is held at the variance of rounding, because less is left over.
    Raises: Fault for variances that are none.
    """

    def __init__(self, linked: Linked, model: object) -> None:
        self.linked = linked
        self.residual, self.variances = read_model(model)
        self.gamma = {
            name: variance / self.residual if self.residual else 0.0 for name, variance in self.variances.items()
        }
        marks = [points for sheet in linked.sheets for _cell, points in sheet]
        self.mean = math.fsum(marks) / len(marks)
        self.n, self.cells = len(marks), len(linked.cells)
        self.criteria = sorted({criterion for _subject, criterion in linked.cells})
        self.column = [self.criteria.index(criterion) for _subject, criterion in linked.cells]
        self.members: dict[int, list[int]] = defaultdict(list)
        for at, (subject, _criterion) in enumerate(linked.cells):
            self.members[subject].append(at)
        # Sheets that answered the same have the same equations: their marks may be added up.
        self.patterns: dict[tuple[int, ...], list[list[float]]] = defaultdict(list)
        for sheet in linked.sheets:
            self.patterns[tuple(cell for cell, _points in sheet)].append(
                [points - self.mean for _cell, points in sheet]
            )
        self.absorbed = {pattern: Absorbed(self, pattern) for pattern in self.patterns}
        self.solve()
        self.is_wholly = False
        self.slopes = self.find_slopes()

    def solve(self) -> None:
        square = [[0.0] * self.cells for _cell in range(self.cells)]
        right = [0.0] * self.cells
        for pattern, sheets in self.patterns.items():
            absorbed = self.absorbed[pattern]
            total = absorbed.times([math.fsum(column) for column in zip(*sheets, strict=True)])
            for i, row, value in zip(pattern, absorbed.matrix(), total, strict=True):
                right[i] += value
                into = square[i]
                for j, cell in zip(pattern, row, strict=True):
                    into[j] += len(sheets) * cell
        # (1 + M G)⁻¹ of M and of the right side, where G is the effects' covariance of cells.
        system = [self.spread(row) for row in square]
        for i, row in enumerate(system):
            row[i] += 1.0
        both = solved(system, [[*row, value] for row, value in zip(square, right, strict=True)])
        inner, ahead = [row[:-1] for row in both], [row[-1] for row in both]
        fixed = self.by_criterion(inner)  # H X
        normal = self.by_criterion([list(column) for column in zip(*fixed, strict=True)])  # Xᵀ H X
        unit = [[float(i == j) for j in range(len(normal))] for i in range(len(normal))]
        inverse = solved(normal, unit)
        sums = self.by_criterion([ahead])[0]
        means = [dot(row, sums) for row in inverse]
        self.project = [value - dot(row, means) for value, row in zip(ahead, fixed, strict=True)]  # TᵀPy
        effects = self.spread(self.project)
        self.middle = [self.mean + means[at] + effect for at, effect in zip(self.column, effects, strict=True)]
        # The errors' covariance: G - G H G + (X - G H X) (Xᵀ H X)⁻¹ (X - G H X)ᵀ.
        spread_once = [self.spread(row) for row in inner]
        twice = [self.spread(list(column)) for column in zip(*spread_once, strict=True)]
        across = [self.spread(list(column)) for column in zip(*fixed, strict=True)]
        left = [[float(self.column[i] == j) - across[j][i] for j in range(len(means))] for i in range(self.cells)]
        turned = [[dot(row, column) for column in inverse] for row in left]
        self.errors = []
        for i in range(self.cells):
            unit_row = [0.0] * self.cells
            unit_row[i] = 1.0
            own = self.spread(unit_row)
            self.errors.append([g - h + dot(turned[i], row) for g, h, row in zip(own, twice[i], left, strict=True)])
        # TᵀPT, of which only sums within subjects are asked for.
        weighed = [[dot(row, column) for column in inverse] for row in fixed]
        self.within = {
            subject: [[inner[i][j] - dot(weighed[i], fixed[j]) for j in cells] for i in cells]
            for subject, cells in self.members.items()
        }

    def spread(self, row: list[float]) -> list[float]:
        """Return a row of cells times the effects' covariance."""
        product = [self.gamma["profile"] * cell for cell in row]
        for cells in self.members.values():
            shared = self.gamma["subject"] * math.fsum(row[at] for at in cells)
            for at in cells:
                product[at] += shared
        return product

    def by_criterion(self, rows: list[list[float]]) -> list[list[float]]:
        """Return rows of cells added up by criterion."""
        sums = [[0.0] * len(self.criteria) for _row in rows]
        for row, into in zip(rows, sums, strict=True):
            for at, value in zip(self.column, row, strict=True):
                into[at] += value
        return sums

    def find_slopes(self) -> dict[str, float]:
        traces = dict.fromkeys(FACTORS, 0.0)
        squares = dict.fromkeys(FACTORS, 0.0)
        left_over = own = 0.0
        for block in self.within.values():
            traces["subject"] += math.fsum(value for row in block for value in row)
            traces["profile"] += math.fsum(row[at] for at, row in enumerate(block))
        squares["subject"] = math.fsum(
            math.fsum(self.project[at] for at in cells) ** 2 for cells in self.members.values()
        )
        squares["profile"] = math.fsum(value * value for value in self.project)
        for pattern, sheets in self.patterns.items():
            absorbed = self.absorbed[pattern]
            of_sheet, of_pairs = absorbed.traces()
            traces["sheet"] += len(sheets) * of_sheet
            traces["pair"] += len(sheets) * of_pairs
            for marks in sheets:
                over = [y - (self.middle[at] - self.mean) for y, at in zip(marks, pattern, strict=True)]
                projected = absorbed.times(over)
                squares["sheet"] += math.fsum(projected) ** 2
                squares["pair"] += math.fsum(math.fsum(projected[part]) ** 2 for part in absorbed.parts)
                left_over += dot(marks, projected)
                own += dot(marks, marks)
        slopes: dict[str, float] = {}
        if not self.residual or not own:
            return {
                "residual": 0.0
                if self.linked.is_flat and not self.residual and not any(self.variances.values())
                else math.inf
            }
        for name in FACTORS:
            if name not in self.linked.factors:
                slopes[name] = math.inf if self.variances[name] else 0.0
                continue
            slope = traces[name] - squares[name] / self.residual
            gamma = self.gamma[name]
            slopes[name] = gamma * slope if gamma else min(0.0, slope) / max(traces[name], 1e-300)
        self.is_wholly = abs(self.residual / ROUNDED - 1) < 1e-9
        freedom = self.n - len(self.criteria)
        slope = freedom - left_over / self.residual
        slopes["residual"] = min(0.0, slope) if self.is_wholly else slope if self.residual > ROUNDED else math.inf
        return slopes

    @property
    def worst(self) -> float:
        return max(map(abs, self.slopes.values()))

    def deviations(self, least: float) -> dict[str, Decimal]:
        """Return what is published of the variances: standard deviations, the residual's not below `least`."""
        many = FACTORS if len(self.criteria) > 1 else FACTORS[:2]
        residual = 0.0 if self.is_wholly else math.sqrt(self.residual)
        deviations = {name: rounded(math.sqrt(self.variances[name]), 1) for name in many}
        return deviations | {"residual": rounded(max(residual, least), 1)}

    def part(self, subject: int, weights: dict[int, float]) -> "Part":
        """Return what the fit adds to a subject's score. weights: criterion → weight."""
        value, error = self.combination(subject, weights)
        return Part(value, Z95 * error, Z95 * error)

    def combination(self, subject: int, weights: dict[int, float]) -> tuple[float, float]:
        """Return Σ weight × cell of a subject, and its standard error. weights: criterion → weight."""
        terms = [(at, weights.get(self.linked.cells[at][1], 0.0)) for at in self.members[subject]]
        value = math.fsum(weight * self.middle[at] for at, weight in terms)
        square = math.fsum(weight * other * self.errors[i][j] for i, weight in terms for j, other in terms)
        return value, math.sqrt(max(0.0, self.residual * square))


class Absorbed:
    """One sheet's inverse variance, in units of the residual's, with the effects of sheet and pairs in it.

    Each pair adds gamma to all of its marks' covariances and the sheet adds its own to all: by Sherman and Morrison
    the inverse is 1 - gamma b within pairs, less κ b bᵀ, where b = 1 / (1 + k gamma) of a pair with k marks.
    """

    def __init__(self, mixed: Mixed, pattern: tuple[int, ...]) -> None:
        self.mixed, self.pattern = mixed, pattern
        self.parts: list[slice] = []
        subjects = [mixed.linked.cells[cell][0] for cell in pattern]
        for at in range(len(subjects)):
            if at == 0 or subjects[at] != subjects[at - 1]:
                self.parts.append(slice(at, at + 1))
            else:
                self.parts[-1] = slice(self.parts[-1].start, at + 1)
        self.k = [part.stop - part.start for part in self.parts]
        self.pair = mixed.gamma["pair"]
        self.b = [1 / (1 + k * self.pair) for k in self.k]
        self.sum = math.fsum(k * b for k, b in zip(self.k, self.b, strict=True))
        self.kappa = mixed.gamma["sheet"] / (1 + mixed.gamma["sheet"] * self.sum)

    def times(self, marks: list[float]) -> list[float]:
        """Return the inverse variance times marks."""
        sums = [math.fsum(marks[part]) for part in self.parts]
        shared = self.kappa * dot(self.b, sums)
        product: list[float] = []
        for part, b, total in zip(self.parts, self.b, sums, strict=True):
            product += [mark - b * (self.pair * total + shared) for mark in marks[part]]
        return product

    def matrix(self) -> list[list[float]]:
        wide = [b for b, k in zip(self.b, self.k, strict=True) for _mark in range(k)]
        matrix = [[-self.kappa * b * other for other in wide] for b in wide]
        for part, b in zip(self.parts, self.b, strict=True):
            for i in range(part.start, part.stop):
                for j in range(part.start, part.stop):
                    matrix[i][j] += float(i == j) - self.pair * b
        return matrix

    def traces(self) -> tuple[float, float]:
        """Return what this sheet adds to the traces of sheet and pair: of ZᵀPZ, P less what the cells explain."""
        errors = self.mixed.errors
        rows = [[math.fsum(errors[i][j] for i in self.pattern[part]) for j in self.pattern] for part in self.parts]
        sums = [[math.fsum(row[part]) for part in self.parts] for row in rows]
        across = [dot(row, self.b) for row in sums]
        whole = dot(across, self.b)
        rest = 1 - self.kappa * self.sum
        of_sheet = self.sum * rest - rest * rest * whole
        of_pairs = 0.0
        for at, (k, b) in enumerate(zip(self.k, self.b, strict=True)):
            c = self.kappa * k * b
            explained = b * b * sums[at][at] - 2 * b * c * across[at] + c * c * whole
            of_pairs += k * b - self.kappa * (k * b) ** 2 - explained
        return of_sheet, of_pairs


def read_model(model: object) -> tuple[float, dict[str, float]]:
    """Return the residual variance and those of the random effects, 0 where there is none. Raises: Fault."""
    try:
        if type(model) is not dict:
            raise TypeError("no object")
        residual = float(model["residual"])
        variances = {name: float(model.get(name, 0)) for name in FACTORS}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Fault("a variance is missing or no number", "缺少方差，或不是数字") from error
    if not all(0 <= variance < math.inf for variance in (residual, *variances.values())):
        raise Fault("a variance below 0 or without end", "方差小于 0，或不是有限数")
    return residual, variances


# rasch: The many-facet Rasch model at published parameters.


class Ruler:
    """The many-facet Rasch model of one fit at given difficulties, steps and spread of the measures.

    The chance of category k is in proportion to exp(k (measure - severity) - the first k (difficulty + step)), so the
    marks count by their sums alone: sheets that answered the same questions and gave as much in all are equally severe.
    Severities are not published: they are sought here. slopes: of the marginal likelihood by kind of parameter, the
    largest each, in standard errors as they would be if measures were known: 0 at its top.
    Raises: Fault for parameters that are none.
    """

    def __init__(self, linked: Linked, model: object, scale: str) -> None:
        self.linked = linked
        self.criteria = sorted({criterion for _subject, criterion in linked.cells})
        given: list[Counter[int]] = [Counter() for _criterion in self.criteria]
        for _subject, _sheet, criterion, points in linked.marks():
            given[self.criteria.index(criterion)][points] += 1
        # Each criterion has every category: a criterion has steps of its own only where ENOUGH of each were given.
        self.categories = sorted(set().union(*given))
        self.highest = len(self.categories) - 1
        self.common = scale == "grades" or any(
            counts[points] < ENOUGH for counts in given for points in self.categories
        )
        self.read(model)
        self.count(given)
        self.odds = []
        for difficulty, steps in zip(self.difficulties, self.steps, strict=True):
            sums = [math.fsum(difficulty + step for step in steps[: k + 1]) for k in range(len(steps))]
            self.odds.append([math.exp(-total) for total in sums])
        self.severities = [0.0] * len(self.groups)
        self.measures: dict[int, tuple[float, float]] = dict.fromkeys(self.totals, (0.0, 0.0))
        self.slopes = {"severity": 0.0}
        if self.highest:
            try:
                self.solve()
            except (ArithmeticError, ValueError) as error:
                raise Fault("parameters without a likelihood", "该参数下没有似然值") from error

    def read(self, model: object) -> None:
        try:
            if type(model) is not dict:
                raise TypeError("no object")
            self.spread, self.weighted = float(model["spread"]), model["weighted"]
            self.difficulties = [float(difficulty) for difficulty in model["difficulties"]]
            self.steps = [[float(step) for step in steps] for steps in model["steps"]]
        except (KeyError, TypeError, ValueError) as error:
            raise Fault("a parameter is missing or no number", "缺少参数，或不是数字") from error
        many = [len(self.criteria), *[self.highest] * len(self.criteria)]
        if type(self.weighted) is not bool or [len(self.difficulties), *map(len, self.steps)] != many:
            raise Fault("other parameters than these marks have", "参数与这些评分不符")
        if self.common and any(steps != self.steps[0] for steps in self.steps):
            raise Fault("steps that are not common to all criteria", "各题目的步长不相同")
        far = FAR * (1 + self.weighted)
        full = [*self.difficulties, *(step for steps in self.steps for step in steps)]
        if not (
            all(abs(parameter) <= far for parameter in full) and 0 <= self.spread <= FAR_SPREAD * (1 + self.weighted)
        ):
            raise Fault("a parameter beyond any that is estimated", "参数超出可估计的范围")
        if any(abs(math.fsum(steps)) > 1e-9 for steps in self.steps):
            raise Fault("steps that do not add up to 0", "步长之和不为 0")
        self.is_even = self.spread <= NO_SPREAD
        self.spread = max(self.spread, NO_SPREAD)
        self.prior = 1 / PRIOR**2 if self.weighted else 0.0
        self.prior_spread = 1 / PRIOR_SPREAD**2 if self.weighted else 0.0

    def count(self, given: list[Counter[int]]) -> None:
        """Take the sums that the likelihood is made of."""
        place = {points: at for at, points in enumerate(self.categories)}
        cells = [(subject, self.criteria.index(criterion)) for subject, criterion in self.linked.cells]
        sizes: Counter[tuple[tuple[int, ...], int]] = Counter()
        self.totals: Counter[int] = Counter()
        self.given: dict[int, set[int]] = defaultdict(set)  # of each subject the categories that it got
        for sheet in self.linked.sheets:
            gained = [place[points] for cell, points in sheet]
            sizes[tuple(cell for cell, _points in sheet), sum(gained)] += 1
            for (cell, _points), category in zip(sheet, gained, strict=True):
                self.totals[cells[cell][0]] += category
                self.given[cells[cell][0]].add(category)
        self.groups = [(total, many) for (_pattern, total), many in sizes.items()]
        self.push: list[float] = []
        about: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for group, (pattern, total) in enumerate(sizes):
            for cell in pattern:
                subject, item = cells[cell]
                about[subject][group].append(item)
            self.push.append(EXTREME * ((total == self.highest * len(pattern)) - (total == 0)))
        self.about = {subject: list(about[subject].items()) for subject in self.totals}
        # Of each criterion, how many marks it has, and how many above category k.
        self.marks = [sum(counts.values()) for counts in given]
        self.above = [
            [sum(many for points, many in counts.items() if place[points] > k) for k in range(self.highest)]
            for counts in given
        ]

    def look(self, subject: int, measure: float) -> tuple[float, float, float, list[float]]:
        """Return the logarithm of what a measure is likely, its slope and curvature, and of each of the subject's
        (group, criterion) the expected category and its variance, one after the other."""
        height = measure * self.totals[subject] - 0.5 * (measure / self.spread) ** 2
        slope, curve = self.totals[subject] - measure / self.spread**2, 1 / self.spread**2
        both: list[float] = []
        ease = math.exp(measure)
        for group, items in self.about[subject]:
            unit, many = ease * self.ease[group], self.groups[group][1]
            for item in items:
                odds, first, second, power = 1.0, 0.0, 0.0, 1.0
                for k, odd in enumerate(self.odds[item], 1):
                    power *= unit
                    chance = odd * power
                    odds += chance
                    first += k * chance
                    second += k * k * chance
                mean = first / odds
                variance = second / odds - mean * mean
                height -= many * math.log(odds)
                slope -= many * mean
                curve += many * variance
                both += (mean, variance)
        return height, slope, curve, both

    def nodes(self, subject: int) -> tuple[list[tuple[float, float]], list[float]]:
        """Return measures with what each is likely, and the expected categories and variances over them."""
        centre = self.centre[subject]
        for _step in range(100):
            _height, slope, curve, _both = self.look(subject, centre)
            move = min(1.0, max(-1.0, slope / curve))
            centre += move
            if abs(move) < 1e-3:
                break
        self.centre[subject] = centre
        step = min(STEP / math.sqrt(curve), (EDGE if len(self.given[subject]) == 1 else WIDEST) / self.highest)
        top, _slope, _curve, both = self.look(subject, centre)
        measures = [(centre, 1.0, both)]
        for way in (-step, step):
            at, weight = centre, 1.0
            while weight > math.exp(-FALLEN):
                at += way
                height, _slope, _curve, both = self.look(subject, at)
                weight = math.exp(height - top)
                measures.append((at, weight, both))
        total = math.fsum(weight for _at, weight, _both in measures)
        expected = [0.0] * len(measures[0][2])
        for _at, weight, both in measures:
            share = weight / total
            expected = [mean + share * other for mean, other in zip(expected, both, strict=True)]
        return [(at, weight / total) for at, weight, _both in measures], expected

    def solve(self) -> None:
        """Find the severities, whose sum is 0, and then how level the likelihood is."""
        self.centre = dict.fromkeys(self.totals, 0.0)
        for _turn in range(300):
            self.ease = [math.exp(-severity) for severity in self.severities]
            nodes, slopes, curves = {}, [], [self.prior] * len(self.groups)
            for (total, _many), push, severity in zip(self.groups, self.push, self.severities, strict=True):
                slopes.append(push - total - self.prior * severity)
            for subject, groups in self.about.items():
                nodes[subject], expected = self.nodes(subject)
                values = iter(expected)
                for group, items in groups:
                    for _item in items:
                        slopes[group] += next(values)
                        curves[group] += next(values)
            loose = [many / curve for (_total, many), curve in zip(self.groups, curves, strict=True)]
            level = dot(loose, slopes) / math.fsum(loose)
            moves = [(slope - level) / curve for slope, curve in zip(slopes, curves, strict=True)]
            largest = max(map(abs, moves))
            if not math.isfinite(math.fsum(moves)):
                raise ArithmeticError
            if largest < 1e-10:
                break
            short = min(1.0, 2.0 / largest)
            self.severities = [severity + short * move for severity, move in zip(self.severities, moves, strict=True)]
        worst = max(abs(move) * math.sqrt(curve) for move, curve in zip(moves, curves, strict=True))
        self.slopes = {"severity": worst} | self.find_slopes(nodes)
        for subject, likely in nodes.items():
            mean = math.fsum(weight * at for at, weight in likely)
            sd = math.sqrt(math.fsum(weight * (at - mean) ** 2 for at, weight in likely))
            self.measures[subject] = (0.0, 0.0) if self.is_even else (mean, sd)

    def find_slopes(self, nodes: dict[int, list[tuple[float, float]]]) -> dict[str, float]:
        """Return the largest slope of each other kind of parameter."""
        above = [[0.0] * self.highest for _criterion in self.criteria]
        chances = [[0.0] * self.highest for _criterion in self.criteria]
        variance = [0.0] * len(self.criteria)
        for subject, measures in nodes.items():
            for measure, weight in measures:
                for group, items in self.about[subject]:
                    share = weight * self.groups[group][1]
                    for item in items:
                        upper = self.upper(item, measure - self.severities[group])
                        for k, probability in enumerate(upper):
                            above[item][k] += share * probability
                            chances[item][k] += share * probability * (1 - probability)
                        mean = sum(upper)
                        square = sum((2 * k + 1) * chance for k, chance in enumerate(upper))
                        variance[item] += share * (square - mean * mean)
        difficulties = []
        blocks: list[list[tuple[float, float]]] = []
        for at, marks in enumerate(self.marks):
            slopes = [expected - real for expected, real in zip(above[at], self.above[at], strict=True)]
            slope = math.fsum(slopes) - self.prior * self.difficulties[at]
            if self.common:
                real = sum(self.above[at])
                slope += EXTREME * ((real == self.highest * marks) - (real == 0))
            difficulties.append(slope / math.sqrt(variance[at] + self.prior))
            blocks.append(list(zip(slopes, chances[at], strict=True)))
        if self.common:
            columns = zip(*blocks, strict=True)
            blocks = [[(math.fsum(s for s, _c in some), math.fsum(c for _s, c in some)) for some in columns]]
        worst = 0.0
        for block, steps in zip(blocks, self.steps, strict=False):  # common steps are one block, and the first's
            lowered = [slope - self.prior * step for (slope, _chance), step in zip(block, steps, strict=True)]
            level = math.fsum(lowered) / len(lowered)
            for slope, (_slope, chance) in zip(lowered, block, strict=True):
                worst = max(worst, abs(slope - level) / math.sqrt(chance + self.prior))
        squares = [weight * (at / self.spread) ** 2 for measures in nodes.values() for at, weight in measures]
        slope = math.fsum(squares) - len(nodes) - self.prior_spread * math.log(self.spread)
        slope = max(0.0, slope) if self.is_even else slope
        spread = slope / math.sqrt(2 * math.fsum(squares) + self.prior_spread)
        return {"difficulty": max(map(abs, difficulties)), "steps": worst, "spread": spread}

    def upper(self, item: int, apart: float) -> list[float]:
        """Return the chance of a category above each k. apart: measure less severity."""
        odds = [1.0, *(odd * math.exp(k * apart) for k, odd in enumerate(self.odds[item], 1))]
        total = math.fsum(odds)
        return [math.fsum(odds[k:]) / total for k in range(1, len(odds))]

    def points(self, item: int, measure: float) -> float:
        """Return the points to be expected if every sheet of the fit had marked this measure."""
        scores, total = self.categories, 0.0
        for (_total, many), severity in zip(self.groups, self.severities, strict=True):
            rises = zip(self.upper(item, measure - severity), scores, scores[1:], strict=False)
            total += many * (scores[0] + math.fsum(chance * (after - before) for chance, before, after in rises))
        return total / len(self.linked.sheets)

    def part(self, subject: int, weights: dict[int, float]) -> Part:
        """Return what the fit adds to a subject's score. weights: criterion → weight."""
        measure, sd = self.measures[subject]
        value, low, high = (
            math.fsum(
                weights.get(criterion, 0.0) * self.points(item, measure + z * sd)
                for item, criterion in enumerate(self.criteria)
            )
            for z in (0.0, -Z95, Z95)
        )
        total = math.fsum(weights.values())
        return Part(value, value - low, high - value, total * measure, total * sd)

    @property
    def worst(self) -> float:
        return max(map(abs, self.slopes.values()))

    def deviations(self, _least: float) -> dict[str, Decimal]:
        """Return what is published of the fit: standard deviations of the subjects and the sheets, in logits."""
        square = math.fsum(
            many * severity**2 for (_total, many), severity in zip(self.groups, self.severities, strict=True)
        )
        spread = 0.0 if self.is_even else self.spread
        return {"subject": rounded(spread, 2), "sheet": rounded(math.sqrt(square / len(self.linked.sheets)), 2)}


# counted: The means of one criterion, and the weights of classes in them.


class ClassWeights:
    """What each class weighs in a figure, by how many of each answered."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.cuts: dict[tuple[tuple[int, ...], tuple[Fraction, ...]], list[Fraction]] = {}

    def shares(self, sizes: tuple[int, ...], merged: list[Fraction] | None = None) -> list[Fraction]:
        """Return each class's share of a figure: no ballot carries more than 1/floor of it.

        merged: the weights of a subject of whom classes were merged.
        """
        weights = tuple(merged or self.rules.class_weights)
        if (sizes, weights) not in self.cuts:
            self.cuts[sizes, weights] = class_shares(sizes, weights, self.rules.floor, self.rules.anonymous)
        return self.cuts[sizes, weights]

    def weigh(self, piles: Sequence[list[int]], merged: list[Fraction] | None = None) -> tuple[Fraction, float]:
        """Return the weighted mean of several classes' points, and half its interval."""
        shares = self.shares(tuple(len(pile) for pile in piles), merged)
        return weigh(piles, shares, trim=self.rules.trim, least=SPREAD_FLOOR[self.rules.scale])


class Counted:
    """One criterion: what may be shown, alone or, by versions 1 and 2 of the rules, within a rest."""

    def __init__(
        self, rules: Rules, roll: RollFile, votes: Votes, weights: ClassWeights, at: int, *, version: int
    ) -> None:
        self.rules, self.roll, self.weights, self.number = rules, roll, weights, at
        self.points, self.abstentions = votes.points[at], votes.abstentions[at]
        self.sheets, self.asked = votes.sheets[at], rules.asked[at]
        self.joined_weights, self.apart = votes.weights, votes.apart
        self.sections = roll.many_sections
        subjects, classes, floor = len(self.roll.sections), range(len(self.rules.classes)), self.rules.floor
        self.piles = [[self.points.get((at, voter_class), []) for voter_class in classes] for at in range(subjects)]
        self.unsure = [[self.abstentions[at, voter_class] for voter_class in classes] for at in range(subjects)]
        anonymous = rules.anonymous
        # Answers that others may know, from envelopes, count towards no floor.
        self.own = [
            [max(0, len(pile) - votes.known[at, number]) for number, pile in enumerate(piles)]
            for at, piles in enumerate(self.piles)
        ]
        # Those of classes declared not anonymous hide nobody else's; by versions 1 and 2 they did, but for the floor.
        hides = [counts or version < APART_FROM for counts in anonymous]
        self.declared = [number for number in classes if not hides[number]]
        self.unknown = [[many if counts else 0 for many, counts in zip(left, hides, strict=True)] for left in self.own]
        n = [sum(many for many, counts in zip(left, anonymous, strict=True) if counts) for left in self.unknown]
        self.alone = [at for at in range(subjects) if n[at] >= floor and self.hides_each(at)]
        self.with_classes = {
            at
            for at in self.alone
            if all(
                left >= floor or not (pile or unsure) or not counts
                for left, pile, unsure, counts in zip(
                    self.own[at], self.piles[at], self.unsure[at], anonymous, strict=True
                )
            )
        }
        self.rests: dict[int, list[int]] = {}  # section (after the last: all together) → subjects
        if version < APART_FROM:
            hidden = [
                sum(unsure for unsure, counts in zip(self.unsure[at], anonymous, strict=True) if counts)
                for at in range(subjects)
            ]
            self.put_together([at for at in range(subjects) if n[at] < floor and (n[at] or hidden[at])])
        self.reach: float | None = None
        self.means: list[Mean | None] = []
        self.fewer: dict[tuple[int, int, int], Fraction] = {}  # figures without a ballot of these points
        self.others: dict[tuple[int, int], tuple[Fraction, Fraction]] = {}

    def hides_each(self, at: int) -> bool:
        """Whether no answer about a subject carries more than 1/floor of all that nobody but their authors knows."""
        sizes, left = [len(pile) for pile in self.piles[at]], self.unknown[at]
        if sizes == left:
            return True
        shares = self.weights.shares(tuple(sizes), self.joined_weights.get(at))
        each = [(share / size, many) for size, many, share in zip(sizes, left, shares, strict=True) if size and many]
        rest = sum((part * many for part, many in each), Fraction())
        return self.rules.floor * max((part for part, _many in each), default=Fraction()) <= rest

    def count(self, reach: float | None) -> None:
        """Make the figures. reach: how far an interval reaches if a mean's standard error is one point; None by
        version 1 of the rules, where each interval is made of its own answers."""
        self.reach = reach
        self.means = [self.subject_mean(at) for at in range(len(self.piles))]

    def put_together(self, small: list[int]) -> None:
        """Put subjects too few alone together: with others of their section, else with those of all sections."""
        left = []
        for section in range(self.sections):
            members = [at for at in small if self.roll.sections[at] == section]
            if self.is_crowd(members):
                self.rests[section] = members
            else:
                left += members
        if self.is_crowd(left):
            self.rests[self.sections] = sorted(left)

    def is_crowd(self, members: list[int]) -> bool:
        """Whether answers, sheets and people behind several subjects are all as many as the floor."""
        floor = self.rules.floor
        if sum(len(pile) for at in members for pile in self.piles[at]) < floor:
            return False
        single = sum(len(pile) for at in members for pile in self.piles[at]) - sum(
            len(self.sheets[at]) for at in members
        )
        if single + len(set().union(*(self.sheets[at] for at in members))) < floor:
            return False
        papers = {cell for at in members for voter_class, cell in self.roll.papers[at] if voter_class in self.asked}
        return len(set().union(*(self.roll.holders.get(cell, set()) for cell in papers))) >= floor

    def subject(self, at: int) -> Mean | None:
        return self.means[at]

    def shares(self, at: int) -> list[Fraction]:
        """Return what each class weighs in a subject's figure."""
        return self.weights.shares(tuple(map(len, self.piles[at])), self.joined_weights.get(at))

    def subject_mean(self, at: int) -> Mean | None:
        piles = self.piles[at]
        if at not in set(self.alone):
            return None
        n = sum(map(len, piles))
        if self.reach is None:
            return Mean(*self.weights.weigh(piles, self.joined_weights.get(at)), n, sum(self.unsure[at]))
        shares = self.shares(at)
        value, half = self.plain(piles, shares)
        classes = [self.voter_class(at, number) for number in range(len(piles))]
        parts = [(share, mean.shown) for share, mean in zip(shares, classes, strict=True) if mean and mean.shown]
        if not parts and any(piles[number] for number in self.declared):
            parts = self.beside_declared(at, shares)
        if parts and not self.rules.exact:
            shown = together(parts, self.rules.scale)
        else:
            shown = self.show(value, piles, shares, self.unknown[at])
        return Mean(value, half, n, sum(self.unsure[at]), shown, unknown=sum(self.unknown[at]))

    def beside_declared(self, at: int, shares: Sequence[Fraction]) -> list[tuple[Fraction, Shown]]:
        """Return of what a figure without those of its classes is put together: that of the anonymous classes, as if
        it were shown by itself, and that of each class declared not anonymous, whose answers can be taken away."""
        piles = self.piles[at]
        parts = [(shares[number], self.class_shown(at, number)) for number in self.declared if piles[number]]
        rest = [share if number not in self.declared else Fraction() for number, share in enumerate(shares)]
        if not (whole := sum(rest, Fraction())):
            return parts
        kept = [[] if number in self.declared else pile for number, pile in enumerate(piles)]
        rest = [share / whole for share in rest]
        value, _half = self.plain(kept, rest)
        return [(whole, self.show(value, kept, rest, self.unknown[at])), *parts]

    def class_shown(self, at: int, number: int) -> Shown:
        """Return the mean of a class as it is shown, or would be if it were."""
        pile, left = self.piles[at][number], self.own[at][number]
        return self.show(location(pile, trim=self.rules.trim), [pile], [Fraction(1)], [left])

    def plain(self, piles: Sequence[list[int]], shares: Sequence[Fraction]) -> tuple[Fraction, float]:
        """Return a weighted mean, and half its interval by the round's spread and the number of answers."""
        used = [(pile, share) for pile, share in zip(piles, shares, strict=True) if pile]
        value = sum((share * location(pile, trim=self.rules.trim) for pile, share in used), Fraction())
        cuts = [2 if self.rules.trim and len(pile) > TRIM_ABOVE else 0 for pile, _share in used]
        error = math.sqrt(
            math.fsum(float(share) ** 2 / (len(pile) - cut) for (pile, share), cut in zip(used, cuts, strict=True))
        )
        return value, (self.reach or 0.0) * error

    def show(
        self,
        value: Fraction,
        piles: Sequence[list[int]],
        shares: Sequence[Fraction],
        unknown: Sequence[int] | None = None,
        each: int = 1,
    ) -> Shown:
        """Return a group's mean as it is shown. unknown: how many answers of each class nobody else knows."""
        if self.rules.exact:
            return exactly(value)
        sizes = tuple(len(pile) for pile in piles)
        left = sizes if unknown is None else tuple(unknown)
        return ranges_of(self.rules.scale, sizes, tuple(shares), trim=self.rules.trim, each=each, unknown=left).show(
            value
        )

    def spread(self) -> tuple[Fraction, int, int, set[int]]:
        """Return of the classes of shown subjects with two answers or more: squares, degrees of freedom, answers, and
        which subjects."""
        squares, freedom, answers = Fraction(), 0, 0
        seen: set[int] = set()
        for at in self.alone:
            for pile in self.piles[at]:
                if len(pile) > 1:
                    squares += sum(points * points for points in pile) - Fraction(sum(pile) ** 2, len(pile))
                    freedom += len(pile) - 1
                    answers += len(pile)
                    seen.add(at)
        return squares, freedom, answers, seen

    def without(self, at: int, row: Row) -> Fraction:
        """Return a subject's figure without one of its ballots; the whole figure if that one did not answer."""
        points, whole = row.points[self.number], self.means[at]
        if points is None or whole is None:
            return whole.value if whole else Fraction()
        key = at, row.voter_class, points
        if key not in self.fewer:
            others, share = self.beside(at, row.voter_class)
            left = list(self.piles[at][row.voter_class])
            left.remove(points)
            self.fewer[key] = others + share * location(left, trim=self.rules.trim) if left else others
        return self.fewer[key]

    def beside(self, at: int, voter_class: int) -> tuple[Fraction, Fraction]:
        """Return what the other classes make of a subject's figure, and the share of a class with a ballot fewer."""
        if (at, voter_class) not in self.others:
            piles = self.piles[at]
            shares = self.weights.shares(
                tuple(len(pile) - (number == voter_class) for number, pile in enumerate(piles)),
                self.joined_weights.get(at),
            )
            rest = (number for number, pile in enumerate(piles) if pile and number != voter_class)
            figure = sum(
                (shares[number] * location(piles[number], trim=self.rules.trim) for number in rest), Fraction()
            )
            self.others[at, voter_class] = figure, shares[voter_class]
        return self.others[at, voter_class]

    def voter_class(self, at: int, number: int) -> Mean | None:
        pile = self.piles[at][number]
        if at not in self.with_classes or not pile:
            return None
        unsure = self.unsure[at][number]
        if self.reach is None:
            least = SPREAD_FLOOR[self.rules.scale]
            return Mean(*weigh([pile], [Fraction(1)], trim=self.rules.trim, least=least), len(pile), unsure)
        value, half = self.plain([pile], [Fraction(1)])
        return Mean(value, half, len(pile), unsure, self.class_shown(at, number), unknown=self.own[at][number])

    def rest(self, where: int) -> Mean | None:
        """Return the mean of the subjects too few alone, their ballots pooled class by class."""
        members = self.rests.get(where)
        if not members:
            return None
        piles = [
            [points for at in members for points in self.piles[at][number]] for number in range(len(self.rules.classes))
        ]
        unsure = sum(sum(self.unsure[at]) for at in members)
        n = sum(map(len, piles))
        if self.reach is None:
            return Mean(*self.weights.weigh(piles), n, unsure, members=len(members))
        shares = self.weights.shares(tuple(map(len, piles)))
        value, half = self.plain(piles, shares)
        return Mean(value, half, n, unsure, self.show(value, piles, shares, each=len(members)), len(members))

    def section(self, section: int) -> Mean | None:
        members = [self.subject(at) for at in self.alone if self.roll.sections[at] == section]
        return mean_of([*members, self.rest(section)])

    def rank(self, rank: int) -> Mean | None:
        """Return the mean of a rank's subjects. A rest comes in if all of it is of the rank."""
        members = [self.subject(at) for at in self.alone if self.roll.ranks[at] == rank]
        whole = [at for at, rest in self.rests.items() if all(self.roll.ranks[subject] == rank for subject in rest)]
        return mean_of([*members, *map(self.rest, sorted(whole))])

    def unit(self) -> Mean | None:
        return mean_of([*map(self.subject, self.alone), *map(self.rest, range(self.sections + 1))])

    def bars(self, at: int) -> list[list[int]] | None:
        """Return [first bin, last bin, ballots] so coarse that no bar holds one or two ballots that others cannot know,
        None if one is left."""
        edges = self.rules.edges
        if self.reach is not None and sum(self.unknown[at]) < BARS_FROM:
            return None
        known = sum(map(len, self.piles[at])) - sum(self.unknown[at])
        least = BAR_FLOOR + known
        counts = Counter(bisect_right(edges, points) - 1 for pile in self.piles[at] for points in pile)
        bars = [[bin, bin, counts[bin]] for bin in range(len(edges))]
        while any(0 < bar[2] < least for bar in bars):
            if len(bars) == 1:
                return None
            i = next(i for i, bar in enumerate(bars) if 0 < bar[2] < least)
            before = bars[i - 1][2] if i else -1
            after = bars[i + 1][2] if i + 1 < len(bars) else -1
            i = i if after >= before else i - 1  # towards the fuller neighbour; of equal ones, upwards
            bars[i : i + 2] = [[bars[i][0], bars[i + 1][1], bars[i][2] + bars[i + 1][2]]]
        if sum(bar[2] > 0 for bar in bars) < 2:
            return None
        if self.reach is None or self.rules.scale == "points" or all(first == last for first, last, _count in bars):
            return bars
        return bars if not known and self.may_divide(at, bars) else None

    def may_divide(self, at: int, bars: list[list[int]]) -> bool:
        """Whether bars and sum leave BAR_FLOOR ways or more to divide the ballots of joined bars among answers."""
        answers = answers_of(self.rules.scale)
        ways = {0: 1}
        for first, last, count in bars:
            inside = divisions(answers[first : last + 1], count)
            both: Counter[int] = Counter()
            for total, many in ways.items():
                for other, more in inside.items():
                    both[total + other] += many * more
            ways = both
        return ways[sum(map(sum, self.piles[at]))] >= BAR_FLOOR


@cache
def divisions(answers: tuple[int, ...], count: int) -> dict[int, int]:
    """Return in how many ways so many ballots give these answers, by their sum."""
    if len(answers) == 1 or not count:
        return {answers[0] * count: 1}
    first, *others = answers
    ways: Counter[int] = Counter()
    for given in range(count + 1):
        for total, many in divisions(tuple(others), count - given).items():
            ways[first * given + total] += many
    return dict(ways)


def reach_of(criteria: Sequence[Counted], scale: str) -> float:
    """Return how far an interval reaches if a mean's standard error is one point: one spread for the whole round."""
    spreads = [criterion.spread() for criterion in criteria]
    subjects = set().union(*(seen for _squares, _freedom, _answers, seen in spreads))
    if len(subjects) < SUBJECTS_FROM or sum(answers for _squares, _freedom, answers, _seen in spreads) < ANSWERS_FROM:
        return Z95 * SPREAD_USUAL[scale]
    freedom = sum(freedom for _squares, freedom, _answers, _seen in spreads)
    squares = sum((squares for squares, *_rest in spreads), Fraction())
    spread = float(rounded(math.sqrt(squares / freedom), 1))
    return max(SPREAD_FLOOR[scale], spread) * t_quantile(freedom)


def class_shares(
    sizes: Sequence[int], weights: Sequence[Fraction], floor: int, anonymous: Sequence[bool]
) -> list[Fraction]:
    """Return the weights renormalised over the classes that answered, those of anonymous classes cut back to 1/floor a
    ballot."""
    base = [weight if n else Fraction() for n, weight in zip(sizes, weights, strict=True)]
    shares = [share / sum(base) if share else share for share in base]
    if sum(sizes) < floor:  # Nothing helps there; such groups are shown only as what one ballot fewer would make.
        return shares
    cut: set[int] = set()
    while over := {
        at for at, n in enumerate(sizes) if anonymous[at] and at not in cut and shares[at] > Fraction(n, floor)
    }:
        cut |= over
        room = 1 - sum(Fraction(sizes[at], floor) for at in cut)
        free = sum(weight for at, weight in enumerate(base) if at not in cut)
        shares = [
            Fraction(sizes[at], floor) if at in cut else weight / free * room if weight else weight
            for at, weight in enumerate(base)
        ]
    return shares


def weigh(
    piles: Sequence[list[int]], shares: Sequence[Fraction], *, trim: bool, least: float
) -> tuple[Fraction, float]:
    """Return Σ share × class mean, and half its 95 % interval by Welch and Satterthwaite.

    With more than five answers in a class one highest and one lowest are dropped from its mean, and its spread is that
    of the answers with these two pulled in to their neighbours (Tukey and McLaughlin). A class with one answer borrows
    the spread of the others. No spread is less than `least`.
    """
    value = Fraction()
    spreads: list[tuple[float, int, float]] = []  # of each class that answered: square of spread, df, its factor
    for pile, share in zip(piles, shares, strict=True):
        n = len(pile)
        if not n:
            continue
        total, squares = sum(pile), sum(points * points for points in pile)
        if trim and n > TRIM_ABOVE:
            first, second, *_middle, last_but_one, last = sorted(pile)
            value += share * Fraction(total - first - last, n - 2)
            total += second - first + last_but_one - last
            squares += second**2 - first**2 + last_but_one**2 - last**2
            df, factor = n - 3, n / (n - 2) ** 2
        else:
            value += share * Fraction(total, n)
            df, factor = n - 1, 1 / n
        spreads.append(((n * squares - total * total) / (n * (n - 1)) if n > 1 else math.nan, df, factor))
    together = sum(df for _square, df, _factor in spreads)
    pooled = math.fsum(square * df for square, df, _factor in spreads if df) / max(together, 1)
    used = [share for pile, share in zip(piles, shares, strict=True) if pile]
    variance, divisor = 0.0, 0.0
    for (square, df, factor), share in zip(spreads, used, strict=True):
        part = float(share) ** 2 * factor * max(square if df else pooled, least**2)
        variance += part
        divisor += part**2 / (df or together) if df or together else 0.0
    freedom = min(variance**2 / divisor + 1e-9, 10_000) if divisor else 10_000
    return value, t_quantile(max(1, int(freedom))) * math.sqrt(variance)


def location(pile: list[int], *, trim: bool) -> Fraction:
    """Return the mean of a class's points, without one highest and one lowest where these are dropped."""
    if trim and len(pile) > TRIM_ABOVE:
        return Fraction(sum(pile) - min(pile) - max(pile), len(pile) - 2)
    return Fraction(sum(pile), len(pile))


def mean_of(parts: Iterable[Mean | None]) -> Mean | None:
    """Return the mean of several groups' figures, each weighing as many as its members."""
    known = [part for part in parts if part]
    members = sum(part.members for part in known)
    if not members:
        return None
    value = sum((part.counts * part.members for part in known), Fraction()) / members
    return Mean(
        value=value,
        shown=exactly(value) if known[0].shown else None,
        half=math.sqrt(math.fsum((part.half * part.members) ** 2 for part in known)) / members,
        n=sum(part.n for part in known),
        abstentions=sum(part.abstentions for part in known),
        members=members,
    )


@cache
def t_quantile(df: int) -> float:
    """Return Student's t for a two-sided 95 % interval.

    Up to 30 degrees of freedom from the closed form of its distribution (Abramowitz and Stegun, 26.7.3 and 26.7.4) by
    Newton's method, beyond by the expansion 26.7.5, as the rules say.
    """
    z = 1.959963984540054
    if df > 30:
        terms = (
            z,
            (z**3 + z) / 4,
            (5 * z**5 + 16 * z**3 + 3 * z) / 96,
            (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        )
        return sum(term / df**power for power, term in enumerate(terms))
    scale = math.gamma((df + 1) / 2) / math.gamma(df / 2) / math.sqrt(df * math.pi)
    t = z
    for _step in range(100):
        angle = math.atan2(t, math.sqrt(df))
        sine, square = math.sin(angle), math.cos(angle) ** 2
        term = total = 1.0 if df % 2 == 0 else math.cos(angle)
        for i in range(2 + df % 2, df - 1, 2):
            term *= square * (i - 1) / i
            total += term
        inside = sine * total if df % 2 == 0 else 2 / math.pi * (angle + (sine * total if df > 1 else 0.0))
        step = (inside - 0.95) / (2 * scale * square ** ((df + 1) / 2))
        t -= step
        if abs(step) < 1e-14 * t:
            break
    return t


# severity: Scores with the raters' severity taken out.

#: What publication tells of one fit.
FitTold = TypedDict("FitTold", {"class": str, "subjects": int, "sheets": int})


class Severity:
    """The adjusted scores of a round, under the parameters that publication says it used.

    may: the subjects beside whose scores an adjusted one may stand; of the others ballots are too few.
    models: of each published fit what was published of it, and its parameters. faults: what does not hold of these.
    unfitted: of how many fits publication says that it found no likeliest figures, which is not tried here.
    """

    def __init__(
        self,
        rules: Rules,
        roll: RollFile,
        votes: Votes,
        counted: Sequence[Counted],
        groups: Sequence[FitTold],
        models: Sequence[object],
        *,
        may: set[int],
    ) -> None:
        self.rules, self.votes, self.counted = rules, votes, counted
        self.published = list(zip(groups, models, strict=False))
        self.used: set[int] = set()
        self.faults: list[Fault] = []
        self.unfitted = 0
        self.lacking: list[set[int]] = []  # the subjects of each fit without published parameters
        subjects = range(len(roll.sections))
        self.may = may
        self.shown = {at for at in subjects if any(criterion.means[at] for criterion in counted)} - votes.apart
        self.rows = [row for row in votes.rows if row.subject in self.shown]
        self.early = self.refusal()
        self.reasons = dict.fromkeys(subjects, self.early)
        self.method = "reml" if self.rules.scale == "points" else "rasch"
        self.scores: dict[int, dict[str, Decimal | str]] = {}
        self.groups: dict[int, dict[str, object]] = {}
        self.islands = 0
        if not self.early:
            self.run()

    def refusal(self) -> str:
        """Return why nothing may be fitted at all."""
        sizes = Counter(row.sheet for row in self.votes.rows)
        if not sizes or min(sizes.values()) < 2:
            return "papers"
        piles = [len(pile) for criterion in self.counted for at in self.shown for pile in criterion.piles[at]]
        return "trimmed" if self.rules.trim and max(piles, default=0) > TRIM_ABOVE else ""

    def run(self) -> None:
        answered: dict[int, dict[int, tuple[bool, ...]]] = {at: {} for at in self.reasons}
        for row in self.rows:
            if any(given := tuple(points is not None for points in row.points)):
                answered[row.subject][row.sheet] = given
        classes = {row.sheet: row.voter_class for row in self.rows}
        chosen = safe_subjects(answered, classes, floor=self.rules.floor + self.votes.most_known)
        self.reasons = {at: "" if at in chosen else "few_abstained" for at in self.reasons}
        parts: dict[int, list[Part]] = defaultdict(list)
        if not chosen & self.may:
            chosen = set()  # No fit is told of, if any was made.
        for linked in self.linked(chosen):
            self.fit(linked, parts)
        # Where no subject has a score in the end, publication tells of no fit, though some were made.
        for inside in self.lacking:
            unexplained = {at for at in inside if self.reasons[at] in ("", "no_fit")}
            self.reasons |= dict.fromkeys(unexplained, "no_fit")
            self.unfitted += bool(unexplained)
        for at in self.reasons:
            if at not in self.shown:
                self.reasons[at] = "not_shown"
            elif at not in self.may:
                self.reasons[at] = "few_ballots"
            elif not self.reasons[at]:
                self.scores[at] = self.score(parts[at])

    def score(self, parts: list[Part]) -> dict[str, Decimal | str]:
        """Return a subject's adjusted score: the classes' parts are added, their errors as of independent figures."""
        value = math.fsum(part.value for part in parts)
        low = value - math.sqrt(math.fsum(part.below**2 for part in parts))
        high = value + math.sqrt(math.fsum(part.above**2 for part in parts))
        three = zip(("value", "low", "high"), (value, low, high), strict=True)
        score = {name: tenths(min(100.0, max(0.0, figure))) for name, figure in three} | {"method": self.method}
        if self.method == "reml":
            return score
        sd = math.sqrt(math.fsum(part.sd**2 for part in parts))
        return score | {"measure": rounded(math.fsum(part.measure for part in parts), 2), "sd": rounded(sd, 2)}

    def linked(self, chosen: set[int]) -> list[Linked]:
        links = []
        for number in range(len(self.rules.classes)):
            rows = [row for row in self.rows if row.voter_class == number and row.subject in chosen]
            rows = [row for row in rows if any(points is not None for points in row.points)]
            sheets: dict[int, list[Row]] = defaultdict(list)
            for row in rows:
                sheets[row.sheet].append(row)
            parts: list[tuple[set[int], list[list[Row]]]] = []  # subjects and sheets
            for sheet in sheets.values():
                about = {row.subject for row in sheet}
                touching = [part for part in parts if part[0] & about]
                parts = [part for part in parts if not part[0] & about]
                parts.append(
                    (about.union(*(part[0] for part in touching)), [sheet, *(s for part in touching for s in part[1])])
                )
            self.islands = max(self.islands, len(parts))
            links += [link(number, sheets) for _subjects, sheets in parts]
        return links

    def fit(self, linked: Linked, parts: dict[int, list[Part]]) -> None:
        """Add what one class's fit makes of its subjects' scores."""
        inside = linked.subjects
        reason = ""
        fit: Mixed | Ruler | None = None
        if len(inside) < FEWEST_LINKED:
            reason = "few_subjects"
        elif self.method == "reml" and linked.is_too_large:
            reason = "too_large"
        else:
            fit = self.choose(linked)
            if fit is None:
                self.lacking.append(set(inside))
                return
        if fit is None:
            for at in inside:
                self.reasons[at] = self.reasons[at] or reason
            return
        if not fit.worst <= SLOPE:
            slopes = fit.slopes
            name = max(slopes, key=lambda parameter: abs(slopes[parameter]))
            key = self.rules.classes[linked.voter_class]
            self.faults.append(
                Fault(
                    f"class {key}: these parameters are not the likeliest, slope {slopes[name]:.2g} of {name}",
                    f"票类 {key}：参数并非似然最大者（{name} 的斜率 {slopes[name]:.2g}）",
                )
            )
        floor = SPREAD_FLOOR[self.rules.scale]
        people: Counter[int] = Counter()
        for sheet in linked.sheets:
            people.update({linked.cells[cell][0] for cell, _points in sheet})
        for at in inside:
            weights = self.weights(at, linked.voter_class)
            least = Z95 * floor / math.sqrt(people[at]) * math.fsum(weights.values())
            parts[at].append(fit.part(at, weights).widened(least))

    def choose(self, linked: Linked) -> "Mixed | Ruler | None":
        """Return the fit under the published parameters: of several alike, those that are the likeliest."""
        key, place = self.rules.classes[linked.voter_class], -1
        best: Mixed | Ruler | None = None
        faults: list[Fault] = []
        for at, (group, model) in enumerate(self.published):
            wanted = (key, len(linked.subjects), len(linked.sheets))
            if at in self.used or (group["class"], group["subjects"], group["sheets"]) != wanted:
                continue
            try:
                fit = Mixed(linked, model) if self.method == "reml" else Ruler(linked, model, self.rules.scale)
            except Fault as fault:  # of several alike it may belong to another one
                faults.append(fault)
                continue
            if best is None or fit.worst < best.worst:
                best, place = fit, at
        if best is None:
            self.faults += faults
        else:
            self.used.add(place)
            self.groups[place] = {
                "class": key,
                "subjects": len(linked.subjects),
                "sheets": len(linked.sheets),
                "deviations": best.deviations(SPREAD_FLOOR[self.rules.scale]),
            }
        return best

    def check(self) -> tuple[str, str]:
        """Say of how many fits the parameters are the likeliest. Raises: the first Fault."""
        if self.faults:
            raise self.faults[0]
        return f"{len(self.groups)} fits, slopes below {SLOPE}", f"{len(self.groups)} 次拟合，斜率均小于 {SLOPE}"

    def weights(self, at: int, voter_class: int) -> dict[int, float]:
        """Return what a class's figure for each criterion weighs in a subject's score."""
        known = [
            (number, weight, counted)
            for number, (weight, counted) in enumerate(zip(self.rules.criterion_weights, self.counted, strict=True))
            if counted.means[at]
        ]
        total = sum((weight for _number, weight, _counted in known), Fraction())
        return {number: float(weight / total * counted.shares(at)[voter_class]) for number, weight, counted in known}

    def subject(self, at: int) -> dict[str, Decimal | str] | None:
        """Return a subject's adjusted score as it is published, or why there is none."""
        if at in self.scores:
            return self.scores[at]
        reason = self.reasons[at] if at in self.shown else "not_shown"
        return None if reason in ("papers", "not_shown") else {"reason": self.early or reason}

    def unit(self) -> dict[str, object]:
        """Return how severity was taken out, as it is published."""
        if self.scores:
            places = range(max(self.groups, default=-1) + 1)
            groups = [self.groups.get(at) for at in places]
            return {
                "reason": "",
                "method": self.method,
                "subjects": len(self.scores),
                "islands": self.islands,
                "groups": groups,
            }
        reasons = [reason for reason in self.reasons.values() if reason != "not_shown"]
        reason = max(reasons, key=lambda reason: (reasons.count(reason), -REASONS.index(reason)), default="not_shown")
        return {"reason": self.early or reason, "method": "", "subjects": 0, "islands": 0, "groups": []}


def models_of(published: object) -> tuple[list[FitTold], list[object]]:
    """Return what figures.json says of the fits, and their parameters; empty if it says nothing. Raises: Fault."""
    if type(published) is not dict:
        return [], []
    unit = published.get("unit") or {}
    groups = ((unit.get("adjusted") or {}).get("groups")) or []
    models = published.get("models") or []
    if len(groups) != len(models) or not all(
        type(group) is dict and {"class", "subjects", "sheets"} <= group.keys() for group in groups
    ):
        raise Fault("its fits and their parameters do not belong together", "各次拟合与其参数不对应")
    return groups, models


# reliability: The reliability of a round.


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


# half_steps: Subjects whose figures are shown in half-steps, and the means that hold them.

HALF_STEP = 10


class SubjectFigures(TypedDict):
    """What half-steps change of a subject's figures."""

    score: list[Decimal] | None
    shown: dict[str, object] | None
    criteria: dict[str, Figure]
    classes: dict[str, list[object]]
    one_ballot: bool | None
    adjusted: object


class GroupFigures(TypedDict):
    """What half-steps change of a section's figures, a rank's, or those of all together."""

    score: list[Decimal] | None
    ballots: int | None
    members: int
    criteria: dict[str, Figure]


def in_half_steps(
    subjects: Sequence[SubjectFigures],
    groups: Iterable[tuple[Sequence[GroupFigures], Sequence[int]]],
    coarse: Iterable[int],
    rules: Rules,
    *,
    version: int,
) -> None:
    """Put these subjects' figures into half-steps, and make every mean that holds one of them of what is shown.

    groups: the figures of one kind of group, and of each subject the place of its group among them, -1 for none.
    """
    concerned = set(coarse)
    for at in concerned:
        coarsen_sheet(subjects[at], rules.bands)
    for sheets, place_of in groups:
        for place in {place_of[at] for at in concerned if place_of[at] >= 0}:
            members = [subjects[at] for at, other in enumerate(place_of) if other == place]
            mean_of_shown(sheets[place], members, rules, version=version)


def coarsen_sheet(sheet: SubjectFigures, bands: Sequence[int]) -> None:
    """Put every figure of a subject into half-steps; what half-steps do not have is gone."""
    if sheet["score"]:
        sheet["score"], sheet["shown"] = coarsened(sheet["score"], sheet["shown"], bands)
    sheet["classes"] = {name: coarse_list(score, bands, short=True) for name, score in sheet["classes"].items()}
    for criterion in sheet["criteria"].values():
        criterion["value"], criterion["shown"] = coarsened(criterion["value"], criterion["shown"], bands)
        criterion["bars"] = None
        criterion["classes"] = {name: coarse_list(value, bands) for name, value in criterion["classes"].items()}
    sheet["one_ballot"] = sheet["adjusted"] = None


def coarse_list(value: Sequence[object], bands: Sequence[int], *, short: bool = False) -> list[object]:
    """Return a class's figure in half-steps: [value, low, high, n, abstentions, range if it is one]; `short`: only the
    first three where it is none."""
    told = value[5] if len(value) > 5 else None
    figure, shown = coarsened(
        [Decimal(str(number)) for number in value[:3]], told if isinstance(told, dict) else None, bands
    )
    if short and shown is None:
        return [*figure]
    return [*figure, *(value[3:5] or (0, 0)), *([shown] if shown else [])]


def coarsened(
    value: Sequence[Decimal], shown: dict[str, object] | None, bands: Sequence[int]
) -> tuple[list[Decimal], dict[str, object] | None]:
    """Return a figure as the stretches that it touches, with the ends of those in which its bounds lie."""
    least, most = (Decimal(str(shown[end])) for end in ("least", "most")) if shown else (value[0], value[0])
    code = shown["code"] if shown else ""
    first, last = stretch(least, bands), stretch(most, bands)
    low, high = stretch(value[1], bands)[0], stretch(value[2], bands)[1]
    begin, end = first[0], last[1]
    if code == "at_least":
        end = begin
    elif code == "at_most":
        begin = end
    elif first == last:
        return [(begin + end) / 2, low, high], None
    number = begin if begin == end else tenths(Fraction(begin + end) / 2)
    told: dict[str, object] = {"code": code or "between", "least": begin, "most": end}
    if shown and "grade" in shown:
        told["grade"] = shown["grade"]
    return [number, low, high], told


def stretch(points: Decimal, bands: Sequence[int]) -> tuple[Decimal, Decimal]:
    """Return the ends of the stretch in which a figure lies: ten points from each grade's lowest mark upwards, the last
    of a grade with what is left over."""
    lowest = sorted({0, *bands})
    edges = [
        begin + HALF_STEP * step
        for begin, end in zip(lowest, [*lowest[1:], 100], strict=True)
        for step in range(max(1, (end - begin) // HALF_STEP))
    ]
    begin = max(edge for edge in edges if edge <= points)
    return Decimal(begin), Decimal(min([edge for edge in edges if edge > begin], default=100))


def mean_of_shown(group: GroupFigures, members: Sequence[SubjectFigures], rules: Rules, *, version: int) -> None:
    """Make a group's means anew of its members' figures as they are shown.

    By versions 1 and 2 of the rules a mean may hold members that are not shown; of these none is made.
    """
    criteria: dict[str, Figure] = {}
    for key, figure in group["criteria"].items():
        shown = [member["criteria"][key]["value"] for member in members if key in member["criteria"]]
        if shown and (version >= APART_FROM or len(shown) >= group["members"]):
            value = sum((Fraction(value) for value, _low, _high in shown), Fraction()) / len(shown)
            half = sum((float(high - low) / 2) ** 2 for _value, low, high in shown) ** 0.5 / len(shown)
            criteria[key] = {**figure, "value": bounds(tenths(value), float(value), float(value), half), "shown": None}
    group["criteria"], group["score"], group["ballots"] = criteria, None, None
    if criteria:
        weights = {key: Fraction(weight) for key, weight in zip(rules.criteria, rules.criterion_weights, strict=True)}
        total = sum((weights[key] for key in criteria), Fraction())
        values = {key: figure["value"] for key, figure in criteria.items()}
        score = sum((weights[key] * Fraction(value[0]) for key, value in values.items()), Fraction()) / total
        half = sum(float(weights[key]) * float(value[2] - value[1]) / 2 for key, value in values.items()) / float(total)
        group["score"] = bounds(tenths(score), float(score), float(score), half)
        group["ballots"] = max(figure["n"] + figure["abstentions"] for figure in criteria.values())


# recount: Every figure that may be published, computed anew.


class Sheet(TypedDict):
    """The score of a subject or a group, how many ballots it rests on, and its criteria."""

    score: list[Decimal] | None
    shown: dict[str, object] | None
    ballots: int | None
    criteria: dict[str, Figure]


class Recount:
    """Every figure that may be published of these ballots, in the form of figures.json.

    published: figures.json, of which only the parameters are used that adjusted scores were made with:
    severity.check() says whether these are the likeliest. version: of the counting rules that it was published under.
    """

    def __init__(
        self, rules: Rules, roll: RollFile, votes: Votes, published: object = None, *, version: int = 3
    ) -> None:
        self.version = version
        self.rules, self.roll, self.votes = rules, roll, votes
        self.sections = roll.many_sections
        self.rows: dict[int, list[Row]] = defaultdict(list)
        for row in votes.rows:
            self.rows[row.subject].append(row)
        weights = ClassWeights(rules)
        self.counted = [Counted(rules, roll, votes, weights, at, version=version) for at in range(len(rules.criteria))]
        reach = None if version == 1 else reach_of(self.counted, rules.scale)
        for criterion in self.counted:
            criterion.count(reach)
        may = {at for at in range(len(roll.sections)) if self.may_be_adjusted(at)}
        self.severity = Severity(rules, roll, votes, self.counted, *models_of(published), may=may)
        means = ([criterion.means[at] for criterion in self.counted] for at in range(len(roll.sections)))
        exact = [self.exact_score(of_subject) for of_subject in means]
        order = sorted({score for score in exact if score is not None}, reverse=True)
        places = {score: at for at, score in enumerate(order, 1)}
        self.standings = [None if score is None or version == 1 else places[score] for score in exact]

    def figures(self) -> dict[str, object]:
        sections, unit = self.comparable()
        figures: dict[str, object] = {
            "subjects": [self.subject(at) for at in range(len(self.roll.sections))],
            "sections": [
                self.group([criterion.section(at) for criterion in self.counted], comparable=at in sections)
                for at in range(self.sections)
            ],
            "ranks": [
                self.group([criterion.rank(at) for criterion in self.counted], comparable=None)
                for at in range(max(self.roll.ranks, default=-1) + 1)
            ],
            "unit": self.group([criterion.unit() for criterion in self.counted], comparable=unit)
            | {
                "reliability": reliability_of(
                    self.rules,
                    [row for row in self.votes.rows if row.subject not in self.votes.apart],
                    [set(criterion.alone) - self.votes.apart for criterion in self.counted],
                    version=self.version,
                    known=self.votes.most_known,
                )
            }
            | {"adjusted": self.severity.unit()},
        }
        groups = [
            (figures["sections"], self.roll.sections),
            (figures["ranks"], self.roll.ranks),
            ([figures["unit"]], [0] * len(self.roll.sections)),
        ]
        in_half_steps(
            cast(list[SubjectFigures], figures["subjects"]),
            [(cast(list[GroupFigures], sheets), places) for sheets, places in groups],
            self.roll.coarse,
            self.rules,
            version=self.version,
        )
        return figures

    def subject(self, at: int) -> dict[str, object]:
        means = [criterion.subject(at) for criterion in self.counted]
        criteria = {key: figure_of(mean) for key, mean in zip(self.rules.criteria, means, strict=True) if mean}
        for key, criterion in zip(self.rules.criteria, self.counted, strict=True):
            if key in criteria:
                criteria[key]["bars"] = criterion.bars(at)
                criteria[key]["classes"] = {}
        classes = {}
        for number, name in enumerate(self.rules.classes):
            own = [criterion.voter_class(at, number) for criterion in self.counted]
            for key, mean in zip(self.rules.criteria, own, strict=True):
                if mean:
                    range_told = [mean.told] if mean.told else []
                    criteria[key]["classes"][name] = [*around(mean), mean.n, mean.abstentions, *range_told]
            score, shown = self.subject_score(own)
            if score:
                classes[name] = [*score, 0, 0, shown] if shown else score
        sheet = self.sheet(means, criteria)
        sheet["score"], sheet["shown"] = self.subject_score(means)
        decides = None
        may_be_flagged = at not in self.votes.apart and (self.version == 1 or self.may_be_flagged(means))
        if (whole := self.exact_score(means)) is not None and may_be_flagged:
            decides = self.one_ballot(at, whole)
            if self.version > 1 and whole in self.rules.bands:
                decides = True
        return {
            **sheet,
            "standing": self.standings[at],
            "members": 1,
            "comparable": False,
            "classes": classes,
            "joined": {
                self.rules.classes[stands]: [self.rules.classes[number] for number in numbers]
                for stands, numbers in self.votes.joined.get(at, {}).items()
            },
            "one_ballot": decides,
            "adjusted": self.severity.subject(at),
        }

    def group(self, means: list[Mean | None], *, comparable: bool | None) -> dict[str, object]:
        criteria = {key: figure_of(mean) for key, mean in zip(self.rules.criteria, means, strict=True) if mean}
        members = max((mean.members for mean in means if mean), default=0)
        return {**self.sheet(means, criteria), "members": members, "comparable": comparable}

    def sheet(self, means: list[Mean | None], criteria: dict[str, Figure]) -> Sheet:
        score = self.score(means)
        most = max((mean.n + mean.abstentions for mean in means if mean), default=0)
        return {"score": score, "shown": None, "ballots": most if score else None, "criteria": criteria}

    def known(self, means: list[Mean | None]) -> list[tuple[Fraction, Mean]]:
        """Return the criteria that are shown, with their parts of the score."""
        known = [(weight, mean) for weight, mean in zip(self.rules.criterion_weights, means, strict=True) if mean]
        total = sum((weight for weight, _mean in known), Fraction())
        return [(weight / total, mean) for weight, mean in known] if total else []

    def score(self, means: list[Mean | None]) -> list[Decimal] | None:
        """Return the weighted score over the criteria that are shown. Their intervals add up: cautious."""
        if not (known := self.known(means)):
            return None
        value = sum((share * mean.value for share, mean in known), Fraction())
        half = math.fsum(float(share) * mean.half for share, mean in known)
        middle = float(value if self.version == 1 else tenths(value))
        return bounds(tenths(value), middle, middle, half)

    def exact_score(self, means: list[Mean | None]) -> Decimal | None:
        """Return a subject's score, which decides its grade and its place."""
        known = self.known(means)
        return tenths(sum((share * mean.value for share, mean in known), Fraction())) if known else None

    def fewest(self, means: list[Mean | None]) -> int:
        """Return how many answered the criterion that fewest answered, without answers that others may know."""
        return min((mean.hidden for mean in means if mean), default=0)

    def subject_score(self, means: list[Mean | None]) -> tuple[list[Decimal] | None, dict[str, object] | None]:
        """Return a subject's score as it is shown, and its range with the grade that the exact score proposes."""
        value = self.exact_score(means)
        if value is None or self.version == 1 or self.rules.exact:
            return self.score(means), None
        shown, grade = self.shown_score(value, means)
        half = math.fsum(float(share) * mean.half for share, mean in self.known(means))
        told = shown.told()
        if told is not None:
            told["grade"] = GRADES[grade] if grade is not None else ""
        return bounds(shown.value, float(shown.least), float(shown.most), half), told

    def shown_score(self, value: Decimal, means: list[Mean | None]) -> tuple[Shown, int | None]:
        parts = [(share, mean.shown) for share, mean in self.known(means) if mean.shown]
        return score_of(
            value,
            parts,
            scale=self.rules.scale,
            fewest=self.fewest(means),
            bands=self.rules.bands,
            version=self.version,
        )

    def may_be_flagged(self, means: list[Mean | None]) -> bool:
        """Whether it is told if one ballot decides: of many answers, and more than one criterion."""
        return self.fewest(means) >= SCORED_FROM and not rests_on_one([share for share, _mean in self.known(means)])

    def may_be_adjusted(self, at: int) -> bool:
        """Whether a score without severity may stand beside a subject's score."""
        means = [criterion.means[at] for criterion in self.counted]
        value = self.exact_score(means)
        if self.version == 1 or value is None:
            return True
        if self.fewest(means) < SCORED_FROM:
            return False
        return self.rules.exact or not self.shown_score(value, means)[0].code

    def one_ballot(self, at: int, score: Decimal) -> bool:
        """Return whether leaving out some one ballot would propose another grade: each is left out in turn.

        Which criteria are shown is not asked anew.
        """
        known = [
            (weight, criterion) for weight, criterion in zip(self.rules.criterion_weights, self.counted, strict=True)
        ]
        known = [(weight, criterion) for weight, criterion in known if criterion.means[at]]
        total = sum((weight for weight, _one in known), Fraction())
        shares = [(weight / total, criterion) for weight, criterion in known]
        grade = self.grade(score)
        tried: set[tuple[int, tuple[int | None, ...]]] = set()
        for row in self.rows[at]:
            if (row.voter_class, row.points) in tried:
                continue
            tried.add((row.voter_class, row.points))
            if (
                self.grade(tenths(sum((share * criterion.without(at, row) for share, criterion in shares), Fraction())))
                != grade
            ):
                return True
        return False

    def grade(self, score: Decimal) -> int:
        """Return the number of the band that a score falls into."""
        return band_of(score, self.rules.bands)

    def comparable(self) -> tuple[set[int], bool]:
        """Return which sections' means, and whether that of all, may be shown to those who may not see the members."""
        floor = self.rules.floor
        sizes = []  # of each criterion of which anything is told: how many subjects of each section are shown
        for criterion in self.counted:
            if criterion.alone or any(criterion.rests.values()):
                counts = Counter(self.roll.sections[at] for at in criterion.alone)
                sizes.append([counts[section] for section in range(self.sections)])
        least = [min(column) for column in zip(*sizes, strict=True)]
        shown = {section for section, size in enumerate(least) if size > floor}

        def is_safe() -> bool:
            left = [section for section in range(len(least)) if section not in shown]
            for row in sizes:
                rest = sum(row[section] for section in left)
                if any(0 < size <= floor for size in [rest, *(rest - row[section] for section in left)]):
                    return False
            return True

        while not is_safe() and shown:
            shown.remove(min(shown, key=lambda section: (least[section], section)))
        return shown, bool(sizes) and is_safe() and all(sum(row) > floor for row in sizes)


# bulletin_checks: What the manifest, the bulletin and receipts must say: each check a sentence and a function.

#: A sentence in English and in Chinese, and the function that returns a note, or nothing, or raises a Fault.
Check = tuple[str, str, Callable[[], tuple[str, str] | None]]


class ManifestChecks:
    """The manifest as published at opening: its keys, and the fingerprint of the printed notice."""

    def __init__(self, data: bytes, *, expected: str = "") -> None:
        self.data, self.expected = data, expected
        self.fingerprint = ""
        self.round, self.receipt_key = "", b""
        self.keys: dict[str, rsa.RSAPublicKey] = {}

    def checks(self) -> list[Check]:
        """Return the checks, in order. Without the first, which reads, no other can be made."""
        checks: list[Check] = [("manifest and its keys", "密钥清单", self.read_manifest)]
        if self.expected:
            checks.append(("fingerprint of the printed notice", "与张贴的指纹一致", self.check_fingerprint))
        return checks

    def read_manifest(self) -> tuple[str, str]:
        value = fields(parse(self.data), "v", "round", "receipt_key", "box_key", "cells")
        if canonical(value) != self.data:
            raise Fault("not in canonical form", "不是规范形式")
        unhex(value["round"], 16)
        unbase64(value["receipt_key"], 32)
        unbase64(value["box_key"], 32)
        for cell in listed(value["cells"]):
            fields(cell, "cell", "spki")
            unhex(cell["cell"], 8)
            self.keys[cell["cell"]] = self.read_key(cell["cell"], cell["spki"])
        if len(self.keys) != len(value["cells"]) or len({cell["spki"] for cell in value["cells"]}) != len(self.keys):
            raise Fault("two cells share a name or a key", "有两个票格共用名称或密钥")
        self.round, self.receipt_key = value["round"], unbase64(value["receipt_key"])
        self.fingerprint = hashlib.sha256(self.data).hexdigest()
        return f"{len(self.keys)} cells, SHA-256 {self.fingerprint}", f"{len(self.keys)} 个票格"

    @staticmethod
    def read_key(cell: str, spki: object) -> rsa.RSAPublicKey:
        try:
            key = serialization.load_der_public_key(unbase64(spki))
        except (ValueError, UnsupportedAlgorithm) as error:
            raise Fault(f"cell {cell}: not a public key", f"票格 {cell}：不是公钥") from error
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size < 2048 or key.public_numbers().e != 65537:
            raise Fault(f"cell {cell}: a key that may not be used", f"票格 {cell}：密钥不合要求")
        return key

    def check_fingerprint(self) -> None:
        if re.sub(r"[\s:-]", "", self.expected).lower() != self.fingerprint:
            raise Fault("the manifest has another fingerprint", "密钥清单的指纹不同")


#: What a cell's row says beside its name, how many were asked, and its fate.
FATES = {"counted": (), "merged": ("group",), "few": (), "void": ()}
#: The numbers of the whole round, which the head of version 2 tells.
TOTALS = ("people", "drawn", "counted")


class BulletinChecks:
    """The bulletin: signed by the round, made for this manifest, a tree over its cells, figures that can be.

    Version 1 has one list of leaves, each a ballot's. In version 2 each cell has a block of as many leaves as people
    were eligible, of ballots and of dummies; `cells` says what became of it. How many people drew and how many ballots
    count, its head tells of the whole round only.
    """

    def __init__(self, data: bytes, about: ManifestChecks) -> None:
        self.data, self.about = data, about
        self.head: Head = {"v": 1, "round": "", "manifest": "", "size": 0, "root": "", "cells": []}
        self.signature = b""
        self.cells: list[CellRow] = []
        self.groups: list[GroupRow] = []
        self.blocks: list[list[bytes]] = []  # one a cell; of version 1 one in all
        self.cell_of: dict[bytes, str] = {}  # the cell of each leaf; empty text in version 1

    def checks(self) -> list[Check]:
        """Return the checks, in order. Without the first, which reads, no other can be made."""
        return [
            ("form of the bulletin", "公告格式", self.read_bulletin),
            ("signature of the bulletin's head", "公告首部的签名", self.check_signature),
            ("bulletin belongs to this manifest", "公告与密钥清单对应", self.check_belonging),
            ("order of the leaves", "叶子的次序", self.check_order),
            ("root of the tree", "树根", self.check_root),
            ("numbers of people and of ballots that can be", "人数与票数相容", self.check_figures),
        ]

    def read_bulletin(self) -> tuple[str, str]:
        value = parse(self.data)
        version = value.get("v") if type(value) is dict else None
        if version == 2 and type(version) is int:
            self.read_version_2(value)
        else:
            self.read_version_1(value)
        return f"{len(self.cell_of)} leaves", f"{len(self.cell_of)} 个叶子"

    def read_version_1(self, parsed: object) -> None:
        value = fields(parsed, "v", "head", "sig", "leaves")
        fields(value["head"], "v", "round", "manifest", "size", "root", "cells")
        signature, head = unbase64(value["sig"], 64), value["head"]
        unhex(head["root"], 32)
        for cell in listed(head["cells"]):
            read_row(cell, "drawn", "counted")
        self.blocks = [[unhex(leaf, 32) for leaf in listed(value["leaves"])]]
        self.cells = [{"fate": "counted", **cell} for cell in head["cells"]]  # type: ignore[typeddict-item]
        self.cell_of = dict.fromkeys(self.blocks[0], "")
        self.head, self.signature = head, signature

    def read_version_2(self, parsed: object) -> None:
        value = fields(parsed, "v", "head", "sig", "cells", "groups", "blocks", version=2)
        head = fields(value["head"], "v", "round", "manifest", "floor", "size", "root", "groups", *TOTALS, version=2)
        signature = unbase64(value["sig"], 64)
        for name in ("manifest", "root", "groups"):
            unhex(head[name], 32)
        if any(type(head[name]) is not int or head[name] < 0 for name in ("floor", "size", *TOTALS)):
            raise Fault("a figure is not an integer", "有数字不是整数")
        for cell in listed(value["cells"]):
            fate = cell.get("fate") if type(cell) is dict else None
            if type(fate) is not str or fate not in FATES:
                raise Fault("a cell has no fate that is known", "有票格的去向不明")
            read_row(cell, "fate", *FATES[fate])
        for group in listed(value["groups"]):
            fields(group, "group", "columns")
            unhex(group["columns"], 32)
            if type(group["group"]) is not int:
                raise Fault("a figure is not an integer", "有数字不是整数")
        blocks = listed(value["blocks"])
        if len(blocks) != len(value["cells"]):
            raise Fault("the blocks are not those of the cells", "叶块与票格不符")
        for row, block in zip(value["cells"], blocks, strict=True):
            if type(block) is not str or len(block) % 64:
                raise Fault("a block is not whole", "有叶块不完整")
            leaves = [unhex(block[start : start + 64], 32) for start in range(0, len(block), 64)]
            self.blocks.append(leaves)
            self.cell_of.update(dict.fromkeys(leaves, row["cell"]))
        self.cells, self.groups = value["cells"], value["groups"]
        self.head, self.signature = head, signature  # type: ignore[assignment]  # its fields have been checked

    def check_signature(self) -> None:
        message = b"anon-bulletin/v1\n" + canonical(self.head)
        if not signed(self.about.receipt_key, self.signature, message):
            raise Fault("not signed by the round's key, or altered since", "不是本轮密钥签署，或签署后被改动")

    def check_belonging(self) -> None:
        if self.head["round"] != self.about.round:
            raise Fault("of another round", "属于另一轮测评")
        if self.head["manifest"] != self.about.fingerprint:
            raise Fault("made for another manifest: keys were changed", "对应另一份密钥清单：密钥被更换")
        if [cell["cell"] for cell in self.cells] != sorted(self.about.keys):
            raise Fault("its cells are not those of the manifest", "票格与密钥清单不符")

    def check_order(self) -> None:
        for number, leaves in enumerate(self.blocks):
            if self.head["v"] == 2 and len(leaves) != self.cells[number]["eligible"]:
                cell = self.cells[number]["cell"]
                raise Fault(f"cell {cell}: not a leaf for each who was eligible", f"票格 {cell}：叶子数与应有不符")
            for left, right in itertools.pairwise(leaves):
                if left == right:
                    raise Fault("a leaf is there twice", "有叶子重复")
                if left > right:
                    raise Fault("the leaves are not sorted", "叶子未按次序排列")

    def check_root(self) -> None:
        if self.head["v"] == 2:
            level = [block_hash(row, leaves) for row, leaves in zip(self.cells, self.blocks, strict=True)]
            groups = hashlib.sha256(b"anon-groups/v2|" + canonical(self.groups)).hexdigest()
            if groups != self.head["groups"]:
                raise Fault("it does not cover these merged groups", "首部与合并组不符")
        else:
            level = self.blocks[0]
        if self.head["size"] != len(level):
            raise Fault(
                f"the head says {self.head['size']} places, there are {len(level)}",
                f"首部称 {self.head['size']} 个，实有 {len(level)} 个",
            )
        while len(level) > 1:  # RFC 9162, 2.1: a last one without neighbour rises unchanged
            above = [hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
            level = above + level[len(level) - len(level) % 2 :]
        root = level[0] if level else hashlib.sha256(b"").digest()
        if root.hex() != self.head["root"]:
            raise Fault("it does not cover these leaves", "树根与叶子不符")

    def check_figures(self) -> tuple[str, str] | None:
        if self.head["v"] == 1:
            self.check_version_1()
            return None
        self.check_groups()
        self.check_totals()
        people, drawn, counted = (self.head[name] for name in TOTALS)  # type: ignore[literal-required]
        few = sum(cell["fate"] == "few" for cell in self.cells)
        return (
            f"{counted} ballots counted, {drawn} of {people} people had drawn; {few} cells with too few, destroyed",
            f"计入 {counted} 票，{people} 人中 {drawn} 人领取；{few} 个票格不足下限，已销毁",
        )

    def check_version_1(self) -> None:
        for cell in self.cells:
            if not 0 <= cell["counted"] <= cell["drawn"] <= cell["eligible"]:
                raise Fault(
                    f"cell {cell['cell']}: {cell['counted']} counted, {cell['drawn']} drawn of {cell['eligible']}",
                    f"票格 {cell['cell']}：计入 {cell['counted']}，领取 {cell['drawn']}，应有 {cell['eligible']}",
                )
        total = sum(cell["counted"] for cell in self.cells)
        if total != len(self.cell_of):
            raise Fault(f"the cells add up to {total}", f"各票格合计为 {total}")

    def check_groups(self) -> None:
        eligible: dict[int, int] = {}
        for cell in self.cells:
            if cell["fate"] == "merged":
                eligible[cell["group"]] = eligible.get(cell["group"], 0) + cell["eligible"]
        numbers = [group["group"] for group in self.groups]
        if numbers != list(range(1, len(numbers) + 1)) or eligible.keys() != set(numbers):
            raise Fault("the merged groups are not those of the cells", "合并组与票格不符")
        for number in numbers:
            if eligible[number] < self.head["floor"]:
                raise Fault(f"merged group {number}: under the floor", f"合并组 {number}：不足下限")

    def check_totals(self) -> None:
        head = self.head
        kept = sum(cell["eligible"] for cell in self.cells if cell["fate"] in ("counted", "merged"))
        if head["drawn"] > head["people"] or (head["people"] and not kept):
            raise Fault(
                f"{head['drawn']} people drew of {head['people']}", f"{head['people']} 人中有 {head['drawn']} 人领取"
            )
        if not head["floor"] * len(self.groups) <= head["counted"] <= kept:
            raise Fault(
                f"{head['counted']} ballots counted of {kept} that can be", f"至多 {kept} 票，却计入 {head['counted']}"
            )


def read_row(row: object, *names: str) -> None:
    """Read what the bulletin says of a cell: exactly these fields, and numbers where there are to be numbers."""
    value = fields(row, "cell", "eligible", *names)
    unhex(value["cell"], 8)
    numbers = [value[name] for name in ("eligible", *names) if name != "fate"]
    if any(type(number) is not int or number < 0 for number in numbers):
        raise Fault("a figure is not an integer", "有数字不是整数")


def block_hash(row: object, leaves: list[bytes]) -> bytes:
    """Return the hash of a cell in the tree."""
    return hashlib.sha256(b"\x00anon-block/v2|" + canonical(row) + b"|" + b"".join(leaves)).digest()


class ReceiptChecks:
    """Receipts that evaluators kept: signed by the round, and in the bulletin."""

    def __init__(self, data: bytes, about: BulletinChecks) -> None:
        self.data, self.about = data, about

    def checks(self) -> list[Check]:
        """Return the checks, in order."""
        return [("receipts", "回执", self.check_receipts)]

    def check_receipts(self) -> tuple[str, str]:
        manifest = self.about.about
        value = parse(self.data)
        if type(value) is dict and "receipts" in value:
            if value.get("fingerprint", manifest.fingerprint) != manifest.fingerprint:
                raise Fault("kept under another manifest", "回执对应另一份密钥清单")
            receipts = listed(value["receipts"])
        else:
            receipts = [value]
        known = self.about.cell_of
        counted = 0
        for receipt in receipts:
            leaf = unhex(fields(receipt, "v", "round", "leaf", "sig")["leaf"], 32)
            body = canonical({"v": 1, "round": receipt["round"], "leaf": receipt["leaf"]})
            if receipt["round"] != manifest.round:
                raise Fault("of another round", "属于另一轮测评")
            if not signed(manifest.receipt_key, unbase64(receipt["sig"], 64), b"anon-receipt/v1\n" + body):
                raise Fault(f"{leaf.hex()} was not signed by this round", f"{leaf.hex()} 不是本轮签发的回执")
            counted += leaf in known
        if counted != len(receipts):
            raise Fault(
                f"{counted} of {len(receipts)} in the bulletin (a ballot replaced by a later one is not)",
                f"{len(receipts)} 张中有 {counted} 张在公告中（被后来的票取代的不在）",
            )
        return f"{counted} of {len(receipts)} in the bulletin", f"{len(receipts)} 张中有 {counted} 张在公告中"


# ballot_checks: What each ballot of a count must be, and how often each answer was given.

#: What is in a ballot of each version beside its answers and its credential. Rounds that were counted before ballots
#: had salts have the first.
BALLOT_VERSIONS = {1: "rev", 2: "salt"}


class AnswerCount(TypedDict):
    """How often each answer to one criterion was given in one cell."""

    n: int
    abstentions: int
    sum: int
    distribution: dict[str, int]


class BallotChecks:
    """The ballots: each drawn for its cell, signed and in the bulletin; none dropped, none added."""

    def __init__(self, data: bytes, about: BulletinChecks, dummies: bytes | None = None) -> None:
        self.data, self.about, self.manifest, self.dummies = data, about, about.about, dummies
        self.entries: list[Entry] = []
        self.version = max(BALLOT_VERSIONS)

    def checks(self) -> list[Check]:
        """Return the checks, in order. Without the first, which reads, no other can be made."""
        return [
            ("form of the ballots", "选票格式", self.read_ballots),
            ("token of each ballot, for its cell", "每票的凭证与票格相符", self.check_tokens),
            ("signature of each ballot", "每票的签名", self.check_signatures),
            ("one ballot per credential", "每份凭证只计一票", self.check_unique),
            ("no ballot dropped", "没有漏计的票", self.check_dropped),
            ("no ballot added", "没有多出的票", self.check_added),
            ("number of ballots", "票数", self.check_counts),
        ]

    def read_ballots(self) -> tuple[str, str]:
        value = fields(parse(self.data), "v", "round", "entries")
        if value["round"] != self.manifest.round:
            raise Fault("of another round", "属于另一轮测评")
        entries = listed(value["entries"])
        if any(version_of(entry) == 1 for entry in entries[:1]):
            self.version = 1  # of all of them: no count has ballots of two versions
        for number, entry in enumerate(entries, 1):
            self.read_entry(number, entry)
            self.entries.append(entry)
        return f"{len(self.entries)} ballots", f"{len(self.entries)} 张票"

    def read_entry(self, number: int, entry: Entry) -> None:
        try:
            own = BALLOT_VERSIONS[self.version]
            names = ("v", "round", "cell", "pk", "pre", own, "a")
            ballot = fields(fields(entry, "ballot", "sig", "tok")["ballot"], *names, version=self.version)
            unhex(ballot["round"], 16)
            unhex(ballot["cell"], 8)
            unbase64(ballot["pk"], 32)
            unbase64(ballot["pre"], 32)
            unbase64(entry["sig"], 64)
            unbase64(entry["tok"])
            if own == "salt":
                unbase64(ballot["salt"], 32)
            elif type(ballot["rev"]) is not int or ballot["rev"] < 1:
                raise Fault("a field of the wrong kind", "有字段类型不对")
            if type(ballot["a"]) is not dict:
                raise Fault("a field of the wrong kind", "有字段类型不对")
            if list(ballot["a"]) == ["text"] and type(ballot["a"]["text"]) is str:
                return  # A comment paper: words, not figures.
            if any(type(answer) is not int and answer != "dk" for answer in ballot["a"].values()):
                raise Fault("an answer is neither an integer nor dk", "答案既非整数也非“不了解”")
        except Fault as fault:
            raise Fault(f"ballot {number}: {fault.english}", f"第 {number} 张票：{fault.chinese}") from fault

    def check_tokens(self) -> None:
        for number, entry in enumerate(self.entries, 1):
            ballot = entry["ballot"]
            key = self.manifest.keys.get(ballot["cell"])
            if ballot["round"] != self.manifest.round or key is None:
                raise Fault(f"ballot {number}: no such round or cell", f"第 {number} 张票：没有这一轮或票格")
            name = f"anon-tok/v1|{ballot['round']}|{ballot['cell']}|".encode()
            message = unbase64(ballot["pre"]) + name + unbase64(ballot["pk"])
            try:
                key.verify(unbase64(entry["tok"]), message, TOKEN_PADDING, hashes.SHA384())
            except InvalidSignature as error:
                raise Fault(
                    f"ballot {number}: its token was not issued for cell {ballot['cell']}",
                    f"第 {number} 张票：凭证不是票格 {ballot['cell']} 签发的",
                ) from error

    def check_signatures(self) -> None:
        for number, entry in enumerate(self.entries, 1):
            message = f"anon-ballot/v{self.version}\n".encode() + canonical(entry["ballot"])
            if not signed(unbase64(entry["ballot"]["pk"]), unbase64(entry["sig"]), message):
                raise Fault(f"ballot {number}: altered after it was cast", f"第 {number} 张票：投出后被改动")

    def check_unique(self) -> None:
        seen: dict[str, int] = {}
        for number, entry in enumerate(self.entries, 1):
            first = seen.setdefault(entry["ballot"]["pk"], number)
            if first != number:
                raise Fault(
                    f"ballots {first} and {number} spend the same credential",
                    f"第 {first} 张与第 {number} 张票使用同一凭证",
                )

    def check_dropped(self) -> tuple[str, str] | None:
        """Each leaf of a counted cell is a ballot's or an opened dummy's. Without openings only numbers can be held."""
        if self.about.head["v"] == 2 and self.dummies is None:
            return "dummies not opened: by number only", "未提供填充项，仅核对数量"
        missing = self.counted_leaves() - {leaf_of(entry) for entry in self.entries} - self.open_dummies()
        if missing:
            raise Fault(
                f"{len(missing)} leaves of the bulletin have no ballot, first {min(missing).hex()}",
                f"公告中有 {len(missing)} 个叶子没有对应的票",
            )
        return None

    def counted_leaves(self) -> set[bytes]:
        """Return the leaves of all counted cells."""
        fates = {cell["cell"]: cell["fate"] for cell in self.about.cells} | {"": "counted"}
        return {leaf for leaf, cell in self.about.cell_of.items() if fates[cell] == "counted"}

    def open_dummies(self) -> set[bytes]:
        """Return the leaves of the dummies of counted cells. What is neither theirs nor a ballot's has been dropped."""
        found: set[bytes] = set()
        if self.dummies is None:
            return found
        value = fields(parse(self.dummies), "v", "round", "cells", version=2)
        if value["round"] != self.manifest.round or type(value["cells"]) is not dict:
            raise Fault("dummies of another round", "填充项属于另一轮测评")
        for cell in self.about.cells:
            if cell["fate"] != "counted":
                continue
            openings = listed(value["cells"].get(cell["cell"], []))
            leaves = {hashlib.sha256(b"\x00anon-dummy/v2|" + unbase64(opening, 32)).digest() for opening in openings}
            if len(leaves) != len(openings) or any(self.about.cell_of.get(leaf) != cell["cell"] for leaf in leaves):
                raise Fault(
                    f"cell {cell['cell']}: other dummies than its block has", f"票格 {cell['cell']}：填充项不符"
                )
            found |= leaves
        return found

    def check_added(self) -> None:
        known = self.counted_leaves()
        for number, entry in enumerate(self.entries, 1):
            leaf = leaf_of(entry)
            if leaf not in known or self.about.cell_of[leaf] not in ("", entry["ballot"]["cell"]):
                raise Fault(f"ballot {number} is not in the bulletin", f"第 {number} 张票不在公告中")

    def check_counts(self) -> None:
        """Version 1 tells a number for each cell, version 2 one of all ballots for marks, merged ones among them."""
        if self.about.head["v"] == 2:
            marks, counted = sum(not has_words(entry) for entry in self.entries), self.about.head["counted"]
            groups = len(self.about.groups)
            if marks > counted - groups * self.about.head["floor"] or (not groups and marks < counted):
                raise Fault(f"{counted} counted, {marks} found", f"公告计入 {counted}，实有 {marks}")
            return
        counts = Counter(entry["ballot"]["cell"] for entry in self.entries)
        for cell in self.about.cells:
            if cell["fate"] == "counted" and counts[cell["cell"]] != cell["counted"]:
                raise Fault(
                    f"cell {cell['cell']}: {cell['counted']} counted, {counts[cell['cell']]} found",
                    f"票格 {cell['cell']}：公告计入 {cell['counted']}，实有 {counts[cell['cell']]}",
                )

    def count_answers(self) -> dict[str, dict[str, AnswerCount]]:
        """Return how often each answer was given, cell by cell and criterion by criterion."""
        tally: dict[str, dict[str, AnswerCount]] = {}
        for entry in sorted(self.entries, key=lambda entry: entry["ballot"]["cell"]):
            criteria = tally.setdefault(entry["ballot"]["cell"], {})
            for criterion, answer in sorted(entry["ballot"]["a"].items()):
                figures = criteria.setdefault(criterion, {"n": 0, "abstentions": 0, "sum": 0, "distribution": {}})
                if criterion == "text" and type(answer) is str:
                    figures["n"] += 1
                elif answer == "dk":
                    figures["abstentions"] += 1
                elif isinstance(answer, int):
                    figures["n"] += 1
                    figures["sum"] += answer
                    figures["distribution"][str(answer)] = figures["distribution"].get(str(answer), 0) + 1
        for criteria in tally.values():
            for figures in criteria.values():
                figures["distribution"] = dict(sorted(figures["distribution"].items(), key=lambda pair: int(pair[0])))
        return tally


def version_of(entry: object) -> object:
    """Return what an entry, whatever it is, says its ballot's version is."""
    ballot = entry.get("ballot") if isinstance(entry, dict) else None
    return ballot.get("v") if isinstance(ballot, dict) else None


def has_words(entry: Entry) -> bool:
    """Return whether a ballot is a comment paper: its one answer is a text."""
    return type(entry["ballot"]["a"].get("text")) is str


def ballots_by_cell(entries: Iterable[Entry], groups: Iterable[MergedGroup] = ()) -> Counter[str]:
    """Return how many ballots of each cell are kept. A comment paper without words is none."""
    counts = Counter(
        entry["ballot"]["cell"]
        for entry in entries
        if not has_words(entry) or str(entry["ballot"]["a"]["text"]).strip()
    )
    return counts + Counter(ballot["cell"] for group in groups for ballot in group["ballots"])


# merged_checks: What a merged group must be: ballots drawn for its cells, and the answers whose hash the bulletin has.


class MergedChecks:
    """The merged groups of merged.json, beside the ballots of the counted cells.

    That their answers are what the ballots said, nobody can check: signatures were destroyed at the count.
    """

    def __init__(self, data: bytes, about: BulletinChecks, entries: list[Entry]) -> None:
        self.data, self.about = data, about
        self.entries = entries
        self.spent = {entry["ballot"]["pk"] for entry in entries}
        self.groups: list[MergedGroup] = []

    def checks(self) -> list[Check]:
        """Return the checks, in order. Without the first, which reads, no other can be made."""
        return [
            ("form of the merged groups", "合并组格式", self.read_groups),
            ("answers of each merged group, as signed for", "各合并组的答案与签署一致", self.check_columns),
            ("token of each merged ballot, for its cell", "每张并入票的凭证与票格相符", self.check_ballots),
            ("ballots of all cells and groups", "全部票格和合并组的票数", self.check_total),
        ]

    @property
    def columns(self) -> list[Columns]:
        """The answers of the groups, in the order of their numbers."""
        return [group["columns"] for group in self.groups]

    def read_groups(self) -> tuple[str, str]:
        value = fields(parse(self.data), "v", "round", "groups", version=2)
        if value["round"] != self.about.about.round:
            raise Fault("of another round", "属于另一轮测评")
        for group in listed(value["groups"]):
            fields(group, "group", "salt", "columns", "ballots")
            read_columns(group["columns"])
            for ballot in listed(group["ballots"]):
                fields(ballot, "leaf", "cell", "pk", "pre", "tok")
            self.groups.append(group)
        if [group["group"] for group in self.groups] != [group["group"] for group in self.about.groups]:
            raise Fault("not the groups of the bulletin", "与公告中的合并组不符")
        return f"{len(self.groups)} groups", f"{len(self.groups)} 个合并组"

    def check_columns(self) -> None:
        for row, group in zip(self.about.groups, self.groups, strict=True):
            columns, number = group["columns"], row["group"]
            salted = b"anon-columns/v2|" + unbase64(group["salt"], 32) + b"|" + canonical(columns)
            merged = [cell for cell in self.about.cells if cell["fate"] == "merged"]
            cells = [cell["cell"] for cell in merged if cell["group"] == number]
            if hashlib.sha256(salted).hexdigest() != row["columns"]:
                raise Fault(f"group {number}: not the answers that were signed for", f"合并组 {number}：答案与签署不符")
            if columns["cells"] != cells or columns["counted"] < self.about.head["floor"]:
                raise Fault(f"group {number}: other cells or ballots", f"合并组 {number}：票格或票数不符")
            for column in columns["columns"].values():
                answers = column["answers"]
                if answers != sorted(answers) or len(answers) < self.about.head["floor"]:
                    raise Fault(f"group {number}: a column that cannot be", f"合并组 {number}：答案列不可能")
                if len(answers) + column["unknown"] != columns["counted"]:
                    raise Fault(f"group {number}: answers are missing", f"合并组 {number}：答案缺失")

    def check_ballots(self) -> None:
        for row, group in zip(self.about.groups, self.groups, strict=True):
            leaves = {unhex(ballot["leaf"], 32) for ballot in group["ballots"]}
            if not group["columns"]["counted"] == len(leaves) == len(group["ballots"]):
                raise Fault(f"group {row['group']}: another number of ballots", f"合并组 {row['group']}：票数不符")
            for ballot in group["ballots"]:
                self.check_ballot(row, ballot)

    def check_total(self) -> None:
        if self.about.head["v"] == 1:  # it tells of each cell how many were counted, which is checked there
            return
        counted, marks = self.about.head["counted"], sum(not has_words(entry) for entry in self.entries)
        found = marks + sum(len(group["ballots"]) for group in self.groups)
        if found != counted:
            raise Fault(f"{counted} counted, {found} found", f"公告计入 {counted}，实有 {found}")

    def check_ballot(self, row: GroupRow, ballot: dict[str, str]) -> None:
        """Check that a leaf lies in the block of its cell, and was drawn for it with a credential of its own."""
        manifest, cell = self.about.about, ballot["cell"]
        key = manifest.keys.get(cell)
        if key is None or self.about.cell_of.get(unhex(ballot["leaf"], 32)) != cell or ballot["pk"] in self.spent:
            raise Fault(f"group {row['group']}: a ballot that is none", f"合并组 {row['group']}：有票不成立")
        self.spent.add(ballot["pk"])
        name = f"anon-tok/v1|{manifest.round}|{cell}|".encode()
        message = unbase64(ballot["pre"], 32) + name + unbase64(ballot["pk"], 32)
        try:
            key.verify(unbase64(ballot["tok"]), message, TOKEN_PADDING, hashes.SHA384())
        except InvalidSignature as error:
            raise Fault(
                f"group {row['group']}: a token was not issued for cell {cell}",
                f"合并组 {row['group']}：凭证不是票格 {cell} 签发的",
            ) from error


def read_columns(value: object) -> None:
    """Read the answers of a merged group."""
    columns = fields(value, "cells", "counted", "columns")
    if type(columns["counted"]) is not int or type(columns["columns"]) is not dict:
        raise Fault("a field of the wrong kind", "有字段类型不对")
    for cell in listed(columns["cells"]):
        unhex(cell, 8)
    for column in columns["columns"].values():
        fields(column, "answers", "unknown")
        if any(type(answer) is not int for answer in [*listed(column["answers"]), column["unknown"]]):
            raise Fault("an answer is no integer", "有答案不是整数")


# verification: Every check for which there is a file, a line written for each.

#: Every single figure by the path that leads to it.
Leaves: TypeAlias = dict[tuple[str, ...], object]


class ReadFiles:
    """What the files of a recount say, each read by a check of its own."""

    rules: Rules
    roll: RollFile
    votes: Votes
    figures: dict[str, object]
    published: Leaves


class Verifier:
    """Runs checks one by one, writes a line for each, remembers whether all held."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self.write = write
        self.sound = True
        self.tally: dict[str, dict[str, AnswerCount]] = {}

    def check(self, english: str, chinese: str, what: Callable[[], tuple[str, str] | None]) -> bool:
        """Run one check, write its line, return whether it holds."""
        try:
            more = what()
        except Fault as fault:
            self.sound = False
            self.write(f"FAIL  {english}: {fault.english}  |  不通过：{chinese}：{fault.chinese}\n")
            return False
        note = (f" ({more[0]})", f"（{more[1]}）") if more else ("", "")
        self.write(f"ok    {english}{note[0]}  |  通过：{chinese}{note[1]}\n")
        return True

    def check_all(self, checks: list[Check]) -> bool:
        """Run checks, the others only if the first holds; return whether that one does."""
        first, *others = checks
        if not self.check(*first):
            return False
        for other in others:
            self.check(*other)
        return True

    def run(self, files: Files, *, expected: str = "", recount: bool = False) -> bool:
        """Run every check for which there is a file; return whether all hold."""
        if files.sums is not None:
            sums, hashes = files.sums, files.found or {}
            self.check("files of the package", "数据包内的文件", lambda: check_sums(sums, hashes))
        manifest = ManifestChecks(files.manifest, expected=expected)
        bulletin = BulletinChecks(files.bulletin, manifest)
        if not (self.check_all(manifest.checks()) and self.check_all(bulletin.checks())):
            return False
        entries: list[Entry] = []
        if files.ballots is not None:
            entries = self.check_ballots(BallotChecks(files.ballots, bulletin, files.dummies))
        groups: list[Columns] = []
        ballots = ballots_by_cell(entries)
        if files.merged is not None:
            merged = MergedChecks(files.merged, bulletin, entries)
            self.check_all(merged.checks())
            groups, ballots = merged.columns, ballots_by_cell(entries, merged.groups)
        elif bulletin.groups and recount:
            self.sound = False
            self.write("FAIL  nothing to recount without merged.json  |  不通过：缺少 merged.json，无法重算\n")
        if files.receipt is not None:
            self.check_all(ReceiptChecks(files.receipt, bulletin).checks())
        if recount and self.sound:
            self.recount(files, entries, head=bulletin.head, rows=bulletin.cells, ballots=ballots, groups=groups)
        elif recount:
            self.write("not recounted: the checks above do not hold  |  未重算：以上检查未通过\n")
        elif files.ballots is not None and self.sound:
            self.write_tally()
        return self.sound

    def check_ballots(self, ballots: BallotChecks) -> list[Entry]:
        """Check the ballots and, if all is sound, count their answers; return their entries."""
        if self.check_all(ballots.checks()) and self.sound:
            self.tally = ballots.count_answers()
        return ballots.entries

    def write_tally(self) -> None:
        """Write what was counted."""
        self.write("tally, counted again  |  重新计票：\n")
        for cell, criteria in self.tally.items():
            for criterion, figures in criteria.items():
                spread = " ".join(f"{score}×{count}" for score, count in figures["distribution"].items())
                self.write(
                    f"      {cell} {criterion}: n={figures['n']} dk={figures['abstentions']}"
                    f" sum={figures['sum']} [{spread}]\n"
                )

    def recount(
        self,
        files: Files,
        entries: list[Entry],
        *,
        head: Head,
        rows: list[CellRow] | None = None,
        ballots: Mapping[str, int] | None = None,
        groups: Sequence[Columns] = (),
    ) -> None:
        """Compute every published figure anew and compare. rows, groups: of a bulletin of version 2; ballots: how many
        there are of each cell."""
        if None in (files.ballots, files.scheme, files.roll, files.figures):
            missing = [name for name in ("ballots", "scheme", "roll", "figures") if getattr(files, name) is None]
            self.sound = False
            names = ", ".join(f"{name}.json" for name in missing)
            self.write(f"FAIL  nothing to recount without {names}  |  不通过：缺少 {names}，无法重算\n")
            return
        read = ReadFiles()

        def rules() -> tuple[str, str]:
            read.rules = Rules(parse_terms(files.scheme or b""))
            digest = digest_of_terms(files.scheme or b"")
            if files.exposure is not None:
                check_frozen(digest, read.rules, files.exposure)
            return f"SHA-256 {digest}", f"SHA-256 {digest}"

        def roll() -> tuple[str, str]:
            read.roll = roll_file = RollFile(
                parse(files.roll or b""), head, read.rules, rows, ballots=ballots if head["v"] == 2 else None
            )
            return f"{len(roll_file.sections)} subjects", f"{len(roll_file.sections)} 名被评对象"

        def votes() -> None:
            read.votes = Votes(entries, read.roll, read.rules, groups)

        def published() -> tuple[str, str]:
            value = parse_terms(files.figures or b"")
            if type(value) is not dict or value.get("v") not in (1, 2, 3) or value.get("round") != head["round"]:
                raise Fault("of another round or an unknown version", "属于另一轮测评，或版本不明")
            # Else whoever publishes could choose the rules: under the earlier ones more is shown.
            if head["v"] == 2 and value["v"] < APART_FROM:
                raise Fault("of rules older than the count", "计票规则的版本早于该次计票")
            models_of(value)
            read.figures = value
            figures = {key: value[key] for key in value if key not in ("v", "round", "models")}
            read.published = leaves = dict(leaves_of(figures))
            return f"{len(leaves)} figures", f"{len(leaves)} 项"

        if not (
            self.check("scheme as the round froze it", "开启时冻结的方案", rules)
            and self.check("roll and its cells", "名册与票格", roll)
            and self.check("answers as the scheme asks them", "答案符合方案", votes)
            and self.check("form of the published figures", "公布数字的格式", published)
        ):
            return
        recount = Recount(read.rules, read.roll, read.votes, read.figures, version=cast(int, read.figures["v"]))
        if recount.severity.groups or recount.severity.faults:
            self.check("models of the adjusted scores", "按宽严调整所用的模型", recount.severity.check)
        self.compare(read.published, dict(leaves_of(recount.figures())))
        if recount.severity.unfitted:
            self.write(
                f"note  NOT recounted: that no likeliest figures were found ({recount.severity.unfitted} fits)"
                f"  |  说明：未重算：称未能求得最可能的数值（{recount.severity.unfitted} 次拟合）\n"
            )

    def compare(self, published: Leaves, anew: Leaves) -> None:
        """Write whether every published figure is the one computed here, and name each that is not."""
        passed_over = Counter(kind for path in published if (kind := kind_not_recounted(path)))
        asked = {path: value for path, value in published.items() if not kind_not_recounted(path)}
        differing = [path for path in sorted(asked.keys() | anew.keys()) if asked.get(path) != anew.get(path)]
        for path in differing:
            name = " ".join(path)
            before, now = (str(side.get(path, "-")) for side in (asked, anew))
            self.write(f"      {name}: published {before}, recounted {now}  |  {name}：公布 {before}，重算 {now}\n")

        def verdict() -> tuple[str, str]:
            same = sum(path not in set(differing) for path in asked) if differing else len(asked)
            if differing:
                raise Fault(
                    f"{same} of {len(asked)} figures reproduced, {len(differing)} differ",
                    f"{len(asked)} 项公布数字中重算一致 {same} 项，不一致 {len(differing)} 项",
                )
            return f"{same} of {same} figures reproduced", f"{same} 项公布数字全部重算一致"

        self.check("recount", "重算", verdict)
        for kind, number in sorted(passed_over.items()):
            self.write(
                f"note  NOT recounted: {NOT_RECOUNTED[kind][0]} ({number} figures)"
                f"  |  说明：未重算：{NOT_RECOUNTED[kind][1]}（{number} 项）\n"
            )


# cli: The command line.


def gather(options: argparse.Namespace) -> Files:
    """Return the files that the command line names; single ones take the place of the package's.

    Raises: OSError, Fault.
    """
    contents: dict[str, bytes] = {}
    sums, hashes = None, None
    named = {name: path for name in (*PACKED, "receipt") if (path := getattr(options, name, None))}
    if options.recount is not None and (options.recount != Path() or "figures" not in named):
        contents, sums, hashes = read_package(options.recount)
    read = {name: contents[f"{name}.json"] for name in PACKED if f"{name}.json" in contents}
    read |= {name: path.read_bytes() for name, path in named.items()}
    for name in ("manifest", "bulletin"):
        if name not in read:
            raise FileNotFoundError(2, "No such file", f"{name}.json")
    return Files(**read, sums=sums, found=hashes)


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; return the exit status."""
    parser = argparse.ArgumentParser(description="Verify a published count. 核验计票公告。")
    parser.add_argument("--manifest", type=Path, help="manifest.json as published at opening 密钥清单")
    parser.add_argument("--bulletin", type=Path, help="bulletin.json 公告")
    parser.add_argument("--ballots", type=Path, help="ballots.json, for auditors 全部选票")
    parser.add_argument("--fingerprint", default="", help="of the manifest, from the printed notice 张贴的指纹")
    parser.add_argument("--receipt", type=Path, help="receipt.json, kept by an evaluator 回执")
    parser.add_argument("--tally", type=Path, help="write how often each answer was given 将各答案的次数写入此文件")
    parser.add_argument(
        "--recount",
        type=Path,
        nargs="?",
        const=Path(),
        metavar="PACKAGE",
        help="compute every published figure anew, from the auditor's package or this folder 重算全部公布数字",
    )
    parser.add_argument("--dummies", type=Path, help="dummies.json, with --ballots 填充项")
    parser.add_argument("--merged", type=Path, help="merged.json, with --ballots 合并组")
    for name, words in (
        ("scheme", "冻结的方案"),
        ("roll", "名册"),
        ("figures", "公布的数字"),
        ("exposure", "冻结的条款"),
    ):
        parser.add_argument(f"--{name}", type=Path, help=f"{name}.json, for --recount {words}")
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    if options.recount is None and not (options.manifest and options.bulletin):
        parser.error("name --manifest and --bulletin, or a package to --recount 请指定文件或数据包")
    try:
        files = gather(options)
    except OSError as error:
        sys.stderr.write(f"cannot read {error.filename}: {error.strerror}  |  无法读取文件\n")
        return 2
    except Fault as fault:
        sys.stderr.write(f"cannot read {options.recount}: {fault.english}  |  无法读取：{fault.chinese}\n")
        return 2
    verifier = Verifier(sys.stdout.write)
    sound = verifier.run(files, expected=options.fingerprint, recount=options.recount is not None)
    if sound and options.tally and files.ballots is not None:
        options.tally.write_text(json.dumps(verifier.tally, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(
        "All checks hold.  |  全部通过。\n" if sound else "NOT sound: see FAIL above.  |  核验不通过，见上。\n"
    )
    return 0 if sound else 1


if __name__ == "__main__":
    raise SystemExit(main())
