"""Means that are made after publication: over the subjects of a section, of a rank, as one voter class sees them.

The rule is that of sections: the mean of the members' figures, each weighing the same. Members whose own figures are
not shown take no part. For one voter class a member's figure is that class's mean (trimmed, if the scheme trims).

What such a mean tells is a statement over the atoms of the ledger: one atom for each voter class of each member.
Whether it may be shown, counting.ledger says; nothing here decides it. Figures of members that are shown come in
as they are shown (small_groups), so that no mean of them tells more than they do.
"""

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property

import numpy as np

from .ledger import Count, ShownStatements, Support, Vector, Who, vector
from .release import Ballots, Criterion, Plan, read_criterion
from .scales import Flags, Floats, Ints, round_half_up


class CriterionAtoms:
    """The atoms of one criterion of a counted round, what was published of them, and what a mean of some would be.

    An atom is subject x classes + class, by their places in the plan's order.
    """

    def __init__(self, ballots: Ballots, plan: Plan, at: int) -> None:
        self._ballots, self._plan, self._at = ballots, plan, at
        self._made: Criterion = read_criterion(ballots, plan, at)
        self._classes = len(plan.class_weights)
        self._n: Ints = self._made.n
        self._values: Floats = (self._made.stats.trimmed if plan.trim else self._made.stats.mean).copy()
        self._shown: Flags = self._made.bases.subject_shown
        self._apart: Flags = self._made.bases.classes_shown
        # Of a class declared not anonymous what it would be shown as, wherever it is not shown by itself.
        by_themselves = self._apart[:, None] | (self._shown[:, None] & ~self._made.anonymous)
        for subject, number in np.argwhere(by_themselves & (self._n > 0)).tolist():
            self._values[subject * self._classes + number] = self._made.class_shown(subject, number).value
        # Merged answers are of no class alone: a mean of one class leaves them out.
        self._merged: Flags = np.zeros(self._n.shape, dtype=bool) if plan.merged is None else plan.merged

    @property
    def hides_some(self) -> bool:
        """Whether any subject has answers that are in no figure of it."""
        return bool((~self._shown & (self._n.sum(axis=1) > 0)).any())

    def shown_statements(self) -> ShownStatements[Support]:
        """Return what was shown of this criterion: what was published of it."""
        return ShownStatements(self._bases(), supports=self._supports, enough=self._plan.floor)

    def statement(self, inside: Flags, voter_class: int | None = None) -> Vector:
        """Return what the mean over these subjects, (subjects,), says about the atoms; empty if there is none.

        One voter class of one member is shown by publication or not at all: the mean of a single one whose classes are
        not shown is no statement.
        """
        weights: dict[int, Fraction] = {}
        members = self._members(inside, voter_class)
        if voter_class is not None and len(members) == 1 and not self._apart[members[0]]:
            return {}
        for member in members.tolist():
            part = Fraction(1, len(members))
            for number, share in enumerate(self._shares(member)) if voter_class is None else ((voter_class, 1),):
                weights[member * self._classes + number] = part * share
        return vector(weights)

    def value(self, inside: Flags, voter_class: int | None = None) -> float | None:
        """Return the mean over these subjects in points, rounded as published, None if there is none."""
        if voter_class is None:
            mean = self._made.group(inside)
            value = None if mean is None else mean.value
        else:
            members = self._members(inside, voter_class)
            values = self._values[members * self._classes + voter_class]
            value = float(values.mean()) if len(members) else None
        if value is None or self._plan.decimals is None:
            return value
        return round_half_up(value, self._plan.decimals)

    def _members(self, inside: Flags, voter_class: int | None) -> Ints:
        """Return the shown subjects among these; with a voter class, those with answers of it."""
        members = self._shown & inside
        if voter_class is not None:
            members &= (self._n[:, voter_class] > 0) & ~self._merged[:, voter_class]
        return np.flatnonzero(members)

    def _shares(self, subject: int) -> tuple[Fraction, ...]:
        return self._made.shares(subject)

    def _bases(self) -> Iterator[Vector]:
        for subject in np.flatnonzero(self._shown).tolist():
            atoms = range(subject * self._classes, (subject + 1) * self._classes)
            if self._apart[subject]:
                yield from ({atom: 1} for atom, n in zip(atoms, self._n[subject].tolist(), strict=True) if n)
            else:
                # Whoever knows the answers of a class declared not anonymous takes them out of every sum.
                anonymous = dict(zip(atoms, self._made.anonymous.tolist(), strict=True))
                shares = vector(dict(zip(atoms, self._shares(subject), strict=True)))
                yield from ({atom: 1} for atom in shares if not anonymous[atom])
                yield {atom: share for atom, share in shares.items() if anonymous[atom]}

    @cached_property
    def _supports(self) -> list[dict[int, Support]]:
        """Return how many answers, sheets and people stand behind each atom. Sheets only where they hold several.

        Answers and sheets that others may know stand behind none; of the people, the plan's roll leaves them out. Those
        of classes declared not anonymous are never asked for: they can be taken out of every sum (_bases).
        """
        unknown = self._made.unknown.ravel().tolist()
        supports: list[dict[int, Support]] = [
            {atom: Count(unknown[atom]) for atom, n in enumerate(self._n.ravel().tolist()) if n}
        ]
        ballots, plan = self._ballots, self._plan
        asked = np.ones(self._classes, dtype=bool) if plan.asked is None else plan.asked[self._at]
        if ballots.sheet is not None and len(np.unique(ballots.sheet)) < len(ballots.sheet):
            given = asked[ballots.voter_class] & ~np.isnan(ballots.answers[:, self._at])
            who = self._who(ballots.subject[given], ballots.voter_class[given], ballots.sheet[given])
            supports.append({atom: self._without_known(atom, sheets) for atom, sheets in who.items()})
        if plan.roll is not None:
            may = asked[plan.roll.voter_class]
            who = self._who(plan.roll.subject[may], plan.roll.voter_class[may], plan.roll.person[may])
            supports.append(dict(who))
        return supports

    def _without_known(self, atom: int, sheets: Who) -> Who:
        """Return the sheets of an atom but the last ones, as many as others may know.

        Which these are nobody can tell. Of atoms of one cell, the sheets that are left are together never more than all
        of theirs less those known: what is among the last of them all is among the last of each.
        """
        known = 0 if self._plan.known is None else int(self._plan.known.ravel()[atom])
        return Who(frozenset(sorted(sheets.who)[: max(0, len(sheets.who) - known)]))

    def _who(self, subject: Ints, voter_class: Ints, who: Ints) -> dict[int, Who]:
        shown = self._shown[subject]
        atoms = subject[shown] * self._classes + voter_class[shown]
        behind: defaultdict[int, set[int]] = defaultdict(set)
        for atom, holder in zip(atoms.tolist(), who[shown].tolist(), strict=True):
            behind[atom].add(holder)
        return {int(atom): Who(frozenset(behind.get(int(atom), ()))) for atom in np.flatnonzero(self._n.ravel())}
