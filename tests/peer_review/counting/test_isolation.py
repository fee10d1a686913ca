"""Figures of several rounds about one subject: held against a search that tries every group of voters by ranks."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import chain, combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peer_review.counting.isolation import Join, Lump, Occasion, Places, Search, display_of, exposes, joined, lumps_of

FLOOR = 3
#: For each round the class of each voter, -1 for not asked.
Rolls = Sequence[Sequence[int]]
Row = list[Fraction]


def occasion(classes: int = 1, *, floor: int = FLOOR, questions: tuple[tuple[int, ...], ...] = ()) -> Occasion:
    """Return a round whose classes weigh 1, 2, 3 …"""
    return Occasion(floor, tuple(Fraction(at + 1) for at in range(classes)), questions or (tuple(range(classes)),))


def lumps(rolls: Rolls, counts: Sequence[bool] | None = None) -> tuple[Lump, ...]:
    voters: list[tuple[Places, bool]] = []
    for voter in range(len(rolls[0])):
        places = tuple((at, roll[voter]) for at, roll in enumerate(rolls) if roll[voter] >= 0)
        if places:
            voters.append((places, counts[voter] if counts else True))
    return lumps_of(voters)


def searched(rolls: Rolls, *, classes: int = 1, floor: int = FLOOR, asked: int = -1) -> bool:
    occasions = [occasion(classes, floor=floor)] * len(rolls)
    return exposes(asked % len(rolls), occasions, lumps(rolls))


# The oracle: rounds, classes and voters one by one, nothing of the search


def may_show(roll: Sequence[int], classes: int, floor: int, rule: str) -> list[Row]:
    """Return the rows that a round shows under a rule for classes under the floor, a weight for each voter."""
    groups = [{at} for at in range(classes) if at in roll]
    if sum(voted >= 0 for voted in roll) < floor:
        return []
    size = lambda group: sum(voted in group for voted in roll)  # noqa: E731
    if rule == "weighted" and any(size(group) < floor for group in groups):
        return [[Fraction(voted + 1, roll.count(voted)) if voted >= 0 else Fraction(0) for voted in roll]]
    while short := [group for group in groups if size(group) < floor]:
        thin = short[-1] if rule == "ladder" else min(groups, key=size)
        at = groups.index(thin)
        neighbours = groups[at - 1 : at] + groups[at + 1 : at + 2] if at else groups[1:2]
        other = neighbours[-1] if rule == "down" else neighbours[0]
        other |= thin
        groups.remove(thin)
    return [[Fraction(voted in group) for voted in roll] for group in groups]


def null_space(rows: Sequence[Row], unknowns: int) -> list[Row]:
    """Return a base of all x with row · x = 0 for each row."""
    left, pivots = [list(row) for row in rows], list[int]()
    done: list[Row] = []
    for column in range(unknowns):
        if (found := next((row for row in left if row[column]), None)) is None:
            continue
        left.remove(found)
        found = [value / found[column] for value in found]
        left = [[a - row[column] * b for a, b in zip(row, found, strict=True)] for row in left]
        done = [[a - row[column] * b for a, b in zip(row, found, strict=True)] for row in done] + [found]
        pivots.append(column)
    base = []
    for free in (column for column in range(unknowns) if column not in pivots):
        x = [Fraction(0)] * unknowns
        x[free] = Fraction(1)
        for pivot, row in zip(pivots, done, strict=True):
            x[pivot] = -row[free]
        base.append(x)
    return base


def oracle(rolls: Rolls, *, classes: int, floor: int, asked: int) -> bool:
    """Say whether a sum with a row of `asked` isolates fewer than `floor`: every choice, every group of voters."""
    voters = range(len(rolls[0]))
    groups = [set(group) for n in range(floor) for group in combinations(voters, n)]
    for rule in ("ladder", "up", "down", "weighted"):
        mine, *others = [
            may_show(roll, classes, floor, rule) for roll in (rolls[asked], *rolls[:asked], *rolls[asked + 1 :])
        ]
        if not mine or not any(others):
            continue
        rows = [*mine, *chain.from_iterable(others)]
        for group in groups:
            outside = [[row[voter] for row in rows] for voter in voters if voter not in group]
            base = null_space(outside, len(rows))
            told = any(any(x[: len(mine)]) for x in base)
            left = any(sum(x[at] * rows[at][voter] for at in range(len(rows))) for x in base for voter in group)
            if told and left:
                return True
    return False


@st.composite
def drawn_rolls(draw: st.DrawFn) -> tuple[Rolls, int]:
    classes = draw(st.integers(1, 3))
    voters = draw(st.integers(3, 8))
    first = draw(st.lists(st.integers(-1, classes - 1), min_size=voters, max_size=voters))
    rolls = [first]
    for _round in range(draw(st.integers(1, 2))):
        # Rolls that are near to one before: those are the dangerous ones.
        roll = list(draw(st.sampled_from(rolls)))
        for voter in draw(st.lists(st.integers(0, voters - 1), max_size=3)):
            roll[voter] = draw(st.integers(-1, classes - 1))
        rolls.append(roll)
    return rolls, classes


@settings(max_examples=400, deadline=None)
@given(drawn_rolls())
def test_the_search_finds_what_every_combination_of_up_to_three_rounds_finds(case: tuple[Rolls, int]) -> None:
    rolls, classes = case
    for asked in range(len(rolls)):
        expected = oracle(rolls, classes=classes, floor=FLOOR, asked=asked)
        assert searched(rolls, classes=classes, asked=asked) is expected


@pytest.mark.parametrize(
    ("rolls", "exposed"),
    [
        # Attack: five people, then the target as well; and the other way round.
        (([0, 0, 0, 0, 0, -1], [0, 0, 0, 0, 0, 0]), True),
        (([0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, -1]), True),
        # The same people, others altogether, as many others as the floor.
        (([0] * 6, [0] * 6), False),
        (([0] * 3 + [-1] * 3, [-1] * 3 + [0] * 3), False),
        (([0] * 3 + [-1] * 3, [0] * 6), False),
        # One exchanged for another: two marks, subtracted.
        (([0] * 5 + [-1], [0] * 4 + [-1, 0]), True),
        # Three rounds of which any two go together: (a b c d e f) - (a b c) - (d e).
        (([0, 0, 0, 0, 0, 0, 0], [0, 0, 0, -1, -1, -1, -1], [-1, -1, -1, 0, 0, 0, -1]), True),
        (([0] * 7, [0, 0, 0, -1, -1, -1, -1]), False),
        (([0] * 7, [-1, -1, -1, 0, 0, 0, -1]), False),
    ],
)
def test_rounds_that_differ_by_fewer_than_the_floor_expose(rolls: Rolls, exposed: bool) -> None:
    assert searched(rolls) is exposed


def test_a_class_split_in_another_way_exposes_whoever_moved() -> None:
    first = [0, 0, 0, 0, 1, 1, 1]
    assert searched((first, [0, 0, 0, 1, 1, 1, 1]), classes=2)
    assert not searched((first, first), classes=2)
    # Three moved: the floor.
    assert not searched(([0] * 6 + [1] * 3, [0] * 3 + [1] * 6), classes=2)


@pytest.mark.parametrize(
    ("sizes", "up", "down"),
    [
        ([3, 4, 5], [[0], [1], [2]], [[0], [1], [2]]),
        ([3, 2, 4], [[0, 1], [2]], [[0], [1, 2]]),
        ([1, 2, 4], [[0, 1], [2]], [[0, 1], [2]]),
        ([4, 2, 1], [[0], [1, 2]], [[0], [1, 2]]),
        ([2, 1, 1, 2], [[0, 1, 2, 3]], [[0, 1, 2, 3]]),
        ([1, 1], [[0, 1]], [[0, 1]]),
        ([7], [[0]], [[0]]),
    ],
)
def test_a_class_under_the_floor_joins_its_neighbour(sizes: list[int], up: Any, down: Any) -> None:
    assert joined(sizes, 3, upwards=True) == up
    assert joined(sizes, 3, upwards=False) == down


def test_a_display_is_the_classes_or_what_they_are_joined_to() -> None:
    rolls = lumps([[0, 0, 0, 1, 2, 2, 2]])
    three = occasion(3)

    def shown(join: Join) -> object:
        display = display_of(0, three, (0, 1, 2), join, rolls)
        return display and (display.figures, display.least)

    # The lumps are the classes: three, one and three voters.
    assert shown(Join.UP) == ((((0, 1), (1, 1)), ((2, 1),)), 3)
    assert shown(Join.DOWN) == ((((0, 1),), ((1, 1), (2, 1))), 3)
    # Weights 1, 2, 3: each of the first class weighs 1/3, the one of the second 2, each of the third 1.
    assert shown(Join.WEIGHTED) == ((((0, 1), (1, 6), (2, 3)),), 7)


def test_a_display_is_what_the_ladder_of_the_count_joins() -> None:
    """The lowest class first, upwards: neither of the ways in which the thinnest comes first ends so."""
    sizes = [6, 1, 4, 6, 2, 7]
    rolls = lumps([[number for number, size in enumerate(sizes) for _voter in range(size)]])
    six = occasion(6, floor=5)

    def shown(join: Join) -> list[list[int]]:
        display = display_of(0, six, range(6), join, rolls)
        assert display is not None
        return [[lump for lump, _weight in figure] for figure in display.figures]

    assert shown(Join.LADDER) == [[0], [1, 2], [3, 4], [5]]
    assert shown(Join.UP) == [[0, 1, 2], [3, 4], [5]]
    assert shown(Join.DOWN) == [[0], [1, 2], [3], [4, 5]]


def test_a_class_that_is_asked_otherwise_is_joined_to_none() -> None:
    rolls = lumps([[0, 0, 0, 1, 1, 2, 2, 2]])
    asked_less = occasion(3, questions=((0, 2), (0, 1, 2)))
    display = display_of(0, asked_less, (0, 1, 2), Join.LADDER, rolls)
    assert display is not None
    assert display.figures == (((0, 1),), ((2, 1),))
    # All of them too few: each is destroyed.
    thin = lumps([[0, 0, 1, 1]])
    assert display_of(0, occasion(2, questions=((0,), (0, 1))), (0, 1), Join.LADDER, thin) is None


def test_the_same_people_again_expose_nobody_however_thin_their_classes() -> None:
    for roll in ([0, 0, 1, 1, 2, 2], [0, 0, 0, 1, 2, 2, 2], [0, 1, 1, 1, 1]):
        assert not searched((roll, roll, roll), classes=3)


def test_a_criterion_asked_of_one_class_is_a_figure_of_that_class() -> None:
    """The whole differs by enough, the leaders by one: who alone answer a criterion."""
    rolls = ([0, 0, 0, -1, 1, 1, 1, -1, -1, -1], [0, 0, 0, 0, -1, -1, -1, 1, 1, 1])
    both, leaders = occasion(2, floor=4), occasion(2, floor=3, questions=((0,), (0, 1)))
    assert not exposes(1, [both, both], lumps(rolls))
    assert exposes(1, [leaders, leaders], lumps(rolls))


def test_those_whose_marks_others_may_know_count_as_nobody() -> None:
    """Three join, of whom two vote by envelope: one mark is left for whoever filled in the two."""
    rolls = ([0, 0, 0, 0, -1, -1, -1], [0] * 7)
    two = [occasion()] * 2
    assert not exposes(1, two, lumps(rolls))
    assert exposes(1, two, lumps(rolls, [True] * 5 + [False] * 2))
    # One of them alone is found all the same.
    alone = ([0, 0, 0, 0, -1], [0] * 5)
    assert exposes(1, two, lumps(alone, [True] * 4 + [False]))


def test_too_few_voters_show_nothing_that_could_be_subtracted() -> None:
    assert not searched(([0, 0, -1], [0, 0, 0]))
    assert not searched(([0, 0, 0], [0, 0, -1]))


def test_a_lower_floor_is_not_refused_for_its_own_figures_but_for_subtracting_from_a_higher() -> None:
    lower, higher = occasion(floor=3), occasion(floor=5)
    # Four voters, as that round's terms allow, none of whom voted before.
    apart = lumps(([0] * 6 + [-1] * 4, [-1] * 6 + [0] * 4))
    assert not exposes(1, [higher, lower], apart)
    # Two of those six, left over by four: fewer than either floor.
    assert exposes(1, [higher, lower], lumps(([0] * 6, [0] * 4 + [-1] * 2)))


def test_what_earlier_rounds_show_of_each_other_stands_against_the_same_people_again() -> None:
    """The newcomer's mark of today is today's figure minus that of the round before they came."""
    before, since = [0, 0, 0, -1], [0, 0, 0, 0]
    assert searched((before, since, since))
    # Of quite other people nothing is learnt by it.
    others = ([0, 0, 0, -1, -1, -1, -1], [0, 0, 0, 0, -1, -1, -1], [-1, -1, -1, -1, 0, 0, 0])
    assert not searched(others)


def test_more_choices_than_can_be_looked_at_count_as_exposed(monkeypatch: pytest.MonkeyPatch) -> None:
    rolls = ([0, 0, 1, 1], [0, 0, 1, 1])
    assert not searched(rolls, classes=2)
    # One question, joined as the count does, upwards, downwards, or weighted.
    monkeypatch.setattr("peer_review.counting.isolation.CHOICES", 4)
    assert not searched(rolls, classes=2)
    monkeypatch.setattr("peer_review.counting.isolation.CHOICES", 3)
    assert searched(rolls, classes=2)


def test_somebody_who_votes_in_two_classes_is_in_both_figures() -> None:
    twice = lumps_of([(((0, 0), (0, 1)), True), *[(((0, 0),), True)] * 3, *[(((0, 1),), True)] * 2])
    shown = display_of(0, occasion(2), (0, 1), Join.UP, twice)
    assert shown is not None
    numbers = {lump.places: at for at, lump in enumerate(twice)}
    both, first, second = numbers[(0, 0), (0, 1)], numbers[((0, 0),)], numbers[((0, 1),)]
    assert [dict(figure) for figure in shown.figures] == [{both: 1, first: 1}, {both: 1, second: 1}]


def test_a_search_answers_the_same_again() -> None:
    search, rolls = Search(), ([0, 0, 0, -1], [0, 0, 0, 0])
    two, same = [occasion()] * 2, lumps(rolls)
    assert search.exposes(1, two, same)
    assert search.exposes(1, two, same)
    assert not search.exposes(1, two, lumps(([0] * 4, [0] * 4)))
