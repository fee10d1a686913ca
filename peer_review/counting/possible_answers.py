"""How many sets of answers remain possible to a reader who knows one ballot and sees what is shown: M.

A reader knows the form, the roll, how many of each voter class answered, and the answers on a ballot of their own. What
they do not know is a set of answers of the others: how often each answer was given, class by class. Others and own
ballot together make one set of all; so those that a reader with the answer x holds possible are the sets of all that
have an x in the reader's class. They are counted one by one here, for scales with few answers; nothing is sampled.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import combinations_with_replacement

from .aggregate import TRIM_ABOVE

#: So many sets of answers must remain possible, or none: a reader who could not have that ballot does not exist.
ENOUGH = 3
#: The answers of a scale in points, lowest first.
ANSWERS: Mapping[str, tuple[int, ...]] = {"anchors": (20, 40, 60, 80, 100), "grades": (30, 65, 80, 95)}

#: Voter class and own answer.
Reader = tuple[int, int]
#: Figure in tenths of a point → reader → sets of answers.
Possible = dict[int, dict[Reader, int]]


def statistic(answers: Sequence[int], *, trim: bool) -> Fraction:
    """Return the mean of a class's answers as it enters a figure: without one lowest and one highest where trimmed."""
    if trim and len(answers) > TRIM_ABOVE:
        return Fraction(sum(answers) - min(answers) - max(answers), len(answers) - 2)
    return Fraction(sum(answers), len(answers))


def tenths(value: Fraction) -> int:
    """Return a figure in tenths of a point, halves up: finer than that none is shown."""
    return math.floor(value * 10 + Fraction(1, 2))


def possible_sets(scale: str, sizes: Sequence[int], shares: Sequence[Fraction], *, trim: bool) -> Possible:
    """Return how many sets of answers give each figure, for each reader who could see it.

    sizes: how many of each class answered, none 0; shares: what each class weighs in the figure.
    """
    classes = [sets_of_class(scale, size, share, trim=trim) for size, share in zip(sizes, shares, strict=True)]
    possible: Possible = defaultdict(lambda: defaultdict(int))
    for number, (_all, by_answer) in enumerate(classes):
        others: Mapping[Fraction, int] = {Fraction(): 1}
        for at, (of_class, _by_answer) in enumerate(classes):
            if at != number:
                others = _sums(others, of_class)
        for answer, sets in by_answer.items():
            for value, count in _sums(sets, others).items():
                possible[tenths(value)][number, answer] += count
    return {value: dict(readers) for value, readers in possible.items()}


@lru_cache(maxsize=1024)
def sets_of_class(
    scale: str, size: int, share: Fraction, *, trim: bool
) -> tuple[Mapping[Fraction, int], Mapping[int, Mapping[Fraction, int]]]:
    """Return how many sets of a class's answers add so much to a figure; all of them, and those that hold an answer."""
    all_sets: Counter[Fraction] = Counter()
    by_answer: dict[int, Counter[Fraction]] = defaultdict(Counter)
    for answers in combinations_with_replacement(ANSWERS[scale], size):
        part = share * statistic(answers, trim=trim)
        all_sets[part] += 1
        for answer in set(answers):
            by_answer[answer][part] += 1
    return all_sets, by_answer


def _sums(some: Mapping[Fraction, int], others: Mapping[Fraction, int]) -> dict[Fraction, int]:
    """Return how many pairs of sets give each sum."""
    pairs: dict[Fraction, int] = defaultdict(int)
    for value, count in some.items():
        for other, many in others.items():
            pairs[value + other] += count * many
    return pairs


def fewest(possible: Possible, values: Iterable[int]) -> int:
    """Return M of a figure that may be any of these values: of all readers who could see it, the fewest sets."""
    readers: Counter[Reader] = Counter()
    for value in values:
        readers.update(possible[value])
    return min(readers.values())


def finest_bins(possible: Possible) -> tuple[tuple[int, int], ...]:
    """Return the finest bins of neighbouring figures of which none leaves any reader fewer than ENOUGH sets.

    As many bins as there can be; of several ways, the one whose lowest bins are shortest. Each is (first, last) in
    tenths of a point, both possible figures.
    """
    values = sorted(possible)
    # best[at]: into how many bins the figures from `at` on can be parted; cut[at]: where the first of these ends.
    best = [-1] * len(values) + [0]
    cut = [0] * len(values)
    for at in reversed(range(len(values))):
        readers: dict[Reader, int] = {}
        for end in range(at, len(values)):
            for reader, count in possible[values[end]].items():
                readers[reader] = readers.get(reader, 0) + count
            if 0 <= best[end + 1] >= best[at] and min(readers.values()) >= ENOUGH:
                best[at], cut[at] = best[end + 1] + 1, end
    if best[0] < 0:
        return ((values[0], values[-1]),)
    bins = []
    at = 0
    while at < len(values):
        bins.append((values[at], values[cut[at]]))
        at = cut[at] + 1
    return tuple(bins)
