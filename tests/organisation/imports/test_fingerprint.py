"""Two plans that would write the same have one fingerprint, and no others."""

import datetime

import pytest

from organisation.imports.fingerprint import fingerprint_of
from organisation.imports.model import (
    Change,
    ImportPlan,
    NewPerson,
    Placement,
    PlannedRank,
    PlannedSection,
    RecordedPerson,
)

DAY = datetime.date(2026, 3, 2)


def plan() -> ImportPlan:
    section, rank = PlannedSection("A", "甲"), PlannedRank("R", "科员", 1)
    placement = Placement(section, rank, False, DAY)
    recorded = RecordedPerson(4, 5, "8", "8", "李四", "", "", "", DAY, None)
    return ImportPlan(
        sections={"A": section},
        ranks={"R": rank},
        added=[NewPerson("7", "7", "张三", "", "", "", DAY, None, placement)],
        changed=[Change(recorded, staff={"phone": "8001"}, moved=Placement(section, rank, True, DAY))],
        left=[Change(recorded, left=DAY)],
    )


def test_equal_plans_have_equal_fingerprints_whatever_they_count() -> None:
    other = plan()
    other.rows, other.unchanged, other.notices = 9, 4, ["x"]

    assert fingerprint_of(plan()) == fingerprint_of(other)
    assert len(fingerprint_of(plan())) == 64


@pytest.mark.parametrize(
    ("thing", "field", "value"),
    [
        ("section", "name", "乙"),
        ("section", "order", 3),
        ("rank", "order", 3),
        ("added", "phone", "8002"),
        ("added", "left", DAY),
        ("placement", "is_head", True),
        ("changed", "returned", True),
        ("moved", "since", datetime.date(2026, 3, 3)),
        ("left", "left", datetime.date(2026, 3, 3)),
    ],
)
def test_whatever_is_written_is_in_the_fingerprint(thing: str, field: str, value: object) -> None:
    changed = plan()
    things = {
        "section": changed.sections["A"],
        "rank": changed.ranks["R"],
        "added": changed.added[0],
        "placement": changed.added[0].placement,
        "changed": changed.changed[0],
        "moved": changed.changed[0].moved,
        "left": changed.left[0],
    }
    setattr(things[thing], field, value)

    assert fingerprint_of(changed) != fingerprint_of(plan())


def test_parent_of_a_new_section_is_in_the_fingerprint() -> None:
    below = plan()
    below.sections["A"].parent = PlannedSection("T", "总局", pk=1)

    assert fingerprint_of(below) != fingerprint_of(plan())
