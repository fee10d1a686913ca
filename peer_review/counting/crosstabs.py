"""Means that are made after publication: over the subjects of a section, of a rank, as one voter class sees them.

The rule is that of sections: the mean of the members' figures, each weighing the same. Members whose own figures are
not shown take part as they did at publication, pooled, and only where all of their pool are among the subjects asked
for. For one voter class a member's figure is that class's mean (trimmed, if the scheme trims).

What such a mean tells is a statement over the atoms of the ledger: one atom for each voter class of each member or
pool. Whether it may be shown, counting.ledger says; nothing here decides it. Figures of members that are shown come in
as they are shown (small_groups), so that no mean of them tells more than they do.
"""

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property

import numpy as np

from .combine import exact_shares
from .ledger import Count, ShownStatements, Support, Vector, Who, vector
from .release import Ballots, Criterion, Plan, read_criterion
from .scales import Flags, Floats, Ints, round_half_up


class CriterionAtoms:
    """The atoms of one criterion of a counted round, what was published of them, and what a mean of some would be.

    Units are the subjects in the plan's order, then the pools; an atom is unit x classes + class.
    """

    def __init__(self, ballots: Ballots, plan: Plan, at: int) -> None:
        self._ballots, self._plan, self._at = ballots, plan, at
        self._made: Criterion = read_criterion(ballots, plan, at)
        self._classes = len(plan.class_weights)
        pools = len(self._made.rest_members)
        counts = [self._made.stats.n, self._made.rest_stats.n]
        self._n: Ints = np.concatenate(counts).reshape(-1, self._classes)
        self._values: Floats = np.concatenate(
            [stats.trimmed if plan.trim else stats.mean for stats in (self._made.stats, self._made.rest_stats)]
        )
        shown = self._made.bases.subject_shown
        self._members: Ints = np.concatenate([shown.astype(np.int64), self._made.rest_members])
        # In which unit each subject's ballots are, -1 for those that are published nowhere.
        self._unit: Ints = np.where(shown, np.arange(len(shown)), -1)
        for pool, subjects in self._made.rest_places.items():
            self._unit[subjects] = len(shown) + pool
        for unit, number in np.argwhere(self._made.bases.classes_shown[:, None] & (self._made.n > 0)).tolist():
            mean = self._made.voter_class(unit, number)
            assert mean is not None
            self._values[unit * self._classes + number] = mean.shown.value
        self._apart: Flags = np.concatenate([self._made.bases.classes_shown, np.zeros(pools, dtype=bool)])
        # Merged answers are of no class alone: a mean of one class leaves them out.
        of_class = np.zeros((len(shown), self._classes), dtype=bool) if plan.merged is None else plan.merged
        self._merged: Flags = np.concatenate([of_class, np.zeros((pools, self._classes), dtype=bool)])

    def shown_statements(self) -> ShownStatements[Support]:
        """Return what was shown of this criterion: what was published of it."""
        return ShownStatements(self._bases(), supports=self._supports, enough=self._plan.floor)

    def statement(self, inside: Flags, voter_class: int | None = None) -> Vector:
        """Return what the mean over these subjects, (subjects,), says about the atoms; empty if there is none.

        One voter class of one member is shown by publication or not at all: the mean of a single one whose classes are
        not shown is no statement.
        """
        weights: dict[int, Fraction] = {}
        units = self._units(inside, voter_class)
        if voter_class is not None and len(units) == 1 and not self._apart[units[0]]:
            return {}
        total = int(self._members[units].sum())
        for unit in units.tolist():
            part = Fraction(int(self._members[unit]), total)
            for number, share in enumerate(self._shares(unit)) if voter_class is None else ((voter_class, 1),):
                weights[unit * self._classes + number] = part * share
        return vector(weights)

    def value(self, inside: Flags, voter_class: int | None = None) -> float | None:
        """Return the mean over these subjects in points, rounded as published, None if there is none."""
        if voter_class is None:
            mean = self._made.group(inside)
            value = None if mean is None else mean.value
        else:
            units = self._units(inside, voter_class)
            members = self._members[units]
            values = self._values[units * self._classes + voter_class]
            value = float((values * members).sum() / members.sum()) if len(units) else None
        if value is None or self._plan.decimals is None:
            return value
        return round_half_up(value, self._plan.decimals)

    def _units(self, inside: Flags, voter_class: int | None) -> Ints:
        """Return the shown subjects and the whole pools among these; with a voter class, those with answers of it."""
        units: Flags = self._members > 0
        units[: len(inside)] &= inside
        for pool, subjects in self._made.rest_places.items():
            units[len(inside) + pool] &= bool(inside[subjects].all())
        if voter_class is not None:
            units &= (self._n[:, voter_class] > 0) & ~self._merged[:, voter_class]
        return np.flatnonzero(units)

    def _shares(self, unit: int) -> tuple[Fraction, ...]:
        plan = self._plan
        weights = plan.class_weights if plan.weights is None or unit >= len(plan.weights) else plan.weights[unit]
        anonymous = None if plan.anonymous is None else tuple(plan.anonymous.tolist())
        return exact_shares(tuple(self._n[unit].tolist()), tuple(weights.tolist()), plan.floor, anonymous)

    def _bases(self) -> Iterator[Vector]:
        for unit in np.flatnonzero(self._members).tolist():
            if self._apart[unit]:
                yield from ({unit * self._classes + number: 1} for number in np.flatnonzero(self._n[unit]).tolist())
            else:
                shares = enumerate(self._shares(unit))
                yield vector({unit * self._classes + number: share for number, share in shares})

    @cached_property
    def _supports(self) -> list[dict[int, Support]]:
        """Return how many answers, sheets and people stand behind each atom. Sheets only where they hold several."""
        supports: list[dict[int, Support]] = [{int(atom): Count(int(n)) for atom, n in enumerate(self._n.ravel()) if n}]
        ballots, plan = self._ballots, self._plan
        asked = np.ones(self._classes, dtype=bool) if plan.asked is None else plan.asked[self._at]
        if ballots.sheet is not None and len(np.unique(ballots.sheet)) < len(ballots.sheet):
            given = asked[ballots.voter_class] & ~np.isnan(ballots.answers[:, self._at])
            supports.append(self._who(ballots.subject[given], ballots.voter_class[given], ballots.sheet[given]))
        if plan.roll is not None:
            may = asked[plan.roll.voter_class]
            supports.append(self._who(plan.roll.subject[may], plan.roll.voter_class[may], plan.roll.person[may]))
        return supports

    def _who(self, subject: Ints, voter_class: Ints, who: Ints) -> dict[int, Support]:
        unit = self._unit[subject]
        shown = unit >= 0
        atoms = unit[shown] * self._classes + voter_class[shown]
        behind: defaultdict[int, set[int]] = defaultdict(set)
        for atom, holder in zip(atoms.tolist(), who[shown].tolist(), strict=True):
            behind[atom].add(holder)
        return {int(atom): Who(frozenset(behind.get(int(atom), ()))) for atom in np.flatnonzero(self._n.ravel())}
