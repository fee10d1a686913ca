"""Sections of a file."""

import pytest

from tests.factories.imports import csv_bytes, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]


@pytest.mark.parametrize(
    ("rows", "way"),
    [
        ([["A", "甲", "B"], ["B", "乙", "A"]], "甲 → 乙 → 甲"),
        ([["A", "甲", "A"]], "甲 → 甲"),
        ([["BG", "办公室", "JL"]], "办公室 → 检疫科 → 办公室"),
    ],
)
def test_cyclic_sections_are_refused(rows: list[list[str]], way: str) -> None:
    plan = read(csv_bytes(["科室编号", "科室名称", "上级科室"], *rows))

    assert [(error.row, error.reason) for error in plan.errors] == [(2, f"A section would lie below itself: {way}.")]


def test_unknown_parent_doubled_code_and_doubled_name_of_sections_are_refused() -> None:
    plan = read(
        csv_bytes(
            ["科室编号", "科室名称", "上级科室"],
            ["A", "甲", "无此科"],
            ["B", "办公室", ""],
            ["B", "丙", ""],
            ["C", "", ""],
        )
    )

    assert [(error.row, error.reason) for error in plan.errors] == [
        (4, "“B” stands in row 3 already."),
        (5, "This cell must not be empty."),
        (2, "“无此科” is not known."),
        (3, "There is already a section of this name there."),
    ]
