"""One figure from several voter classes: Σ weight × class mean, renormalised, with its interval."""

from dataclasses import dataclass

import numpy as np

from .aggregate import TRIM_ABOVE, Stats
from .intervals import t_quantile
from .scales import Floats, Ints


@dataclass(frozen=True, slots=True)
class Combined:
    """Weighted figures, shape (groups,). `half` is half the 95 % interval; all NaN where nothing was answered."""

    value: Floats
    half: Floats
    n: Ints
    shares: Floats  # (groups, classes), rows sum to 1


def class_shares(n: Ints, weights: Floats, *, floor: int) -> Floats:
    """Return what share each class has in a group's figure.

    The scheme's weights are renormalised over the classes that have answers: an empty class adds no 0. Where a
    class is so small that one of its ballots would carry more than 1/floor of the figure (one leader with
    weight 0.5 would be readable from it), its share is cut back to that and the others take up the rest.
    Shape: n is (groups, classes), weights (classes,); returns (groups, classes), zeros for an empty group.
    """
    base = np.where(n > 0, weights, 0.0)
    shares = _normalise(base)
    ceiling = n / float(floor)
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


def combine(stats: Stats, weights: Floats, *, floor: int, trim: bool, spread_floor: float) -> Combined:
    """Return the weighted figure of every group, from statistics whose groups are (group, class) row by row.

    The interval takes each class's variance of its mean and adds them up by the squared shares, with degrees of
    freedom after Welch and Satterthwaite; for a single class this is the ordinary t interval with n - 1. No
    variance is taken to be less than spread_floor²: a narrower interval would tell that all agree.
    """
    classes = len(weights)
    n = stats.n.reshape(-1, classes)
    shares = class_shares(n, weights, floor=floor)
    location = (stats.trimmed if trim else stats.mean).reshape(-1, classes)
    value = np.where(n > 0, shares * np.nan_to_num(location), 0.0).sum(axis=1)
    value[n.sum(axis=1) == 0] = np.nan

    variance, df = _variance(stats, trim=trim, spread_floor=spread_floor, classes=classes)
    parts = shares**2 * variance
    total = parts.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = total**2 / np.where(df > 0, parts**2 / np.maximum(df, 1), 0.0).sum(axis=1)
    # Whole degrees, rounded down; the last bit of a division must not turn 9 into 8.
    freedom = np.clip(np.nan_to_num(freedom, nan=1.0, posinf=1e9) + 1e-9, 1, 10_000).astype(np.int64)
    quantile = np.array([t_quantile(int(degrees)) for degrees in freedom])
    half = np.where(n.sum(axis=1) > 1, quantile * np.sqrt(total), np.nan)
    return Combined(value=value, half=half, n=n.sum(axis=1), shares=shares)


def _variance(stats: Stats, *, trim: bool, spread_floor: float, classes: int) -> tuple[Floats, Ints]:
    """Return each class mean's variance and degrees of freedom, (groups, classes).

    A class with one answer borrows the spread of the group's other classes: it has none of its own.
    """
    n = stats.n.reshape(-1, classes)
    cut = trim & (n > TRIM_ABOVE)
    spread = np.where(cut, stats.winsorised.reshape(-1, classes), stats.spread.reshape(-1, classes))
    known = n > 1
    df = np.where(cut, n - 3, np.maximum(n - 1, 0))
    pooled = (np.where(known, np.nan_to_num(spread) ** 2, 0.0) * df).sum(axis=1) / np.maximum(df.sum(axis=1), 1)
    square = np.where(known, np.nan_to_num(spread) ** 2, pooled[:, None])
    square = np.maximum(square, spread_floor**2)
    scale = np.where(cut, n / np.maximum(n - 2.0, 1.0) ** 2, 1.0 / np.maximum(n, 1))
    variance = np.where(n > 0, square * scale, 0.0)
    return variance, np.where(known, df, df.sum(axis=1, keepdims=True)).astype(np.int64)


def _normalise(base: Floats) -> Floats:
    total = base.sum(axis=1, keepdims=True)
    shares = np.zeros(base.shape)
    np.divide(base, total, out=shares, where=total > 0)
    return shares
