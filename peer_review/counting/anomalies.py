"""Patterns that an inspector may wish to ask about: never who, never a ballot, and never finer than what is published.

Each search tells how many places it looked at, because among many places chance makes patterns everywhere. What it
reports is a whole base (disclosure.py) or made of published figures alone:

* `ends`: a published figure at the very end of the scale, which says of itself that all, or all but the trimmed, agree.
  Other unanimous groups are only counted (`unanimous`), and only where as many like them are not unanimous.
* `camps`: answers that fall into two groups far apart, each of at least `floor` ballots.
* `returns`: two sections that rate each other higher, or lower, than both are rated and rate otherwise; made of
  published class figures.
* `changes`: a published score far from that of an earlier round.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .aggregate import TRIM_ABOVE, aggregate
from .combine import class_shares
from .linkage import islands
from .permutation import PERMUTATIONS, deal, probability
from .scales import SPREAD_FLOOR, Flags, Floats, Ints

#: A pattern is reported where chance makes one as striking in at most this share of cases.
LEVEL = 0.01
#: Points that two camps' means lie apart on each scale, that sections favour each other by, and that a score has
#: changed by, at least (own): less may be no chance, and still be nothing to ask about.
CAMPS_APART = {"points": 20.0, "anchors": 40.0, "grades": 30.0}
FAVOUR, CHANGE = 5.0, 10.0
#: Lowest and highest points of each scale.
ENDS = {"points": (0.0, 100.0), "anchors": (20.0, 100.0), "grades": (30.0, 95.0)}
#: What chance has left over when a matrix has been fitted, at least.
_FREEDOM = 3
_UNANIMOUS_WORK = 100_000_000
#: Two figures that differ by less are equal: the order of a sum does not decide whether a pattern is one.
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern. at: the subject, or the first section; other: the second section, else -1. high: at the upper end,
    in favour of each other, risen; False for the opposite; None for camps. p: see permutation.probability."""

    at: int
    high: bool | None
    p: float
    other: int = -1


@dataclass(frozen=True, slots=True)
class Search:
    """What one search found, most striking first, and at how many places it looked."""

    tested: int
    patterns: tuple[Pattern, ...] = ()

    @property
    def by_chance(self) -> float:
        """How many patterns chance alone would make, at most."""
        return self.tested * LEVEL


