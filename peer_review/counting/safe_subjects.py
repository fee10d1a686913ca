"""Of which subjects a score without severity may be shown: no sum of figures may take a single sheet apart.

A subject's adjusted score depends on the marks that its raters gave to *other* subjects. If all sheets but one marked
it, that one sheet's severity stands in the adjusted score and not in the plain mean: the difference would tell it. Two
sheets are interchangeable in every figure only if they are of one voter class and answered the same questions about
the same subjects. So the subjects that are fitted are chosen such that, looking at them alone, the sheets fall into
groups of interchangeable ones of at least `floor` sheets each (sheets that answered nothing are in no group). The fit
treats all of a group alike, and every plain mean of these subjects is made of whole groups: so whatever is added and
subtracted, what is left over consists of whole groups again.

Which subjects are chosen depends on who answered, never on what.
"""

from collections.abc import Sequence

import numpy as np

from .scales import Flags, Ints


def safe_subjects(answered: Sequence[Ints], voter_class: Ints, *, floor: int) -> tuple[int, ...]:
    """Return the positions of the subjects that may be fitted together, in ascending order.

    Subjects join one after the other, as long as every group stays large enough, first those about which the fewest
    sheets answered something else than most of their class; of several with as many, all that could join alone join
    together or none does, so that the order in which they are listed decides nothing. Groups only split when a subject
    joins, so what is refused once would be refused later.
    Shape: answered has one (sheets,) a subject: a number for which of the questions about it the sheet answered, 0
        for none; voter_class (sheets,).
    """
    sheets = len(voter_class)
    groups = np.unique(voter_class, return_inverse=True)[1].reshape(-1).astype(np.int64)
    marked = np.zeros(sheets, dtype=bool)
    anything = np.any(answered, axis=0) if len(answered) else marked
    odd = [_odd_sheets(marks[anything], groups[anything]) for marks in answered]
    chosen: list[int] = []
    for many in sorted(set(odd)):
        # A subject that nobody marked joins nothing.
        tied = [at for at, sheets_off in enumerate(odd) if sheets_off == many and answered[at].any()]
        tied = [at for at in tied if _are_large(*_split(groups, marked, [answered[at]]), floor=floor)]
        if not tied:
            continue
        new_groups, new_marked = _split(groups, marked, [answered[at] for at in tied])
        if len(tied) == 1 or _are_large(new_groups, new_marked, floor=floor):
            groups, marked = new_groups, new_marked
            chosen += tied
    return tuple(sorted(chosen))


def _odd_sheets(answered: Ints, voter_class: Ints) -> int:
    """Return how many sheets answered something else about a subject than most of their class did."""
    pairs, counts = np.unique(np.stack([voter_class, answered]), axis=1, return_counts=True)
    most = np.zeros(int(voter_class.max(initial=0)) + 1, dtype=np.int64)
    np.maximum.at(most, pairs[0], counts)
    return int(counts.sum() - most.sum())


def _split(groups: Ints, marked: Flags, answered: Sequence[Ints]) -> tuple[Ints, Flags]:
    """Return the groups after more subjects have joined, and which sheets marked any."""
    for marks in answered:
        groups = np.unique(groups * (int(marks.max(initial=0)) + 1) + marks, return_inverse=True)[1].reshape(-1)
        marked = marked | (marks > 0)
    return groups.astype(np.int64), marked


def _are_large(groups: Ints, marked: Flags, *, floor: int) -> bool:
    sizes = np.bincount(groups[marked])
    return bool((sizes[sizes > 0] >= floor).all())
