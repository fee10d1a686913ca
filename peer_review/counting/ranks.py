"""Whose mean by rank may be shown to people who may not see the members' own figures.

Sections, ranks and the unit overlap: three people of one rank in a section may stand alone in none of the three means,
and yet be what is left when some are taken from others. So ranks are let in one by one, each only if together with all
means that are shown no sum isolates so few members; here members are the atoms, and each is one.
"""

from collections.abc import Iterator
from typing import TypedDict, Unpack

import numpy as np

from .ledger import Beside, Count, ShownStatements, Support, Vector, Verdict
from .scales import Ints

#: With more sections than this it is not looked from within each of them: a rank that needs it is held back.
HEADS = 200


def comparable_ranks(sizes: Ints, *, open_sections: frozenset[int], unit_open: bool, floor: int) -> frozenset[int]:
    """Return the ranks whose means may be shown beside those of the shown sections and, where it is, of the unit.

    Shape: sizes is (criteria, sections, ranks + 1), how many members have a figure; the last column has no rank.
    No sum of means holds `floor` members or fewer, not even for somebody who knows all members of one section, as its
    head does. Larger ranks come first; where one would tell too much it is held back, and the next is tried.
    """
    ranks = sizes.shape[2] - 1 if len(sizes) else 0
    if ranks <= 0:
        return frozenset()
    tables = np.unique(sizes, axis=0)
    least = tables.sum(axis=1).min(axis=0)[:ranks]
    shown: list[int] = []
    for rank in sorted(range(ranks), key=lambda at: (-int(least[at]), at)):
        if least[rank] > floor and all(
            _may_join(table, rank, beside=shown, open_sections=open_sections, unit_open=unit_open, enough=floor + 1)
            for table in tables
        ):
            shown.append(rank)
    return frozenset(shown)


class _Told(TypedDict):
    """What the readers know already; see _shown_statements."""

    beside: list[int]
    open_sections: frozenset[int]
    unit_open: bool
    enough: int


def _may_join(table: Ints, rank: int, **knowledge: Unpack[_Told]) -> bool:
    def verdict(support: type[Count] | type[Beside], *, without: int | None = None) -> Verdict:
        shown, asked = _shown_statements(table, rank, support, without=without, **knowledge)
        return shown.judge(asked)

    # Cautious first: as if whatever section is largest in a sum were known. What passes that passes for every head.
    if verdict(Beside).allows:
        return True
    heads: list[int] = [int(at) for at in np.flatnonzero(table.sum(axis=1))]
    if len(heads) > HEADS:
        return False
    return verdict(Count).allows and all(verdict(Count, without=head).allows for head in heads)


def _shown_statements(
    table: Ints,
    rank: int,
    support: type[Count] | type[Beside],
    *,
    without: int | None,
    beside: list[int],
    open_sections: frozenset[int],
    unit_open: bool,
    enough: int,
) -> tuple[ShownStatements[Support], Vector]:
    """Return what is told already, with members of a section and rank as one atom, and the rank's own statement.

    Means are taken as sums: the same up to their scale. `without`: a section whose members the reader knows.
    """
    ranks = table.shape[1]

    def atoms() -> Iterator[tuple[int, int, int, int]]:
        for section, of in np.argwhere(table):
            if section != without:
                yield int(section) * ranks + int(of), int(section), int(of), int(table[section, of])

    listed = list(atoms())
    supports: dict[int, Support] = {
        atom: Count(members) if support is Count else Beside(((section, members),))
        for atom, section, _of, members in listed
    }
    bases = [{atom: 1 for atom, section, _of, _n in listed if section == number} for number in sorted(open_sections)]
    shown: ShownStatements[Support] = ShownStatements(
        [base for base in bases if base], supports=[supports], enough=enough
    )
    if unit_open:
        shown.add({atom: 1 for atom, *_rest in listed})
    for other in beside:
        shown.add({atom: 1 for atom, _section, of, _n in listed if of == other})
    return shown, {atom: 1 for atom, _section, of, _n in listed if of == rank}
