"""What each group of ballots says about each criterion, over all ballots of a round at once."""

from dataclasses import dataclass

import numpy as np

from .scales import Floats, Ints

#: With more ballots than this, one highest and one lowest are dropped (practice).
TRIM_ABOVE = 5


@dataclass(frozen=True, slots=True)
class Stats:
    """Figures of every group, one criterion. Not yet fit to be shown to anybody: see disclosure.

    Shape: (groups,), `distribution` (groups, bins).
    Units: points from 0 to 100; NaN where there is nothing to take a mean of.
    `counted` ballots lie in the group, `n` of them answered, `abstentions` said they do not know enough.
    `trimmed` equals `mean` up to five answers. `spread` is the standard deviation, NaN below two answers.
    """

    counted: Ints
    n: Ints
    mean: Floats
    trimmed: Floats
    spread: Floats
    distribution: Ints

    @property
    def abstentions(self) -> Ints:
        return self.counted - self.n


def aggregate(group: Ints, points: Floats, *, groups: int, edges: tuple[float, ...]) -> Stats:
    """Return the figures of each group for one criterion.

    Shape: group and points are (ballots,); a group below 0 is left out; NaN points are abstentions.
    `edges` are the lower edges of the bins, lowest first.
    """
    inside = group >= 0
    group, points = group[inside], points[inside]
    counted = np.bincount(group, minlength=groups)
    answered = ~np.isnan(points)
    group, points = group[answered], points[answered]
    order = np.lexsort((points, group))
    group, points = group[order], points[order]

    n = np.bincount(group, minlength=groups)
    end = np.cumsum(n)
    start = end - n
    mean = _divide(_sum(group, points, groups), n)
    spread = _spread(group, points, mean, n)

    long = n > TRIM_ABOVE
    first, last = start[long], end[long] - 1
    trimmed = mean.copy()
    total = _sum(group, points, groups)[long]
    trimmed[long] = (total - points[first] - points[last]) / (n[long] - 2)

    bins = np.searchsorted(np.asarray(edges), points, side="right") - 1
    distribution = np.bincount(group * len(edges) + bins, minlength=groups * len(edges))
    return Stats(
        counted=counted,
        n=n,
        mean=mean,
        trimmed=trimmed,
        spread=spread,
        distribution=distribution.reshape(groups, len(edges)),
    )


def _sum(group: Ints, values: Floats, groups: int) -> Floats:
    return np.bincount(group, weights=values, minlength=groups).astype(np.float64)


def _divide(total: Floats, n: Ints | Floats) -> Floats:
    """Return total / n, NaN where n is 0: an empty group has no mean, above all not 0."""
    result = np.full(total.shape, np.nan)
    np.divide(total, n, out=result, where=n > 0)
    return result


def _spread(group: Ints, points: Floats, mean: Floats, n: Ints) -> Floats:
    squares = _sum(group, (points - mean[group]) ** 2, len(n))
    return np.sqrt(_divide(squares, np.maximum(n - 1, 0)))
