"""Who may evaluate whom by rank and section: the usual pattern of each kind of round, and the table."""

from datetime import date
from typing import Any

import pytest

from peer_review.domain.planning.allocation import allot
from peer_review.domain.planning.eligibility import (
    CLASS_KEYS,
    class_for,
    group_keys,
    leaders_of,
    list_groups,
    list_sections,
    pools_for,
    propose_subjects,
)
from peer_review.domain.planning.plan import Pattern, Plan
from peer_review.enums import RoundKind
from peer_review.providers.roll import Person

pytestmark = pytest.mark.usefixtures("in_english")

#: Two leaders, sections a and b with a head each, three and two staff.
HOUSE = {
    "L1": ("office", 0, False),
    "L2": ("office", 0, False),
    "Ha": ("a", 1, True),
    "a1": ("a", 2, False),
    "a2": ("a", 2, False),
    "a3": ("a", 2, False),
    "Hb": ("b", 1, True),
    "b1": ("b", 2, False),
    "b2": ("b", 2, False),
}


def house() -> list[Person]:
    return [
        Person(
            user_id=number,
            name=name,
            section_key=section,
            section_name=section.upper(),
            rank_order=rank,
            is_section_head=head,
        )
        for number, (name, (section, rank, head)) in enumerate(HOUSE.items(), start=1)
    ]


def evaluators(kind: str, *, house_wide: bool) -> dict[str, dict[str, set[str]]]:
    """subject → capacity → names"""
    plan = Plan(house_wide=house_wide)
    made = allot(plan, kind=kind, people=house(), classes=CLASS_KEYS[kind], day=date(2026, 11, 1))
    found: dict[str, dict[str, set[str]]] = {one.label: {} for one in made.subjects}
    for subject, capacity, group in made.lines():
        names = [made.people[one].name for one in group]
        assert len(set(names)) == len(names)
        found[made.subjects[subject].label][capacity] = set(names)
    return found


def test_person_to_person_asks_the_section_and_house_wide_leaders_and_heads() -> None:
    wide = evaluators(RoundKind.PERSON, house_wide=True)
    narrow = evaluators(RoundKind.PERSON, house_wide=False)

    assert wide["a1"] == {"staff": {"a2", "a3"}, "section_heads": {"Ha", "Hb"}, "leaders": {"L1", "L2"}}
    assert narrow["a1"] == {"staff": {"a2", "a3"}, "section_heads": {"Ha"}}
    assert wide["L1"] == {"leaders": {"L2"}, "section_heads": {"Ha", "Hb"}}


def test_section_to_section_asks_everyone_outside_and_leaves_out_the_leaders_office() -> None:
    found = evaluators(RoundKind.SECTION, house_wide=True)

    assert set(found) == {"A", "B"}
    assert found["A"] == {"staff": {"b1", "b2"}, "section_heads": {"Hb"}, "leaders": {"L1", "L2"}}


def test_by_tier_asks_superiors_peers_and_subordinates() -> None:
    wide = evaluators(RoundKind.TIER, house_wide=True)
    narrow = evaluators(RoundKind.TIER, house_wide=False)

    assert wide["a1"] == {"superiors": {"Ha", "L1", "L2"}, "peers": {"a2", "a3"}}
    assert narrow["a1"] == {"superiors": {"Ha"}, "peers": {"a2", "a3"}}
    assert wide["Ha"] == {"superiors": {"L1", "L2"}, "peers": {"Hb"}, "subordinates": {"a1", "a2", "a3"}}
    # A head has no superior in the own section: the top tier steps in, house-wide or not.
    assert narrow["Ha"] == wide["Ha"]
    assert wide["L1"] == {"peers": {"L2"}, "subordinates": {"Ha", "Hb", "a1", "a2", "a3", "b1", "b2"}}


@pytest.mark.parametrize("kind", RoundKind.values)
@pytest.mark.parametrize("house_wide", [True, False])
def test_nobody_evaluates_themselves_or_the_own_section(kind: str, house_wide: bool) -> None:
    section_of = {name: section.upper() for name, (section, _rank, _head) in HOUSE.items()}
    for subject, groups in evaluators(kind, house_wide=house_wide).items():
        for group in groups.values():
            assert subject not in group
            if kind == RoundKind.SECTION:
                assert subject not in {section_of[name] for name in group}


