"""In what share of cases fewer than three sets of the others' answers remain, once criteria and score stand together.

For one criterion M is never below three (small_groups). Together they tell more: of two criteria that are shown as
ranges the score may exclude some. That is measured here, on rounds drawn by a fixed rule. A *case* is one criterion of
one subject as one of its voters reads it: what that voter marked, what is shown of every criterion, the score and its
grade. Answers are drawn independently from each of PROFILES in turn, for every number of voters from five to twelve,
trimmed and not.

What criteria weigh matters as much as how many there are: beside one that weighs 2 %, two of 49 % are alone with the
score. So each number of criteria is measured with several WEIGHTINGS, chosen close to where shown_score begins to show
more, and the table keeps the largest share.

Where two voter classes are shown, a voter of the first knows more: the figures of both, the score of each, and the
score of all, which is made of the exact figures of both. The other class has from five to twelve voters by turns, and
the classes weigh the same.
"""

import random
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache

from .aggregate import TRIM_ABOVE
from .possible_answers import ANSWERS, ENOUGH, sets_of_class
from .scales import BANDS, round_half_up
from .small_groups import Shown, ranges_of, shown_score, together

#: How many voters are measured.
VOTERS = range(5, 13)
#: With what weights of how many criteria. Of points criteria that weigh the same are enough: whatever a mark weighs,
#: wherever a sum of marks can lie that is not shown with others, three sets and more give each.
WEIGHTINGS: Mapping[int, tuple[tuple[int, ...], ...]] = {
    1: ((1,),),
    2: ((1, 1), (3, 2), (3, 1)),
    3: ((1, 1, 1), (2, 1, 1), (2, 2, 1), (10, 7, 3), (9, 9, 2)),
    4: ((1, 1, 1, 1), (2, 1, 1, 1), (3, 3, 3, 1), (4, 4, 1, 1)),
    6: ((1, 1, 1, 1, 1, 1), (5, 5, 5, 1, 1, 1), (5, 1, 1, 1, 1, 1)),
}
#: How likely each answer is, lowest first: all alike, middling, lenient, full of praise.
PROFILES: Mapping[str, tuple[tuple[int, ...], ...]] = {
    "anchors": ((20, 20, 20, 20, 20), (5, 15, 35, 30, 15), (1, 3, 12, 40, 44), (0, 1, 4, 25, 70)),
    "grades": ((25, 25, 25, 25), (5, 25, 50, 20), (1, 5, 50, 44), (0, 2, 28, 70)),
}
#: Of points, as many answers; each is drawn evenly from one of these spans, lowest first.
SPANS = ((0, 39), (40, 59), (60, 79), (80, 89), (90, 100))
#: Cases of each number of voters, profile and trimming.
CASES = 60
SEED = 20_261_128

#: measure().percent of each scale by the number of criteria, of its weightings the largest; a test measures all anew.
WITH_SCORE: Mapping[str, Mapping[int, float]] = {
    "anchors": {1: 0.0, 2: 0.1, 3: 0.6, 4: 0.4, 6: 0.2},
    "grades": {1: 0.0, 2: 1.0, 3: 0.7, 4: 0.5, 6: 0.3},
    "points": {1: 0.0, 2: 0.0, 3: 0.0, 4: 0.0, 6: 0.0},
}
#: measure_classes().percent likewise. Of points it is as without classes, see WEIGHTINGS.
WITH_CLASSES: Mapping[str, Mapping[int, float]] = {
    "anchors": {1: 0.0, 2: 0.2, 3: 0.8, 4: 0.4, 6: 0.2},
    "grades": {1: 0.0, 2: 0.7, 3: 0.9, 4: 0.7, 6: 0.3},
    "points": WITH_SCORE["points"],
}
#: The same where figures are shown exactly, from five voters, who learn the most; the largest of all numbers of
#: criteria.
EXACT = {"anchors": 34.7, "grades": 89.2, "points": 0.0}

#: What is told of a score that is made of such sums.
Score = Callable[[int], tuple[Shown, str]]


