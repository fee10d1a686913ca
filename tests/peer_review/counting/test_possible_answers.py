"""M, counted as the module counts it, beside a reader who simply tries everything."""

from collections import Counter
from fractions import Fraction
from itertools import combinations_with_replacement, product

import pytest

from peer_review.counting.possible_answers import ANSWERS, ENOUGH, fewest, finest_bins, possible_sets, statistic, tenths


def tried(scale: str, sizes: tuple[int, ...], shares: list[Fraction], *, trim: bool) -> dict:
    """Every set of all answers, and for each reader the different sets of the others that go with each figure."""
    classes = [list(combinations_with_replacement(ANSWERS[scale], size)) for size in sizes]
    others: dict[int, dict[tuple[int, int], set]] = {}
    for sets in product(*classes):
        value = sum((share * statistic(own, trim=trim) for share, own in zip(shares, sets, strict=True)), Fraction())
        for number, own in enumerate(sets):
            for answer in own:
                left = Counter(own) - Counter([answer])
                rest = tuple(sorted(left.elements())), sets[:number], sets[number + 1 :]
                others.setdefault(tenths(value), {}).setdefault((number, answer), set()).add(rest)
    return {value: {reader: len(rests) for reader, rests in by.items()} for value, by in others.items()}


@pytest.mark.parametrize(
    ("scale", "sizes", "shares", "trim"),
    [
        ("anchors", (5,), [Fraction(1)], False),
        ("anchors", (6,), [Fraction(1)], True),
        ("grades", (7,), [Fraction(1)], True),
        ("grades", (1, 4), [Fraction(1, 5), Fraction(4, 5)], False),
        ("anchors", (2, 3), [Fraction(2, 5), Fraction(3, 5)], False),
    ],
)
def test_sets_are_those_that_a_reader_finds_who_tries_everything(
    scale: str, sizes: tuple[int, ...], shares: list[Fraction], trim: bool
) -> None:
    assert possible_sets(scale, sizes, shares, trim=trim) == tried(scale, sizes, shares, trim=trim)


def test_the_only_way_to_a_mean_at_the_end_is_one_set() -> None:
    """All five gave the best mark: who sees 100.0 knows the other four, whatever the rules call that."""
    possible = possible_sets("anchors", (5,), [Fraction(1)], trim=False)
    assert possible[1000] == {(0, 100): 1}
    assert fewest(possible, [1000]) == 1
    # Four fives and one four: the one who gave the four knows all others.
    assert possible[960] == {(0, 100): 1, (0, 80): 1}


@pytest.mark.parametrize(("voters", "bins"), [(5, 7), (8, 25), (12, 74)])
def test_finest_bins_of_four_grades(voters: int, bins: int) -> None:
    possible = possible_sets("grades", (voters,), [Fraction(1)], trim=False)
    found = finest_bins(possible)
    assert len(found) == bins
    assert found[0][0] == 300
    assert found[-1][1] == 950
    for first, last in found:
        inside = [value for value in possible if first <= value <= last]
        assert fewest(possible, inside) >= ENOUGH
    assert sum(len([v for v in possible if first <= v <= last]) for first, last in found) == len(possible)


def test_no_finer_bins_are_possible() -> None:
    """Of five grades: every way to cut the possible means was tried."""
    possible = possible_sets("grades", (5,), [Fraction(1)], trim=False)
    values = sorted(possible)
    most = {len(values): 0}
    for start in reversed(range(len(values))):
        ways = [
            1 + most[end]
            for end in range(start + 1, len(values) + 1)
            if end in most and fewest(possible, values[start:end]) >= ENOUGH
        ]
        if ways:
            most[start] = max(ways)
    assert most[0] == 7 == len(finest_bins(possible))


def test_where_no_bins_leave_enough_there_is_one() -> None:
    possible = possible_sets("grades", (1,), [Fraction(1)], trim=False)
    assert finest_bins(possible) == ((300, 950),)
