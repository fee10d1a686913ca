"""The marks that one fit explains, and the subjects that may be fitted together."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from peer_review.offline.verifier.constants import FACTORS, MOST_LEVELS
from peer_review.offline.verifier.rules import Row


@dataclass(frozen=True)
class Part:
    """What one fit adds to a subject's score: points, and how far its 95 % interval reaches below and above; of the
    Rasch model also the measure in logits and its standard deviation."""

    value: float
    below: float
    above: float
    measure: float = 0.0
    sd: float = 0.0

    def widened(self, least: float) -> "Part":
        """Return it with an interval of so much at least to both sides."""
        return Part(self.value, max(self.below, least), max(self.above, least), self.measure, self.sd)


@dataclass(frozen=True)
class Linked:
    """The marks of one class about subjects that a chain of sheets links: what one fit explains.

    cells: subject and criterion, ascending. sheets: of each its marks as (number of the cell, points), ascending.
    """

    voter_class: int
    cells: list[tuple[int, int]]
    sheets: list[list[tuple[int, int]]]

    @property
    def subjects(self) -> list[int]:
        return sorted({subject for subject, _criterion in self.cells})

    def marks(self) -> Iterator[tuple[int, int, int, int]]:
        """Yield (subject, sheet, criterion, points)."""
        for sheet, marks in enumerate(self.sheets):
            for cell, points in marks:
                yield self.cells[cell][0], sheet, self.cells[cell][1], points

    @cached_property
    def factors(self) -> dict[str, int]:
        """The random effects that can be told from the others and from chance, and how many levels each has.

        Left out is a factor of which each mark has a level of its own, one that the criteria determine, and one whose
        levels hold the same marks as an earlier one's. Empty too if nothing is left but the criteria's means.
        """
        if self.is_flat:
            return {}
        marks = list(self.marks())
        names = FACTORS if len({criterion for _subject, _sheet, criterion, _points in marks}) > 1 else FACTORS[:2]
        sizes: dict[str, int] = {}
        seen: set[tuple[int, ...]] = set()
        for name in names:
            levels = [level_of(name, subject, sheet, criterion) for subject, sheet, criterion, _points in marks]
            first: dict[tuple[int, ...], int] = {}
            partition = tuple(first.setdefault(level, at) for at, level in enumerate(levels))
            pairs = {(mark[2], level) for mark, level in zip(marks, levels, strict=True)}
            determined = len(pairs) == len({mark[2] for mark in marks})
            if not (determined or len(first) == len(marks) or partition in seen):
                sizes[name] = len(first)
            seen.add(partition)
        return sizes

    @cached_property
    def is_flat(self) -> bool:
        """Whether all marks of each criterion are equal."""
        given: dict[int, set[int]] = defaultdict(set)
        for _subject, _sheet, criterion, points in self.marks():
            given[criterion].add(points)
        return all(len(points) == 1 for points in given.values())

    @property
    def is_too_large(self) -> bool:
        levels = sorted(self.factors.values())[:-1]
        return sum(levels) + len({criterion for _subject, criterion in self.cells}) > MOST_LEVELS


def level_of(name: str, subject: int, sheet: int, criterion: int) -> tuple[int, ...]:
    """Return the level of a factor that a mark has."""
    return {"subject": (subject,), "sheet": (sheet,), "pair": (subject, sheet), "profile": (subject, criterion)}[name]


def link(voter_class: int, sheets: list[list[Row]]) -> Linked:
    """Return the marks of sheets, their cells numbered."""
    given = [
        [((row.subject, at), points) for row in rows for at, points in enumerate(row.points) if points is not None]
        for rows in sheets
    ]
    cells = sorted({cell for sheet in given for cell, _points in sheet})
    number = {cell: at for at, cell in enumerate(cells)}
    return Linked(voter_class, cells, [sorted((number[cell], points) for cell, points in sheet) for sheet in given])


def safe_subjects(answered: dict[int, dict[int, tuple[bool, ...]]], classes: dict[int, int], *, floor: int) -> set[int]:
    """Return the subjects that may be fitted together: looking at them alone, sheets that answered anything fall into
    groups of `floor` at least that answered the same and are of one class.

    Subjects join as long as that holds, first those about which the fewest sheets answered something else than most
    of their class; of several with as many, all that could join alone join together or none does.
    answered: subject → sheet → which questions it answered; a sheet that answered none is not in it.
    """
    active = set().union(*answered.values())
    kept: list[int] = []

    def are_large(subjects: list[int]) -> bool:
        sizes = Counter(
            (classes[sheet], *patterns)
            for sheet in active
            if any(patterns := [answered[at].get(sheet, ()) for at in subjects])
        )
        return all(size >= floor for size in sizes.values())

    odd: dict[int, int] = {}
    for at, sheets in answered.items():
        counts = Counter((classes[sheet], sheets.get(sheet, ())) for sheet in active)
        most: Counter[int] = Counter()
        for (voter_class, _pattern), many in counts.items():
            most[voter_class] = max(most[voter_class], many)
        odd[at] = len(active) - sum(most.values())
    for many in sorted(set(odd.values())):
        tied = [at for at in sorted(odd) if odd[at] == many and answered[at]]
        tied = [at for at in tied if are_large([*kept, at])]
        if tied and are_large([*kept, *tied]):
            kept += tied
    return set(kept)
