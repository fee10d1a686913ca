"""Means by rank for readers who may not see the members: no sum of shown means holds `floor` of them or fewer.

The search here tries every sum that matters by brute force: all groups of cells (section, rank), by rank of matrices.
"""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from peer_review.counting.disclosure import comparable
from peer_review.counting.ranks import comparable_ranks
from tests.peer_review.counting.test_ledger import smallest_isolated

FLOOR = 3

tables = st.integers(1, 3).flatmap(
    lambda sections: st.integers(1, 3).flatmap(
        lambda ranks: st.lists(
            st.lists(st.integers(0, 6), min_size=ranks, max_size=ranks), min_size=sections, max_size=sections
        )
    )
)


def means(table: np.ndarray, sections: frozenset[int], ranks: frozenset[int], unit: bool) -> list[dict[int, Fraction]]:
    """Return the shown means as weights over cells, numbered row by row."""
    cells = {(int(s), int(r)): int(s) * table.shape[1] + int(r) for s, r in np.argwhere(table)}
    shown = [{at: Fraction(1) for (s, _r), at in cells.items() if s == one} for one in sections]
    shown += [{at: Fraction(1) for (_s, r), at in cells.items() if r == one} for one in ranks]
    return [*shown, dict.fromkeys(cells.values(), Fraction(1))] if unit else shown


def worst(table: np.ndarray, shown: list[dict[int, Fraction]]) -> int:
    """Return the fewest members that a stranger, or a head who knows one section, isolates."""
    width, members = table.shape[1], table.ravel()
    found = []
    for known in (None, *range(len(table))):
        atoms = [int(at) for at in np.flatnonzero(members) if at // width != known]
        statements = [{at: w for at, w in one.items() if at in atoms} for one in shown]
        if atoms and any(statements):
            found.append(smallest_isolated(statements, atoms, lambda group: int(members[group].sum())))
    return min((one for one in found if one), default=0)


def open_to_all(table: np.ndarray) -> tuple[frozenset[int], bool, frozenset[int]]:
    sections, unit = comparable(table.sum(axis=1)[None], floor=FLOOR)
    # The last column holds those without a rank.
    sizes = np.pad(table, ((0, 0), (0, 1)))[None]
    return sections, unit, comparable_ranks(sizes, open_sections=sections, unit_open=unit, floor=FLOOR)


@given(tables)
@settings(max_examples=60, deadline=None)
def test_no_sum_of_shown_means_holds_so_few_members_that_one_is_told(drawn: list[list[int]]) -> None:
    table = np.array(drawn)
    sections, unit, ranks = open_to_all(table)

    smallest = worst(table, means(table, sections, ranks, unit))

    assert smallest == 0 or smallest > FLOOR


def test_showing_every_rank_beside_the_sections_would_tell() -> None:
    """Create the leak, then look for it: two of rank 0 in one section, four in the other."""
    table = np.array([[0, 5], [2, 4]])
    sections, unit, ranks = open_to_all(table)
    assert (sections, unit, ranks) == (frozenset({0, 1}), True, frozenset())

    assert worst(table, means(table, sections, frozenset({1}), unit)) == 2


def test_ranks_that_are_large_in_every_section_are_shown() -> None:
    table = np.array([[6, 5], [5, 7]])
    assert open_to_all(table) == (frozenset({0, 1}), True, frozenset({0, 1}))


def test_a_rank_too_small_in_one_criterion_is_held_back_in_all() -> None:
    large = np.array([[6, 5, 0], [5, 7, 0]])
    small = np.array([[6, 1, 0], [5, 1, 0]])
    shown = comparable_ranks(np.array([large, small]), open_sections=frozenset({0, 1}), unit_open=True, floor=FLOOR)
    assert shown == frozenset()


def test_a_round_without_ranks_or_criteria_shows_none() -> None:
    empty = np.zeros((0, 2, 3), dtype=np.int64)
    assert comparable_ranks(empty, open_sections=frozenset(), unit_open=True, floor=FLOOR) == frozenset()
    assert comparable_ranks(np.array([[[9]]]), open_sections=frozenset(), unit_open=True, floor=FLOOR) == frozenset()