@dataclass(frozen=True, slots=True)
class Unanimous:
    """How many bases are unanimous, of all those whose answers lie so close that their intervals look alike."""

    cells: int
    alike: int
    p: float


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to one criterion (or each ballot's value over several), one row a ballot, none missing.

    Shape: all (answers,); subjects and classes as in release.Plan.
    """

    subject: Ints
    voter_class: Ints
    points: Floats


@dataclass(frozen=True, slots=True)
class Scoring:
    """What of the round's rule makes one criterion's figure, and how many must be alike. See release.Plan."""

    scale: str
    floor: int
    trim: bool
    class_weights: Floats
    decimals: int = 1
    crowd: int = 0
    anonymous: Flags | None = None


def ends(
    answers: Answers, published: Floats, rule: Scoring, *, seed: Sequence[int], hands: int = PERMUTATIONS
) -> Search:
    """Return the published figures at an end of the scale that chance would rarely put there.

    As if it did not matter whom an answer of a class is about: each subject is dealt as many answers of each class as
    it has, and its figure made by the rule.
    Shape: published is (subjects,), NaN where the figure is not shown.
    """
    shown = ~np.isnan(published)
    n = _sizes(answers, len(published), len(rule.class_weights))
    pools = _pools(answers, shown, n.shape[1])
    patterns, known = [], dict[tuple[object, ...], float]()
    for high, end in ((False, ENDS[rule.scale][0]), (True, ENDS[rule.scale][1])):
        for at in np.flatnonzero(shown & (published == end)).tolist():
            sizes = tuple(n[at].tolist())
            if (sizes, high) not in known:
                dealt = _dealt_figures(pools, sizes, rule, seed=seed, hands=hands)
                known[sizes, high] = probability(_rounded(dealt, rule.decimals) == end)
            patterns.append(Pattern(at, high, known[sizes, high]))
    return _search(patterns, tested=2 * int(shown.sum()))


def unanimous(
    answers: Answers, published: Floats, rule: Scoring, *, seed: Sequence[int], hands: int = PERMUTATIONS
) -> Unanimous | None:
    """Return how many subjects' answers are all equal, and how rarely chance makes so many; None where telling might
    lay bare which: fewer than `floor`, or fewer than `floor` others that look alike.

    Those look alike whose classes each spread no more than an interval shows at least (SPREAD_FLOOR).
    """
    shown = ~np.isnan(published)
    inside = shown[answers.subject]
    subject, voter_class, points = answers.subject[inside], answers.voter_class[inside], answers.points[inside]
    if not len(points):
        return None
    classes = len(rule.class_weights)
    stats = aggregate(subject * classes + voter_class, points, groups=len(shown) * classes, edges=(0.0,))
    spread = np.nan_to_num(stats.spread).reshape(-1, classes).max(axis=1)
    alike = int((shown & (spread <= SPREAD_FLOOR[rule.scale] + _NOTHING)).sum())

    order = np.argsort(subject, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(subject[order]) > 0])

    def count(values: Floats) -> int:
        dealt = values[order]
        return int((np.maximum.reduceat(dealt, starts) == np.minimum.reduceat(dealt, starts)).sum())

    cells = count(points)
    if cells < rule.floor or alike - cells < rule.floor:
        return None
    many = int(np.clip(_UNANIMOUS_WORK // len(points), 99, min(hands, 999)))
    chance = np.random.default_rng(list(seed))
    rows = [np.flatnonzero(voter_class == number) for number in range(classes)]
    pools = [np.sort(points[places]) for places in rows]
    as_many = np.zeros(many, dtype=bool)
    shuffled = points.copy()
    for at in range(many):
        for places, pool in zip(rows, pools, strict=True):
            shuffled[places] = chance.permutation(pool)
        as_many[at] = count(shuffled) >= cells
    return Unanimous(cells, alike, probability(as_many))


def camps(
    answers: Answers, published: Floats, rule: Scoring, *, seed: Sequence[int], hands: int = PERMUTATIONS
) -> Search:
    """Return the subjects whose answers fall into two camps of at least `floor` ballots, or `crowd` if that is more,
    CAMPS_APART points apart. Those of classes declared not anonymous may all lie in one: each holds as many others.

    How clearly: the share of the squares that the best cut in two explains. Dealt as in `ends`.
    """
    shown = ~np.isnan(published)
    sizes = _sizes(answers, len(shown), len(rule.class_weights))
    n = np.where(shown, sizes.sum(axis=1), 0)
    pools = _pools(answers, shown, sizes.shape[1])
    order = np.lexsort((answers.points, answers.subject))
    order = order[shown[answers.subject[order]]]
    points, start = answers.points[order], np.cumsum(n) - n
    fewest = np.full(len(n), max(rule.floor, rule.crowd))
    if rule.anonymous is not None:
        fewest += sizes[:, ~rule.anonymous].sum(axis=1)
    large = np.flatnonzero(n >= 2 * fewest)
    patterns, known = [], dict[tuple[int, ...], Floats]()
    for size, least in np.unique(np.column_stack([n, fewest])[large], axis=0).tolist():
        these = large[(n[large] == size) & (fewest[large] == least)]
        share, distance = _best_cut(points[start[these][:, None] + np.arange(size)], least)
        for at in np.flatnonzero(distance >= CAMPS_APART[rule.scale] - _NOTHING).tolist():
            of_class = tuple(sizes[these[at]].tolist())
            if of_class not in known:
                dealt = np.sort(np.concatenate(_deals(pools, of_class, seed=seed, hands=hands), axis=1), axis=1)
                known[of_class] = _best_cut(dealt, least)[0]
            patterns.append(Pattern(int(these[at]), None, probability(known[of_class] >= share[at] - 1e-12)))
    return _search(patterns, tested=len(large))


def returns(matrix: Floats, *, seed: Sequence[int], hands: int = PERMUTATIONS) -> Search:
    """Return the pairs of sections that rate each other FAVOUR points higher, or lower, than the rest explains.

    Taken off first: how each section rates all, and how each is rated by all. As if it did not matter who answers whom:
    what is left is dealt out in pairs.
    Shape: matrix is (sections, sections), row the raters, column the rated; NaN where there is no figure. The diagonal
    is left out.
    """
    known = ~np.isnan(matrix) & ~np.eye(len(matrix), dtype=bool)
    left = _residuals(matrix, known)
    both = [(at, other) for at, other in np.argwhere(known & known.T).tolist() if at < other]
    if left is None or not both:
        return Search(0)
    pairs = deal(left[known], 2, hands=hands, seed=seed)
    favour, spite = np.sort(pairs.min(axis=1)), np.sort(-pairs.max(axis=1))
    patterns = []
    for at, other in both:
        ours = (left[at, other], left[other, at])
        for high, value, dealt in ((True, min(ours), favour), (False, -max(ours), spite)):
            if value >= FAVOUR - _NOTHING:
                above = len(dealt) - int(np.searchsorted(dealt, value - _NOTHING))
                patterns.append(Pattern(at, high, (above + 1) / (len(dealt) + 1), other))
    return _search(patterns, tested=2 * len(both))


def changes(
    now: Answers,
    before: Answers,
    published: tuple[Floats, Floats],
    rule: Scoring,
    *,
    seed: Sequence[int],
    hands: int = PERMUTATIONS,
) -> Search:
    """Return the subjects whose published score has changed by CHANGE points or more, and more than chance explains.

    As if it did not matter in which of the two rounds a ballot was cast: the ballots of each class are shuffled
    between them, and both scores made by the rule.
    Shape: published (subjects,) now and before, NaN where there is no score or they may not be compared. Both rounds'
    answers number subjects and classes alike; each row is a ballot's value over the criteria.
    """
    difference = published[0] - published[1]
    classes = len(rule.class_weights)
    n = [_sizes(answers, len(difference), classes) for answers in (now, before)]
    comparable = ~np.isnan(difference) & (n[0].sum(axis=1) > 0) & (n[1].sum(axis=1) > 0)
    shares = [class_shares(sizes, rule.class_weights, floor=rule.floor) for sizes in n]
    cells = [_cells(answers, sizes) for answers, sizes in ((now, n[0]), (before, n[1]))]
    patterns = []
    for at in np.flatnonzero(comparable & (np.abs(difference) >= CHANGE - _NOTHING)).tolist():
        parts = [of_round[at * classes : (at + 1) * classes] for of_round in cells]
        moved = np.zeros(hands + 1)
        for number in range(classes):
            first, second = parts[0][number], parts[1][number]
            sizes = (len(first), len(second))
            pool = np.r_[first, second]
            # The first row is what was found; the others are dealt.
            dealt = deal(pool, len(pool), hands=hands, seed=[*seed, *sizes, number])
            rows = np.concatenate([pool[None, :], dealt])
            moved += shares[0][at, number] * _locate(rows[:, : sizes[0]], trim=rule.trim)
            moved -= shares[1][at, number] * _locate(rows[:, sizes[0] :], trim=rule.trim)
        as_far = np.abs(moved[1:]) >= abs(moved[0]) - _NOTHING
        patterns.append(Pattern(at, bool(difference[at] > 0), probability(as_far)))
    return _search(patterns, tested=int(comparable.sum()))


def _search(patterns: list[Pattern], *, tested: int) -> Search:
    kept = [pattern for pattern in patterns if pattern.p <= LEVEL]
    return Search(tested, tuple(sorted(kept, key=lambda pattern: (pattern.p, pattern.at, pattern.other))))


def _sizes(answers: Answers, subjects: int, classes: int) -> Ints:
    cell = answers.subject * classes + answers.voter_class
    return np.bincount(cell, minlength=subjects * classes).reshape(subjects, classes)


def _cells(answers: Answers, sizes: Ints) -> list[Floats]:
    """Return the values of each subject and class, in order, subject by subject."""
    order = np.lexsort((answers.points, answers.voter_class, answers.subject))
    return np.split(answers.points[order], np.cumsum(sizes.reshape(-1))[:-1])


def _pools(answers: Answers, shown: Flags, classes: int) -> list[Floats]:
    """Return all answers about subjects that are shown, class by class."""
    inside = shown[answers.subject]
    return [answers.points[inside & (answers.voter_class == number)] for number in range(classes)]


def _deals(pools: Sequence[Floats], sizes: tuple[int, ...], *, seed: Sequence[int], hands: int) -> list[Floats]:
    """Return hands of so many answers of each class, (hands, size) each."""
    parts = zip(pools, sizes, strict=True)
    return [deal(pool, n, hands=hands, seed=[*seed, *sizes, number]) for number, (pool, n) in enumerate(parts)]


def _dealt_figures(
    pools: Sequence[Floats], sizes: tuple[int, ...], rule: Scoring, *, seed: Sequence[int], hands: int
) -> Floats:
    """Return figures made of dealt answers, (hands,)."""
    shares = class_shares(np.array([sizes]), rule.class_weights, floor=rule.floor)[0]
    dealt = _deals(pools, sizes, seed=seed, hands=hands)
    parts = [share * _locate(rows, trim=rule.trim) for share, rows in zip(shares, dealt, strict=True)]
    return np.asarray(np.sum(parts, axis=0))


def _locate(rows: Floats, *, trim: bool) -> Floats:
    """Return each row's mean, trimmed as aggregate does; 0 for empty rows."""
    n = rows.shape[1]
    if not n:
        return np.zeros(len(rows))
    total = rows.sum(axis=1)
    if trim and n > TRIM_ABOVE:
        return np.asarray((total - rows.min(axis=1) - rows.max(axis=1)) / (n - 2))
    return np.asarray(total / n)


def _rounded(values: Floats, decimals: int) -> Floats:
    factor = 10.0**decimals
    return np.asarray(np.floor(values * factor + 0.5 + 1e-9) / factor)


def _best_cut(rows: Floats, floor: int) -> tuple[Floats, Floats]:
    """Return what share of each sorted row's squares its best cut in two explains, and how far apart the parts' means
    are. Each part holds at least `floor` values."""
    n = rows.shape[1]
    sizes = np.arange(floor, n - floor + 1)
    total = rows.sum(axis=1, keepdims=True)
    below = np.cumsum(rows, axis=1)[:, sizes - 1]
    distance = (total - below) / (n - sizes) - below / sizes
    between = distance**2 * (sizes * (n - sizes) / n)
    squares = ((rows - total / n) ** 2).sum(axis=1)
    best = between.argmax(axis=1)
    row = np.arange(len(rows))
    share = np.divide(between[row, best], squares, out=np.zeros(len(rows)), where=squares > 1e-9)
    return share, distance[row, best]


def _residuals(matrix: Floats, known: Flags) -> Floats | None:
    """Return what row and column effects leave of the known entries; None where too little is left to chance."""
    rows, columns = np.nonzero(known)
    size = len(matrix)
    design = np.zeros((len(rows), 2 * size))
    design[np.arange(len(rows)), rows] = 1.0
    design[np.arange(len(rows)), size + columns] = 1.0
    # The rank of rows and columns is the number of both less the parts that no entry links.
    parts = len(np.unique(islands([rows, columns])))
    if not len(rows) or len(rows) - (len(np.unique(rows)) + len(np.unique(columns)) - parts) < _FREEDOM:
        return None
    values = matrix[known]
    fitted = design @ np.linalg.lstsq(design, values, rcond=None)[0]
    left = np.full(matrix.shape, np.nan)
    left[known] = np.round(values - fitted, 9)
    return left
