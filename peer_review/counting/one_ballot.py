"""Would one ballot change the grade? Every ballot left out in turn, by the rule that the round is scored by.

Leaving a ballot out moves the figure of its own class only, and there it matters what it held and whether it was the
lowest or the highest; so nobody is scored twice. Where even the lowest and the highest answers of all criteria in one
ballot would propose the same grade, no ballot is looked at.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .aggregate import TRIM_ABOVE, Stats
from .combine import class_shares
from .scales import Flags, Floats, Ints


class Rule(Protocol):
    """What a score is made by; see release.Plan."""

    @property
    def floor(self) -> int: ...
    @property
    def trim(self) -> bool: ...
    @property
    def class_weights(self) -> Floats: ...
    @property
    def subject_weights(self) -> Floats: ...
    @property
    def anonymous(self) -> Flags | None: ...
    @property
    def criterion_weights(self) -> Floats: ...
    @property
    def bands(self) -> tuple[float, ...]: ...
    @property
    def decimals(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Part:
    """One criterion: the points of its answers, its figures by (subject, class), and whose figures are shown.

    Shape: points (ballots,), NaN where nothing was answered (or not asked); shown (subjects,).
    """

    points: Floats
    stats: Stats
    shown: Flags


def one_ballot_decides(subject: Ints, voter_class: Ints, parts: list[Part], rule: Rule) -> Flags:
    """Return of which subjects the score without some one ballot would propose another grade.

    A ballot is left out with all its answers. What the floor shows is not asked anew: the criteria are those that are
    shown, and fewer ballots than the floor are scored as the rule scores them. False where nothing is shown.
    Shape: subject and voter_class are (ballots,); returns (subjects,).
    """
    subjects = len(parts[0].shown) if parts else 0
    weights = rule.criterion_weights
    known = np.array([part.shown for part in parts]).reshape(len(parts), subjects)
    total = (weights[:, None] * known).sum(axis=0)
    scored = total > 0
    if not scored.any():
        return np.zeros(subjects, dtype=bool)
    cell = subject * len(rule.class_weights) + voter_class
    without = [_Without(cell, part, rule) for part in parts]
    whole = _score([criterion.value for criterion in without], weights, known, total)
    now = _grades(whole, rule)

    # The furthest that any ballot of a class could move the score, were it extreme in every criterion at once.
    classes = len(rule.class_weights)
    reach = np.zeros((subjects, classes), dtype=bool)
    for ends in zip(*(criterion.ends for criterion in without), strict=True):
        score = _score(list(ends), weights, known[:, :, None], total[:, None])
        reach |= _grades(score, rule) != now[:, None]
    reach &= scored[:, None]

    near = np.flatnonzero(reach[subject, voter_class])
    at = subject[near]
    values = [criterion.leaving_out(near) for criterion in without]
    score = _score(values, weights, known[:, at], total[at])
    decides = np.zeros(subjects, dtype=bool)
    decides[at[_grades(score, rule) != now[at]]] = True
    return decides


class _Without:
    """A criterion's figures with one answer fewer."""

    def __init__(self, cell: Ints, part: Part, rule: Rule) -> None:
        classes = len(rule.class_weights)
        self.cell = cell
        self.points, self.trim = part.points, rule.trim
        self.n = part.stats.n
        location = np.nan_to_num(part.stats.trimmed if rule.trim else part.stats.mean).reshape(-1, classes)
        n = self.n.reshape(-1, classes)
        weights, anonymous = rule.subject_weights, rule.anonymous
        shares = class_shares(n, weights, floor=rule.floor, anonymous=anonymous)
        self.value = np.where(n > 0, shares * location, 0.0).sum(axis=1)
        # Each class in turn has one answer fewer: what the others make of the figure then, and its own share.
        self.others, self.share = np.zeros(n.shape), np.zeros(n.shape)
        for number in range(classes):
            fewer = n.copy()
            fewer[:, number] = np.maximum(fewer[:, number] - 1, 0)
            shares = class_shares(fewer, weights, floor=rule.floor, anonymous=anonymous)
            self.share[:, number] = shares[:, number]
            shares[:, number] = 0.0
            self.others[:, number] = np.where(n > 0, shares * location, 0.0).sum(axis=1)
        self._order_statistics()

    def _order_statistics(self) -> None:
        """Find each cell's sum and two lowest and two highest answers."""
        given = ~np.isnan(self.points)
        cell, points = self.cell[given], self.points[given]
        cells = len(self.n)
        self.total = np.bincount(cell, weights=points, minlength=cells)
        self.lowest, self.second_lowest = _two_least(cell, points, cells)
        highest, second = _two_least(cell, -points, cells)
        self.highest, self.second_highest = -highest, -second

    @property
    def ends(self) -> tuple[Floats, Floats]:
        """The figure without the highest, and without the lowest answer of each class, or whole if that is more: a
        ballot may have passed over the criterion. Shape: (subjects, classes) each, the least first."""
        cells = np.arange(len(self.n))
        answered = self.n > 0
        whole = np.repeat(self.value, self.share.shape[1])
        figures = [whole]
        for points in (self.highest, self.lowest):
            figures.append(np.where(answered, self._figure(cells, np.where(answered, points, 0.0)), whole))
        shape = self.share.shape
        return np.min(figures, axis=0).reshape(shape), np.max(figures, axis=0).reshape(shape)

    def leaving_out(self, ballots: Ints) -> Floats:
        """Return the figure of each ballot's subject without that ballot."""
        points, cell = self.points[ballots], self.cell[ballots]
        figures: Floats = self.value[cell // self.share.shape[1]]
        given = ~np.isnan(points)
        figures[given] = self._figure(cell[given], points[given])
        return figures

    def _figure(self, cell: Ints, points: Floats) -> Floats:
        """Return the figure of each cell's subject when the cell loses an answer of these points."""
        left = self.n[cell] - 1
        total = self.total[cell] - points
        if self.trim:
            lowest = np.where(points == self.lowest[cell], self.second_lowest[cell], self.lowest[cell])
            highest = np.where(points == self.highest[cell], self.second_highest[cell], self.highest[cell])
            cut = left > TRIM_ABOVE
            total = np.where(cut, total - lowest - highest, total)
            left = np.where(cut, left - 2, left)
        location = np.divide(total, left, out=np.zeros(len(cell)), where=left > 0)
        figures: Floats = self.others.reshape(-1)[cell] + self.share.reshape(-1)[cell] * location
        return figures


def _two_least(cell: Ints, points: Floats, cells: int) -> tuple[Floats, Floats]:
    """Return the least and the second least of each cell, the same twice where two are equal; 0 where missing."""
    least, second = np.full(cells, np.inf), np.full(cells, np.inf)
    np.minimum.at(least, cell, points)
    is_least = points == least[cell]
    np.minimum.at(second, cell[~is_least], points[~is_least])
    twice = np.bincount(cell[is_least], minlength=cells) > 1
    second = np.where(twice, least, second)
    return np.where(np.isfinite(least), least, 0.0), np.where(np.isfinite(second), second, 0.0)


def _score(values: list[Floats], weights: Floats, known: Flags, total: Floats) -> Floats:
    """Return the score over the criteria that are shown; NaN where none is."""
    sums = np.zeros(values[0].shape)
    for value, weight, shown in zip(values, weights, known, strict=True):
        sums += np.where(shown, weight * value, 0.0)
    score: Floats = np.divide(sums, total, out=np.full(sums.shape, np.nan), where=total > 0)
    return score


def _grades(score: Floats, rule: Rule) -> Ints:
    """Return the number of the band that each score falls into once rounded as published, the best 0."""
    if rule.decimals is not None:
        factor = 10.0**rule.decimals
        score = np.floor(score * factor + 0.5 + 1e-9) / factor
    # Bands are (90, 70, 60): at or above the first is 0, below the last is 3.
    lowest = np.asarray(rule.bands)
    grades: Ints = (score[..., None] < lowest).sum(axis=-1)
    return grades
