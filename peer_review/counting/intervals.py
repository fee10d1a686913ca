"""How sure a mean is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from .aggregate import Stats
from .scales import SPREAD_FLOOR, SPREAD_USUAL, Flags, round_half_up

#: From so many subjects, and answers, a round's own spread is taken: one number in common tells of no group.
SUBJECTS_FROM, ANSWERS_FROM = 10, 60
_Z = 1.959963984540054  # 97.5 % of the normal distribution


@dataclass(frozen=True, slots=True)
class Spread:
    """How far answers to one criterion about one subject differ within a voter class: their standard deviation in
    points, and how many of these an interval of 95 % reaches to each side."""

    points: float
    quantile: float

    @property
    def reach(self) -> float:
        """How far the interval of a figure with an error of 1 reaches to each side, in points."""
        return self.quantile * self.points


def round_spread(criteria: Sequence[tuple[Stats, Flags]], scale: str) -> Spread:
    """Return the spread that all intervals of a round are made of.

    Pooled over all voter classes of shown subjects with two answers at least, and all criteria, to one decimal, with
    Student's t; never less than SPREAD_FLOOR. With few subjects or answers the scale's own constant.
    criteria: statistics by (subject, class), and which subjects are shown, (subjects,).
    """
    squares, freedom, answers = 0.0, 0, 0
    seen: set[int] = set()
    for stats, shown in criteria:
        if not len(shown):
            continue
        n = stats.n.reshape(len(shown), -1)
        inside = (n > 1) & shown[:, None]
        spread = stats.spread.reshape(n.shape)
        squares += math.fsum((spread[inside] ** 2 * (n[inside] - 1)).tolist())
        freedom += int((n[inside] - 1).sum())
        answers += int(n[inside].sum())
        seen.update(np.flatnonzero(inside.any(axis=1)).tolist())
    if len(seen) < SUBJECTS_FROM or answers < ANSWERS_FROM:
        return Spread(SPREAD_USUAL[scale], _Z)
    return Spread(max(SPREAD_FLOOR[scale], round_half_up((squares / freedom) ** 0.5)), t_quantile(freedom))


@cache
def t_quantile(df: int) -> float:
    """Return Student's t for a two-sided 95 % interval.

    Up to 30 degrees of freedom by bisection of the closed form (Abramowitz and Stegun, 26.7.3 and 26.7.4),
    beyond by the expansion in 1/df (26.7.5), which is then good to six digits.
    Raises: ValueError below one degree of freedom.
    """
    if df < 1:
        raise ValueError("an interval needs at least one degree of freedom")
    if df > 30:
        z = _Z
        return (
            z
            + (z**3 + z) / (4 * df)
            + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * df**2)
            + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * df**3)
        )
    low, high = 0.0, 13.0
    for _step in range(60):
        middle = (low + high) / 2
        if _central_probability(middle, df) < 0.95:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _central_probability(t: float, df: int) -> float:
    """Return P(-t < T < t) for Student's T."""
    angle = math.atan(t / math.sqrt(df))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = df % 2
    if df == 1:
        return 2 * angle / math.pi
    term = cosine if odd else 1.0
    total = term
    for i in range(2 + odd, df - 1, 2):
        term *= cosine**2 * (i - 1) / i
        total += term
    return 2 / math.pi * (angle + sine * total) if odd else sine * total
