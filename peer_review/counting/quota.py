"""Who is proposed 优秀 under a quota, and who is tied at its line. A named person decides: no tie is broken here."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from peer_review.counting.scales import BANDS, GRADES, Floats, Ints, grade_of


@dataclass(frozen=True, slots=True)
class Proposal:
    """What published scores propose. Positions are those of the scores that were given.

    grades: one key of scales.GRADES a score, "" where nothing is proposed: no score, or tied at the line.
    places: how many may be 优秀; None without a quota.
    line: the lowest score that reaches 优秀, with the interval that belongs to it; None where there is no place.
    tied: equal at the line, and more than the places that are left for them.
    indistinct: not at the line, but their 95 % intervals overlap its own: better or worse cannot be said.
    left: places that nobody is proposed for; where some are tied, the places among which a person chooses.
    """

    grades: tuple[str, ...]
    places: int | None
    line: tuple[float, float, float] | None
    tied: frozenset[int]
    indistinct: frozenset[int]
    left: int | None


def places_of(group: int, quota: int) -> int | None:
    """Return how many of a group of that size may be 优秀 under a quota in percent; 0 is no quota, and None.

    A fraction of a place is no place (floor): a quota is an upper bound. In integers, so that 20 % of 35 is 7.
    """
    return group * quota // 100 if quota else None


def propose(
    scores: Floats,
    lows: Floats,
    highs: Floats,
    *,
    quota: int,
    bands: Sequence[float] = BANDS,
    group: int | None = None,
    grades: Sequence[str] | None = None,
    standings: Ints | None = None,
) -> Proposal:
    """Return what the scores of one group propose.

    Shape: scores, lows, highs are (subjects,), NaN together where 样本不足. Units: published points from 0 to 100.
        `quota` is in percent; `group` is of how many it is taken, all subjects unless given. grades: those that the
        exact scores propose, "" where they are left open; standings: the places of the exact scores, 1 for the highest,
        equal for equal scores. Without them the published scores are the exact ones.
    Only who reaches the band of 优秀 can be proposed for it. Who does, and finds no place, is proposed the next grade.
    The order of the scores has no part in it. Where there are places for everybody in the band, the band is the line.
    Raises: ValueError for a quota outside 0 to 100.
    Source: 20 %, up to 25 % with approval (docs/decisions.md); ties are left to a person with a reason.
    """
    if not 0 <= quota <= 100:
        raise ValueError("a quota lies between 0 and 100")
    places = places_of(len(scores) if group is None else group, quota)
    given = ["" if np.isnan(score) else grade_of(float(score), bands) for score in scores]
    proposed = given if grades is None else list(grades)
    order = -scores if standings is None else standings.astype(np.float64)
    return _proposed(proposed, order, scores, lows, highs, places, bands)


def _proposed(
    grades: list[str],
    order: Floats,
    scores: Floats,
    lows: Floats,
    highs: Floats,
    places: int | None,
    bands: Sequence[float],
) -> Proposal:
    """Return what grades propose when so many places are shared out in this order, the least first."""
    reach = np.flatnonzero([grade == GRADES[0] for grade in grades])
    if places is None or len(reach) <= places:
        line = (float(bands[0]),) * 3
        left = None if places is None else places - len(reach)
        return Proposal(tuple(grades), places, line, frozenset(), _overlapping(lows, highs, line), left)
    if places == 0:
        for at in reach:
            grades[at] = GRADES[1]
        return Proposal(tuple(grades), 0, None, frozenset(), frozenset(), 0)

    at_line = float(np.sort(order[reach])[places - 1])
    here = reach[order[reach] == at_line]
    above = int(np.count_nonzero(order[reach] < at_line))
    tied = frozenset(here.tolist()) if above + len(here) > places else frozenset()
    for at in reach:
        if order[at] > at_line:
            grades[at] = GRADES[1]
        elif int(at) in tied:
            grades[at] = ""
    line = (float(scores[here].min()), float(lows[here].min()), float(highs[here].max()))
    left = places - above if tied else 0
    return Proposal(tuple(grades), places, line, tied, _overlapping(lows, highs, line) - set(here.tolist()), left)


def _overlapping(lows: Floats, highs: Floats, line: tuple[float, float, float]) -> frozenset[int]:
    """Return whose intervals overlap the line's. NaN compares false, so who has no score is not among them."""
    _value, low, high = line
    return frozenset(np.flatnonzero((lows <= high) & (highs >= low)).tolist())
