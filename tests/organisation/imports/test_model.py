"""A plan: what it counts, and what is new and changed in it."""

import datetime

from organisation.imports.model import (
    MAX_ERRORS,
    Change,
    ImportPlan,
    PlannedRank,
    PlannedSection,
    RecordedPerson,
    no_progress,
)


def test_plan_counts_all_errors_and_keeps_the_first() -> None:
    plan = ImportPlan()
    for row in range(MAX_ERRORS + 5):
        plan.refuse("人员", row, "Name", "x")

    assert (plan.error_count, len(plan.errors), plan.errors[-1].row) == (MAX_ERRORS + 5, MAX_ERRORS, MAX_ERRORS - 1)


def test_sections_and_ranks_are_new_changed_or_neither() -> None:
    plan = ImportPlan()
    plan.sections = {
        "A": PlannedSection("A", "甲"),
        "B": PlannedSection("B", "乙", pk=1, changes={"name": ("丙", "乙")}),
        "C": PlannedSection("C", "丁", pk=2),
    }
    plan.ranks = {
        "R": PlannedRank("R", "科长", 1),
        "S": PlannedRank("S", "科员", 2, pk=1, changes={"order": ("1", "2")}),
    }

    assert [[item.code for item in items] for items in (plan.new_sections, plan.changed_sections)] == [["A"], ["B"]]
    assert [[item.code for item in items] for items in (plan.new_ranks, plan.changed_ranks)] == [["R"], ["S"]]
    assert plan.changes_anything


def test_plan_that_changes_nothing_says_so() -> None:
    plan = ImportPlan(unchanged=3, sections={"C": PlannedSection("C", "丁", pk=2)})
    assert not plan.changes_anything

    person = RecordedPerson(1, 1, "7", "7", "张三", "", "", "", datetime.date(2020, 1, 1), None)
    plan.left.append(Change(person, left=datetime.date(2026, 1, 1)))
    assert plan.changes_anything


def test_nobody_need_hear_of_the_progress() -> None:
    assert no_progress("rows", 1, 2) is None
