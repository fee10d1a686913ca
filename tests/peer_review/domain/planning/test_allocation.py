"""What plans come to: the table, lists, exclusions, months together, chance; whatever the order of the input."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peer_review.domain.planning.allocation import Allotment, allot, months_before
from peer_review.domain.planning.eligibility import list_groups
from peer_review.domain.planning.plan import Plan, read_plan
from peer_review.exceptions.base import EmptyRoll
from peer_review.exceptions.planning import NoMatchingClass, TooManyPapers
from peer_review.providers.roll import Person

pytestmark = pytest.mark.usefixtures("in_english")

DAY = date(2026, 11, 1)
CLASSES = ("superiors", "peers", "subordinates")
SEED = "5e" * 32
#: Two directors; sections a and b with a head, a deputy of another tier in a, clerks.
HOUSE = [
    ("L1", "office", 0, False),
    ("L2", "office", 0, False),
    ("Ha", "a", 1, True),
    ("Da", "a", 2, False),
    ("a1", "a", 3, False),
    ("a2", "a", 3, False),
    ("Hb", "b", 2, True),
    ("b1", "b", 3, False),
    ("b2", "b", 3, False),
]


def house(since: dict[str, date] | None = None) -> list[Person]:
    return [
        Person(n, name, section, section.upper(), f"r{rank}", f"Rank {rank}", rank, head, (since or {}).get(name))
        for n, (name, section, rank, head) in enumerate(HOUSE, start=1)
    ]


ID = {name: n for n, (name, *_rest) in enumerate(HOUSE, start=1)}


def named(made: Allotment) -> dict[tuple[str, str], set[str]]:
    """(subject, class) → names of evaluators"""
    return {
        (made.subjects[subject].label, voters): {made.people[one].name for one in group}
        for subject, voters, group in made.lines()
    }


def plan(kind: str = "tier", **keys: Any) -> Plan:
    return read_plan({"v": 1, **keys}, kind=kind, classes=CLASSES)


def use(made: Plan, *, kind: str = "tier", people: list[Person] | None = None, **more: Any) -> Allotment:
    return allot(made, kind=kind, people=people or house(), classes=CLASSES, seed=SEED, day=DAY, **more)


def cell(evaluators: str, subjects: str, voters: str, reach: str) -> dict[str, str]:
    return {"from": evaluators, "to": subjects, "class": voters, "reach": reach}


def test_section_heads_are_one_rank_of_the_table_whatever_their_tier() -> None:
    assert [(one.key, one.label, one.people) for one in list_groups(house())] == [
        ("t0", "Rank 0", 2),
        ("heads", "Section heads", 2),
        ("t2", "Rank 2", 1),
        ("t3", "Rank 3", 4),
    ]


def test_the_table_says_who_evaluates_whom_how_far() -> None:
    cells = [
        cell("heads", "t3", "superiors", "own"),
        cell("t3", "t3", "peers", "other"),
        cell("t3", "heads", "subordinates", "house"),
    ]

    found = named(use(plan(pattern="matrix", matrix=cells)))

    assert found == {
        ("a1", "superiors"): {"Ha"},
        ("a2", "superiors"): {"Ha"},
        ("b1", "superiors"): {"Hb"},
        ("b2", "superiors"): {"Hb"},
        ("a1", "peers"): {"b1", "b2"},
        ("a2", "peers"): {"b1", "b2"},
        ("b1", "peers"): {"a1", "a2"},
        ("b2", "peers"): {"a1", "a2"},
        ("Ha", "subordinates"): {"a1", "a2", "b1", "b2"},
        ("Hb", "subordinates"): {"a1", "a2", "b1", "b2"},
    }


def test_only_chosen_ranks_and_sections_are_evaluated() -> None:
    made = use(plan(groups=["t3", "heads"], sections=["a"]))

    assert [one.label for one in made.subjects] == ["Ha", "a1", "a2"]


def test_a_list_alone_is_the_whole_plan_and_an_addition_overrides_the_class() -> None:
    lines = {"peers": {f"p{ID['a1']}": [ID["b1"], ID["Ha"], 99]}}

    alone = use(plan(pattern="list", lines=lines))
    added = use(plan(lines=lines))

    assert named(alone) == {("a1", "peers"): {"b1", "Ha"}}
    assert alone.unknown_lines == 1
    assert named(added)["a1", "peers"] == {"b1", "Ha", "a2"}
    assert "Ha" not in named(added)["a1", "superiors"]


def test_exclusions_hold_for_pattern_list_and_chance() -> None:
    key = f"p{ID['a1']}"
    out = {(ID["b1"], key), (ID["a2"], key)}
    lines = {"peers": {key: [ID["b1"], ID["b2"]]}}

    for made in (plan(lines=lines), plan(pattern="list", lines=lines), plan(lines=lines, sample={"peers": 3})):
        assert named(use(made, excluded=out))["a1", "peers"] == {"b2"}


def test_named_people_are_certain_and_chance_fills_up() -> None:
    lines = {"peers": {f"p{ID['a1']}": [ID["b2"]]}}
    cells = [cell("t3", "t3", "peers", "house")]

    found = named(use(plan(pattern="matrix", matrix=cells, lines=lines, sample={"peers": 2})))

    assert "b2" in found["a1", "peers"]
    assert {subject: len(group) for (subject, _voters), group in found.items()} == {"a1": 2, "a2": 2, "b1": 2, "b2": 2}


def test_newcomers_do_not_evaluate_their_section_nor_it_them() -> None:
    people = house({"a2": date(2026, 6, 2), "a1": date(2026, 5, 1), "Ha": date(2020, 1, 1)})

    made = use(plan(months=6, house_wide=False), people=people)

    found = named(made)
    assert found["a1", "superiors"] == {"Ha", "Da"}
    assert ("a1", "peers") not in found
    assert ("a2", "superiors") not in found
    assert made.without_since == 6


@pytest.mark.parametrize(("late", "evaluators"), [(0, {"a2"}), (1, set())])
def test_who_came_so_many_months_before_the_day_has_been_there_long_enough(late: int, evaluators: set[str]) -> None:
    people = house({"a1": months_before(DAY, 6) + timedelta(days=late)})

    found = named(use(plan(months=6, house_wide=False), people=people))

    assert found.get(("a1", "peers"), set()) == evaluators


@pytest.mark.parametrize(
    ("day", "months", "limit"),
    [
        (date(2026, 11, 1), 6, date(2026, 5, 1)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 1, 15), 0, date(2026, 1, 15)),
    ],
)
def test_months_are_calendar_months(day: date, months: int, limit: date) -> None:
    assert months_before(day, months) == limit


def test_sections_are_evaluated_by_all_others_in_the_table_too() -> None:
    found = named(use(plan("section", pattern="matrix", matrix=[cell("t3", "*", "peers", "other")]), kind="section"))

    assert found == {("A", "peers"): {"b1", "b2"}, ("B", "peers"): {"a1", "a2"}}


def test_what_comes_to_nothing_or_to_too_much_is_refused(settings: Any) -> None:
    with pytest.raises(EmptyRoll):
        allot(Plan(), kind="tier", people=[], classes=CLASSES, day=DAY)
    with pytest.raises(EmptyRoll):
        use(plan(pattern="matrix", matrix=[cell("t9", "t3", "peers", "own")]))
    with pytest.raises(NoMatchingClass):
        allot(Plan(), kind="person", people=house(), classes=("x", "y"), day=DAY)
    settings.PEER_REVIEW_MAX_PAPERS = 20
    with pytest.raises(TooManyPapers):
        use(Plan())


@st.composite
def organisations(draw: st.DrawFn) -> tuple[list[Person], int, set[tuple[int, str]]]:
    size = draw(st.integers(2, 24))
    sections = draw(st.lists(st.sampled_from("abc"), min_size=size, max_size=size))
    people = [Person(n * 7 % 101, f"n{n}", key, key) for n, key in enumerate(sections, start=1)]
    users = st.sampled_from([one.user_id for one in people])
    pairs = draw(st.sets(st.tuples(users, users), max_size=12))
    return people, draw(st.integers(1, 6)), {(one, f"p{other}") for one, other in pairs}


@given(organisations(), st.randoms())
@settings(max_examples=60)
def test_chance_is_balanced_respects_exclusions_and_forgets_the_order_of_the_input(
    organisation: tuple[list[Person], int, set[tuple[int, str]]], shuffler: Any
) -> None:
    people, wanted, excluded = organisation
    made = plan(pattern="matrix", matrix=[cell("t0", "t0", "peers", "house")], sample={"peers": wanted})
    try:
        first = use(made, people=people, excluded=excluded)
    except EmptyRoll:
        return

    users = {one.name: one.user_id for one in people}
    found = {subject: group for (subject, _voters), group in named(first).items()}
    for one in people:
        able = {n for n in users if n != one.name and (users[n], f"p{one.user_id}") not in excluded}
        assert found.get(one.name, set()) <= able
        assert len(found.get(one.name, set())) == min(wanted, len(able))
    loads = Counter(name for group in found.values() for name in group)
    if not excluded and len(people) > wanted:
        assert {loads[one.name] for one in people} == {wanted}

    shuffler.shuffle(people)
    assert named(use(made, people=people, excluded=excluded)) == named(first)
