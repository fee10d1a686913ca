"""One figure from several voter classes: Σ weight × class mean, renormalised, with its interval."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from .aggregate import TRIM_ABOVE, Stats
from .scales import Flags, Floats, Ints


@dataclass(frozen=True, slots=True)
class Combined:
    """Weighted figures, shape (groups,); NaN where nothing was answered. `error` is their standard error if answers
    differ by one point: how many answered, weighed."""

    value: Floats
    error: Floats
    n: Ints
    shares: Floats  # (groups, classes), rows sum to 1


def class_shares(n: Ints, weights: Floats, *, floor: int, anonymous: Flags | None = None) -> Floats:
    """Return what share each class has in a group's figure.

    The scheme's weights are renormalised over the classes that have answers: an empty class adds no 0. Where a
    class is so small that one of its ballots would carry more than 1/floor of the figure (one leader with
    weight 0.5 would be readable from it), its share is cut back to that and the others take up the rest. A class that
    is declared not anonymous keeps its full weight.
    Shape: n is (groups, classes), weights (classes,) or one row a group, anonymous (classes,), None: all are; returns
        (groups, classes), zeros for an empty group.
    """
    base = np.where(n > 0, weights, 0.0)
    shares = _normalise(base)
    ceiling = n / float(floor)
    if anonymous is not None:
        ceiling = np.where(anonymous, ceiling, np.inf)
    cut = np.zeros(n.shape, dtype=bool)
    small = n.sum(axis=1) < floor  # Nothing helps there; such groups are never shown.
    for _class in range(n.shape[1]):
        over = (shares > ceiling + 1e-12) & ~cut & ~small[:, None]
        if not over.any():
            break
        cut |= over
        room = 1.0 - np.where(cut, ceiling, 0.0).sum(axis=1, keepdims=True)
        shares = np.where(cut, ceiling, _normalise(np.where(cut, 0.0, base)) * room)
    return shares


@lru_cache(maxsize=1 << 14)
def exact_shares(
    n: tuple[int, ...], weights: tuple[float, ...], floor: int, anonymous: tuple[bool, ...] | None = None
) -> tuple[Fraction, ...]:
    """Return combine.class_shares of one group as fractions: where something turns on them, it must not turn on
    the last bit."""
    base = [Fraction(str(weight)) if many else Fraction(0) for many, weight in zip(n, weights, strict=True)]
    total = sum(base)
    if not total:
        return tuple(base)
    shares = [weight / total for weight in base]
    cut: set[int] = set()
    while sum(n) >= floor and (
        over := {
            at
            for at, many in enumerate(n)
            if at not in cut and (anonymous is None or anonymous[at]) and shares[at] > Fraction(many, floor)
        }
    ):
        cut |= over
        room = 1 - sum(Fraction(n[at], floor) for at in cut)
        rest = sum(weight for at, weight in enumerate(base) if at not in cut)
        shares = [
            Fraction(n[at], floor) if at in cut else (weight / rest * room if rest else Fraction(0))
            for at, weight in enumerate(base)
        ]
    return tuple(shares)


def combine(stats: Stats, weights: Floats, *, floor: int, trim: bool, anonymous: Flags | None = None) -> Combined:
    """Return the weighted figure of every group, from statistics whose groups are (group, class) row by row.

    weights, anonymous: as of class_shares.

    Its error is made of how many answered alone: a group's own spread would tell, beside its mean, what its few answers
    were. Answers that are left out of a mean make it no surer.
    """
    classes = weights.shape[-1]
    n = stats.n.reshape(-1, classes)
    shares = class_shares(n, weights, floor=floor, anonymous=anonymous)
    location = (stats.trimmed if trim else stats.mean).reshape(-1, classes)
    value = np.where(n > 0, shares * np.nan_to_num(location), 0.0).sum(axis=1)
    value[n.sum(axis=1) == 0] = np.nan
    counting = np.where(trim & (n > TRIM_ABOVE), n - 2, n)
    squares = np.where(n > 0, shares**2 / np.maximum(counting, 1), 0.0).sum(axis=1)
    error = np.where(n.sum(axis=1) > 0, np.sqrt(squares), np.nan)
    return Combined(value=value, error=error, n=n.sum(axis=1), shares=shares)


def _normalise(base: Floats) -> Floats:
    total = base.sum(axis=1, keepdims=True)
    shares = np.zeros(base.shape)
    np.divide(base, total, out=shares, where=total > 0)
    return shares
