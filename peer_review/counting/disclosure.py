"""What may be shown: groups of ballots that are large enough, and that no subtraction takes apart.

How it holds. For each criterion the ballots are first parted into disjoint *bases*, each of at least `floor` answers:
a voter class of one subject, if every class of that subject that has ballots is large enough; else the whole subject.
Ballots in no base are in no figure at all: nothing is put together across subjects. Every published figure is a
function of whole bases. So whatever is added or subtracted, what is left over consists of whole bases again, and each
of them is at least `floor` ballots, or of nothing.

Answers that others than their authors may know, from envelopes, hide nobody: only the rest counts towards the floor.
Which they are nobody can tell, so of each class as many are left out as there may be. Beside a class of which nearly
all may be known, one answer could outweigh the others that are not: such a subject is not shown (hides_each). Answers
of a class declared not anonymous hide nobody either, and whose they are can be known: all of them are left out.

A criterion that the form does not ask of a voter class has no ballots of that class at all, for no subject: that is
written in the published form, so it tells nothing, and the class hides nothing. 不了解 is another thing: there a ballot
lies in the class, and the class counts as having one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from .scales import Flags, Ints

#: The version of the counting rules from which on nothing is put together across subjects; until then those under the
#: floor came into means together. See domain.publication.publish.RULES.
APART_FROM = 3

#: Bars of a distribution with fewer ballots than this are joined with their neighbours: no single harsh ballot shows.
BAR_FLOOR = 3


@dataclass(frozen=True, slots=True)
class Bases:
    """Which base the ballots of each (subject, class) lie in, for one criterion.

    `classes_shown` (subjects,): each class of the subject is a base of its own.
    `subject_shown` (subjects,): the subject's figures are shown; False says 样本不足.
    """

    classes_shown: Flags
    subject_shown: Flags


def part(counted: Ints, n: Ints, *, floor: int) -> Bases:
    """Return the bases of one criterion.

    Shape: counted and n are (subjects, classes): ballots, and those among them that answered this criterion, without
        answers that others may know (unknown_answers). Classes that are not asked the criterion are 0 in both.
    A class counts as empty only without any ballot: if one whose ballots all abstained did too, the page would tell
    that they did.
    """
    subject_shown = n.sum(axis=1) >= floor
    classes_shown = subject_shown & ((counted == 0) | (n >= floor)).all(axis=1)
    return Bases(classes_shown, subject_shown)


def unknown_answers(n: Ints, known: Ints | None, anonymous: Flags | None = None) -> Ints:
    """Return how many answers nobody but their authors can know: those that hide each other.

    Shape: n (subjects, classes); known, the same: ballots that others may know, None: none; anonymous (classes,), False
    for classes declared not anonymous, whose answers hide nobody, None: all are.
    """
    unknown = n if known is None else np.maximum(n - known, 0)
    return unknown if anonymous is None else np.where(anonymous, unknown, 0)


def hides_each(n: Sequence[int], unknown: Sequence[int], shares: Sequence[Fraction], *, floor: int) -> bool:
    """Return whether no answer of a subject's figure carries more than 1/floor of all that nobody else knows together.

    Whoever knows the others subtracts them, those of classes declared not anonymous among them: however much these
    weigh, they hide nothing of the rest. Where none is known, combine.class_shares sees to it. Where each class has
    `floor` unknown answers it holds, too. All of one figure, by class.
    """
    parts = [(shares[at] / many, unknown[at]) for at, many in enumerate(n) if many and unknown[at]]
    unknown_part = sum((share * many for share, many in parts), Fraction())
    return floor * max((share for share, _many in parts), default=Fraction()) <= unknown_part


def bars(
    distribution: Ints, answers: Sequence[int] | None = None, *, known: int = 0
) -> tuple[tuple[int, int, int], ...] | None:
    """Return a distribution as (first bin, last bin, ballots), or None where it may not be shown.

    Neighbouring bins are joined until each bar that is not empty holds at least BAR_FLOOR ballots. If one bar is
    left it says nothing but that all are in it, so nothing is shown: unanimous ballots and nearly unanimous ones
    look alike. `answers`: of scales whose bins are single answers, their points. There the mean beside the bars would
    tell how the ballots of a joined bar divide, so fewer than BAR_FLOOR ways to divide them show nothing either.
    `known`: how many of the ballots others may know. All of them may lie in any one bar, which holds as many more; and
    where bars of single answers are joined, they may leave one way only.
    """
    least = BAR_FLOOR + known
    joined = [(at, at, int(count)) for at, count in enumerate(distribution)]
    while (small := next((i for i, bar in enumerate(joined) if 0 < bar[2] < least), None)) is not None:
        neighbours = [i for i in (small - 1, small + 1) if 0 <= i < len(joined)]
        if not neighbours:
            return None
        # Towards the fuller neighbour; of equal ones, upwards.
        other = max(neighbours, key=lambda i: (joined[i][2], i))
        first, second = sorted((small, other))
        merged = (joined[first][0], joined[second][1], joined[first][2] + joined[second][2])
        joined[first : second + 1] = [merged]
    if sum(1 for bar in joined if bar[2]) < 2:
        return None
    if answers is not None and known and any(first != last for first, last, _count in joined):
        return None
    if answers is not None and _is_told_by_the_mean(distribution, joined, answers):
        return None
    return tuple(joined)


def _is_told_by_the_mean(distribution: Ints, joined: Sequence[tuple[int, int, int]], answers: Sequence[int]) -> bool:
    """Whether bars and sum together leave fewer than BAR_FLOOR ways in which the ballots of joined bars divide."""
    if all(first == last for first, last, _count in joined):
        return False
    ways: dict[int, int] = {0: 1}
    for first, last, count in joined:
        divided = _ways_to_divide(count, tuple(answers[first : last + 1]))
        together: dict[int, int] = {}
        for total, many in ways.items():
            for other, more in divided.items():
                together[total + other] = min(BAR_FLOOR, together.get(total + other, 0) + many * more)
        ways = together
    whole = sum(int(count) * answer for count, answer in zip(distribution, answers, strict=True))
    return ways[whole] < BAR_FLOOR


@lru_cache(maxsize=512)
def _ways_to_divide(count: int, answers: tuple[int, ...]) -> dict[int, int]:
    """Return in how many ways `count` ballots can have given these answers, by their sum; BAR_FLOOR stands for more."""
    # ways[ballots]: sum → ways, with the answers so far; one ballot more either gives the newest answer or does not.
    ways: list[dict[int, int]] = [{0: 1}, *({} for _ballot in range(count))]
    for answer in answers:
        for ballots in range(1, count + 1):
            for total, many in ways[ballots - 1].items():
                now = ways[ballots]
                now[total + answer] = min(BAR_FLOOR, now.get(total + answer, 0) + many)
    return ways[count]


def comparable(sizes: Ints, *, floor: int) -> tuple[frozenset[int], bool]:
    """Return the sections whose means may be shown to people who may not see the members' own figures, and whether
    the mean of all may.

    Shape: sizes is (criteria, sections), how many members have a figure.
    A section needs more than `floor` of them in every criterion, so that neither a member nor a stranger can take
    it apart. What is left of the unit beside the shown sections must be as many or none, even for somebody who
    knows one of the sections left over from within, as its head does; else more sections are held back, the
    smallest first.
    """
    smallest = sizes.min(axis=0) if sizes.size else np.zeros(0, dtype=np.int64)
    shown = {int(at) for at in np.flatnonzero(smallest > floor)}
    while not (safe := _leaves_a_crowd(sizes, shown, floor=floor)) and shown:
        shown.discard(min(shown, key=lambda at: (int(smallest[at]), at)))
    return frozenset(shown), bool(safe and sizes.size and (sizes.sum(axis=1) > floor).all())


def _leaves_a_crowd(sizes: Ints, shown: set[int], *, floor: int) -> bool:
    others = [at for at in range(sizes.shape[1] if sizes.ndim == 2 else 0) if at not in shown]
    rest = sizes[:, others].sum(axis=1, keepdims=True) if others else np.zeros((len(sizes), 1), dtype=np.int64)
    left = np.concatenate([rest, rest - sizes[:, others]], axis=1) if others else rest
    return bool(((left == 0) | (left > floor)).all())