@dataclass(frozen=True, slots=True)
class Share:
    """Of `cases`, how many left fewer than three sets (`below`), and how many left one: there an answer is known."""

    cases: int
    below: int
    known: int

    @property
    def percent(self) -> float:
        """The share of `below`, in percent to one decimal, never rounded down."""
        return -(-1000 * self.below // self.cases) / 10

    @property
    def percent_known(self) -> float:
        """The share of `known`, in percent to one decimal, never rounded down."""
        return -(-1000 * self.known // self.cases) / 10


def share_with_score(scale: str, criteria: int, *, classes: int = 1) -> float:
    """Return the measured share of a scheme, in percent; of a number that was not measured, that of the next fewer.

    With classes the larger of both: of a subject whose classes were joined, one alone is shown.
    """
    number = max((number for number in WEIGHTINGS if number <= criteria), default=1)
    alone = WITH_SCORE[scale][number]
    return alone if classes == 1 else max(alone, WITH_CLASSES[scale][number])


def weightings(scale: str, criteria: int) -> tuple[tuple[int, ...], ...]:
    """Return with what weights so many criteria of a scale are measured."""
    return WEIGHTINGS[criteria][:1] if scale == "points" else WEIGHTINGS[criteria]


def measure(scale: str, weights: Sequence[int], *, exact: bool = False, voters: Sequence[int] = VOTERS) -> Share:
    """Return the share of a scheme whose criteria weigh so much; `exact` if it shows exact figures. The same at every
    call."""
    chance = random.Random(SEED)  # noqa: S311 - the same rounds at every call, nothing secret
    total = below = known = 0
    for trim in (False, True):
        if trim and scale == "points":
            continue  # Of trimmed points a reader knows less still, and their sets cannot be counted by the sum.
        for many in voters:
            for profile in PROFILES.get(scale, SPANS):
                for _case in range(CASES):
                    sheets = [_draw(scale, profile, many, chance) for _criterion in weights]
                    for left in _sets_left(scale, sheets, weights, trim=trim, exact=exact):
                        total += 1
                        below += left < ENOUGH
                        known += left == 1
    return Share(total, below, known)


def measure_classes(scale: str, weights: Sequence[int]) -> Share:
    """Return the share for voters of a class that is shown beside another. The same at every call."""
    chance = random.Random(SEED)  # noqa: S311 - as above
    total = below = known = 0
    for trim in (False, True):
        for voters in VOTERS:
            for profile in PROFILES[scale]:
                for case in range(CASES):
                    others = VOTERS[case % len(VOTERS)]
                    one, two = (
                        [_draw(scale, profile, many, chance) for _criterion in weights] for many in (voters, others)
                    )
                    for left in _sets_left_of_class(scale, one, two, weights, trim=trim):
                        total += 1
                        below += left < ENOUGH
                        known += left == 1
    return Share(total, below, known)


def _draw(scale: str, profile: Sequence[int], voters: int, chance: random.Random) -> list[int]:
    if scale == "points":
        return [chance.randint(*profile) for _voter in range(voters)]
    return chance.choices(ANSWERS[scale], profile, k=voters)


@dataclass(frozen=True, slots=True)
class _Told:
    """What is shown of one class: of each criterion, and of all its criteria together."""

    #: How many answers a mean is divided by, the sum of answers of each criterion, and all these sums weighed.
    divisor: int
    sums: tuple[int, ...]
    total: int
    shown: tuple[Shown, ...]
    #: The totals whose score would be shown as this class's is.
    totals: range


def _tell(scale: str, sheets: Sequence[Sequence[int]], weights: Sequence[int], *, trim: bool) -> _Told:
    voters = len(sheets[0])
    divisor = _divisor(voters, trim=trim)
    ranges = ranges_of(scale, (voters,), (1.0,), floor=5, trim=trim)
    sums = tuple(_sum(answers, trim=trim) for answers in sheets)
    shown = tuple(ranges.show(at / divisor) for at in sums)
    parts = [(float(weight), figure) for weight, figure in zip(weights, shown, strict=True)]
    total = sum(weight * at for weight, at in zip(weights, sums, strict=True))

    def score(total: int) -> tuple[Shown, str]:
        value = round_half_up(total / divisor / sum(weights))
        return shown_score(value, parts, scale=scale, fewest=voters, bands=BANDS)

    return _Told(divisor, sums, total, shown, _told(total, 100 * divisor * sum(weights), score))


def _sets_left(
    scale: str, sheets: Sequence[Sequence[int]], weights: Sequence[int], *, trim: bool, exact: bool
) -> list[int]:
    """Return of each criterion how many sets of the others remain for the voter whose answers come first."""
    voters, told = len(sheets[0]), _tell(scale, sheets, weights, trim=trim)
    if exact:
        return [_sets(scale, voters, answers[0], trim)[at] for answers, at in zip(sheets, told.sums, strict=True)]
    options = _weighed_options(scale, sheets, weights, told, trim=trim)
    return [_consistent(at, options, told.totals) for at in range(len(sheets))]


def _sets_left_of_class(
    scale: str, one: Sequence[Sequence[int]], two: Sequence[Sequence[int]], weights: Sequence[int], *, trim: bool
) -> list[int]:
    """Return the same for the first voter of one class, where another class and the score of both are shown too."""
    here, there = _tell(scale, one, weights, trim=trim), _tell(scale, two, weights, trim=trim)
    score_of, both = _score_of_both(scale, len(one[0]) + len(two[0]), weights, here, there)
    options = _weighed_options(scale, one, weights, here, trim=trim)
    beyond = [
        [weight * at for at in _sums_of(scale, len(two[0]), trim)[figure]]
        for weight, figure in zip(weights, there.shown, strict=True)
    ]
    others = sorted(total for total in _totals(beyond) if total in there.totals)

    def is_possible(total: int) -> bool:
        at = bisect_left(others, both.start, key=lambda other: score_of(total, other))
        return at < len(others) and score_of(total, others[at]) in both

    possible = {total for total in _totals(options) if total in here.totals and is_possible(total)}
    left = []
    for at, sums in enumerate(options):
        beside = _totals([other for number, other in enumerate(options) if number != at])
        left.append(sum(sets for own, sets in sums.items() if any(own + total in possible for total in beside)))
    return left


def _score_of_both(
    scale: str, voters: int, weights: Sequence[int], here: _Told, there: _Told
) -> tuple[Callable[[int, int], int], range]:
    """Return how the score of both classes follows from their totals, in tenths of a point, and the scores that would
    be shown as theirs is."""

    whole = sum(weights)

    def score_of(total: int, other: int) -> int:
        return round(10 * round_half_up((total / here.divisor + other / there.divisor) / 2 / whole))

    # Of classes that are shown, a criterion is shown as what follows from theirs (release).
    parts = [
        (float(weight), together([(0.5, first), (0.5, second)], scale))
        for weight, first, second in zip(weights, here.shown, there.shown, strict=True)
    ]

    def score(tenths: int) -> tuple[Shown, str]:
        return shown_score(tenths / 10, parts, scale=scale, fewest=voters, bands=BANDS)

    return score_of, _told(score_of(here.total, there.total), 1000, score)


def _totals(options: Sequence[Iterable[int]]) -> set[int]:
    """Return the totals that one sum of each criterion can come to."""
    totals = {0}
    for sums in options:
        totals = {total + own for total in totals for own in sums}
    return totals


def _divisor(voters: int, *, trim: bool) -> int:
    """Return by how many answers a sum is divided, once the highest and the lowest are left out."""
    return voters - 2 if trim and voters > TRIM_ABOVE else voters


def _sum(answers: Sequence[int], *, trim: bool) -> int:
    """Return the sum whose part is the mean: without the lowest and the highest where these are left out."""
    whole = sum(answers)
    return whole - min(answers) - max(answers) if trim and len(answers) > TRIM_ABOVE else whole


@lru_cache(maxsize=256)
def _sums_of(scale: str, voters: int, trim: bool) -> Mapping[Shown, tuple[int, ...]]:
    """Return the sums that are shown as each figure."""
    divisor = _divisor(voters, trim=trim)
    ranges = ranges_of(scale, (voters,), (1.0,), floor=5, trim=trim)
    sums: Sequence[int] = range(100 * voters + 1)
    if scale != "points":
        sums = sorted(int(mean * divisor) for mean in sets_of_class(scale, voters, Fraction(1), trim=trim)[0])
    shown: dict[Shown, list[int]] = {}
    for at in sums:
        shown.setdefault(ranges.show(at / divisor), []).append(at)
    return {figure: tuple(sums) for figure, sums in shown.items()}


@cache
def _sets(scale: str, voters: int, own: int, trim: bool) -> Mapping[int, int]:
    """Return how many sets of the others' answers give each sum together with one's own; of points, three for three
    and more: as many marks under the highest, or over the lowest, can be shared out in at least so many ways."""
    if scale != "points":
        divisor = _divisor(voters, trim=trim)
        by_answer = sets_of_class(scale, voters, Fraction(1), trim=trim)[1][own]
        return {int(mean * divisor): count for mean, count in by_answer.items()}
    most = 100 * (voters - 1)
    return {own + others: (1, 1, 2, 3)[min(3, others, most - others)] for others in range(most + 1)}


def _options(scale: str, voters: int, own: int, trim: bool, figure: Shown) -> dict[int, int]:
    """Return the sums that a reader holds possible from the figure alone, each with its sets."""
    sets = _sets(scale, voters, own, trim)
    return {at: sets[at] for at in _sums_of(scale, voters, trim)[figure] if at in sets}


def _weighed_options(
    scale: str, sheets: Sequence[Sequence[int]], weights: Sequence[int], told: _Told, *, trim: bool
) -> list[dict[int, int]]:
    """Return of each criterion what the first voter holds possible: by what its sum adds to the total."""
    return [
        {weight * at: sets for at, sets in _options(scale, len(answers), answers[0], trim, figure).items()}
        for weight, answers, figure in zip(weights, sheets, told.shown, strict=True)
    ]


def _consistent(at: int, options: Sequence[Mapping[int, int]], told: range) -> int:
    """Return how many sets of one criterion go with the score that is told: with a total of all in this range."""
    beside = [sums for number, sums in enumerate(options) if number != at]
    if all(len(sums) == max(sums) - min(sums) + 1 for sums in beside):
        # Without a gap: only the ends matter.
        least, most = sum(map(min, beside)), sum(map(max, beside))
        return sum(sets for own, sets in options[at].items() if own + least < told.stop and own + most >= told.start)
    others = sorted(_totals(beside))
    return sum(
        sets
        for own, sets in options[at].items()
        if bisect_left(others, told.start - own) < bisect_left(others, told.stop - own)
    )


def _told(total: int, most: int, score: Score) -> range:
    """Return the totals whose score would be told as this one's is: they are neighbours, for the score is monotone."""
    told = score(total)
    first = bisect_left(range(total), True, key=lambda other: score(other) == told)
    last = bisect_left(range(total, most + 1), True, key=lambda other: score(other) != told)
    return range(first, total + last)