def test_one_tier_only_has_no_leaders() -> None:
    people = [Person(user_id=n, name=str(n), section_key="a", section_name="A") for n in (1, 2)]

    plan = Plan(house_wide=True)
    made = allot(plan, kind="person", people=people, classes=CLASS_KEYS["person"], day=date(2026, 11, 1))

    assert {capacity for _subject, capacity, _group in made.lines()} == {"staff"}


def test_leaders_of_are_the_top_tier_where_there_are_two() -> None:
    assert leaders_of(house()) == {0, 1}
    assert leaders_of(house()[3:6]) == frozenset()
    assert leaders_of([]) == frozenset()


def test_group_keys_make_one_group_of_section_heads_below_the_top() -> None:
    assert group_keys(house()) == ["t0", "t0", "heads", "t2", "t2", "t2", "heads", "t2", "t2"]
    # A head of the top tier belongs to the top.
    people = [Person(1, "L", "a", "A", rank_order=0, is_section_head=True), Person(2, "c", "a", "A", rank_order=1)]
    assert group_keys(people) == ["t0", "t1"]


def test_list_groups_goes_from_the_top_down_and_names_ranks() -> None:
    names = ["Director", "Deputy", "", "Clerk", "Senior clerk", "Principal clerk", "", "", ""]
    tiers = (0, 0, 1, 2, 2, 2, 3, 3, 3)
    people = [
        Person(n, "x", "a", "A", rank_name=name, rank_order=tiers[n], is_section_head=n == 2)
        for n, name in enumerate(names)
    ]

    groups = [(group.key, group.label, group.people) for group in list_groups(people)]

    assert groups == [
        ("t0", "Director / Deputy", 2),
        ("heads", "Section heads", 1),
        ("t2", "Clerk / Senior clerk …", 3),
        ("t3", "Tier 3", 3),
    ]


def test_list_sections_keeps_the_organisations_order_and_names_all() -> None:
    people = [Person(1, "x", "b", "Beta"), Person(2, "y", "a", ""), Person(3, "z", "b", "Beta")]

    assert list_sections(people) == [("b", "Beta"), ("a", "a")]


@pytest.mark.parametrize(
    ("narrowed", "keys"),
    [
        ({}, ["p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9"]),
        ({"groups": ["heads"]}, ["p3", "p7"]),
        ({"sections": ["b"]}, ["p7", "p8", "p9"]),
        ({"groups": ["t2"], "sections": ["b"]}, ["p8", "p9"]),
        ({"groups": []}, []),
    ],
)
def test_propose_subjects_narrows_people_by_group_and_section(narrowed: dict[str, Any], keys: list[str]) -> None:
    assert [subject.key for subject in propose_subjects(RoundKind.TIER, house(), **narrowed)] == keys


def test_propose_subjects_leaves_out_sections_of_leaders_alone() -> None:
    subjects = propose_subjects(RoundKind.SECTION, house())

    assert [(one.key, one.label, one.user_id) for one in subjects] == [("sa", "A", None), ("sb", "B", None)]
    assert [one.key for one in propose_subjects(RoundKind.SECTION, house(), sections=["b"])] == ["sb"]


@pytest.mark.parametrize(
    ("capacity", "classes", "found"),
    [
        ("peers", ["superiors", "peers"], "peers"),
        ("peers", ["everybody"], "everybody"),
        ("peers", ["superiors", "staff"], None),
        ("peers", [], None),
    ],
)
def test_class_for_takes_everyone_into_the_only_class(capacity: str, classes: list[str], found: str | None) -> None:
    assert class_for(capacity, classes) == found


def test_pools_for_a_list_are_empty() -> None:
    pools = pools_for(
        Plan(pattern=Pattern.LIST), kind=RoundKind.TIER, people=house(), classes=["peers"], house_wide=True
    )

    assert pools(propose_subjects(RoundKind.TIER, house())[0]) == {}


def test_pools_for_a_table_reach_the_own_section_others_or_the_whole_house() -> None:
    matrix = {
        ("t2", "t2"): ("peers", "own"),
        ("heads", "t2"): ("superiors", "other"),
        ("t0", "t2"): ("superiors", "house"),
    }
    plan = Plan(pattern=Pattern.MATRIX, matrix=matrix)
    pools = pools_for(plan, kind=RoundKind.TIER, people=house(), classes=["superiors", "peers"], house_wide=False)
    by_name = {subject.label: pools(subject) for subject in propose_subjects(RoundKind.TIER, house())}

    assert {voters: group.tolist() for voters, group in by_name["a1"].items()} == {
        "peers": [3, 4, 5],  # the subject too, taken out later
        "superiors": [0, 1, 6],
    }
    assert by_name["Ha"] == {}
