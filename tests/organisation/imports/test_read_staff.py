"""Rows of staff that are refused, cell by cell."""

from typing import Any

import pytest

from organisation.imports.apply import apply_plan
from organisation.models import Membership, Rank, Section, Staff, User
from tests.factories.imports import HEAD, LI, ZHANG, csv_bytes, read
from tests.factories.organisation import SectionFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]


def snapshot() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (User, Staff, Membership, Section, Rank, User.groups.through)
    ]


@pytest.mark.parametrize(
    ("rows", "row", "column", "reason"),
    [
        ([ZHANG, ["1001", *LI[1:]]], 3, "Employee number", "“1001” stands in row 2 already."),
        ([["", *ZHANG[1:]]], 2, "Employee number", "This cell must not be empty."),
        ([["10 01", *ZHANG[1:]]], 2, "Employee number", "Use letters, digits, dots, dashes only."),
        ([["=A1+1", *ZHANG[1:]]], 2, "Employee number", "The cell holds a formula. Replace it by its value."),
        ([["1001", "", *ZHANG[2:]]], 2, "Name", "This cell must not be empty."),
        ([["1001", "张\u202e三", *ZHANG[2:]]], 2, "Name", "The cell holds an invisible character (U+202E)."),
        ([["1001", "张\u200b三", *ZHANG[2:]]], 2, "Name", "The cell holds an invisible character (U+200B)."),
        ([["1001", "张" * 81, *ZHANG[2:]]], 2, "Name", "The text is longer than 80 characters."),
        ([["1001", "#N/A", *ZHANG[2:]]], 2, "Name", "The cell holds the error value #N/A."),
        ([["1001", "张三", "火星科", *ZHANG[3:]]], 2, "Section", "“火星科” is not known."),
        ([["1001", "张三", "办公室", "元帅", *ZHANG[4:]]], 2, "Rank", "“元帅” is not known."),
        ([[*ZHANG[:5], "打我手机", ZHANG[6]]], 2, "Phone", "This is not a phone number."),
        ([[*ZHANG[:6], "03/04/2020"]], 2, "Joined", "“03/04/2020” is not a date. Write it like 2026-11-22."),
        ([[*ZHANG[:6], "2023-02-30"]], 2, "Joined", "There is no such day as “2023-02-30”."),
        ([[*ZHANG[:6], "1066-10-14"]], 2, "Joined", "The date 1066-10-14 is out of range."),
        ([[*ZHANG[:6], "3066-10-14"]], 2, "Joined", "The date 3066-10-14 is out of range."),
    ],
)
def test_bad_cell_is_named_by_row_column_and_reason(rows: list[list[str]], row: int, column: str, reason: str) -> None:
    before = snapshot()

    plan = read(csv_bytes(HEAD, *rows))

    assert [(error.row, error.column, error.reason) for error in plan.errors] == [(row, column, reason)]
    with pytest.raises(ValueError, match="errors"):
        apply_plan(plan)
    assert snapshot() == before


@pytest.mark.parametrize(
    ("heads", "row", "column", "reason"),
    [
        (["科室负责人"], ["也许"], "Section head", "Write “yes” or “no” (是 / 否)."),
        (["邮箱"], ["zhang@"], "E-mail", "This is not an e-mail address."),
        (["离职日期"], ["2019-01-01"], "Left on", "The day of leaving lies before the day of joining."),
        (["任职日期"], ["2019-01-01"], "In this section since", "This day lies before the day of joining."),
        (["用户名"], ["taken"], "User name", "Another account has the user name “taken”."),
        (["用户名"], ["a b"], "User name", "Use letters, digits and @ . + - _ only."),
    ],
)
def test_bad_optional_cell_is_named(heads: list[str], row: list[str], column: str, reason: str) -> None:
    UserFactory(username="taken")

    plan = read(csv_bytes([*HEAD, *heads], [*ZHANG, *row]))

    assert [(error.row, error.column, error.reason) for error in plan.errors] == [(2, column, reason)]


def test_ambiguous_section_and_doubled_column_are_refused() -> None:
    SectionFactory(code="X", name="检疫科")

    plan = read(csv_bytes([*HEAD, "部门"], [*ZHANG[:2], "检疫科", *ZHANG[3:], ""]))

    assert [error.reason for error in plan.errors] == [
        "This column appears twice.",
        "“检疫科” can mean more than one. Give its code.",
    ]


def test_partial_file_with_a_new_person_names_the_missing_columns() -> None:
    plan = read(csv_bytes(["工号", "姓名"], ["9", "新人"]))

    assert [error.reason for error in plan.errors] == [
        f"9 is a new person; the column “{column}” is needed for that." for column in ("Section", "Rank", "Joined")
    ]
