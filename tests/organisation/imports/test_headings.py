"""Which row of a sheet is its row of heads, and what each head means."""

import datetime

import pytest
from django.utils import translation

from organisation.imports.headings import KINDS, RANKS, SECTIONS, STAFF, Kind, heads_needed, plain_head, read_heading
from peer_review.tables.reader import BadCell, Cell


@pytest.mark.parametrize(
    ("cell", "head"),
    [
        ("Employee No.", "employeeno"),
        ("工 号（必填）", "工号"),
        ("Name (as in ID)", "name"),
        ("ＮＡＭＥ", "name"),
        (None, ""),
        (datetime.date(2026, 1, 1), ""),
        (BadCell("x"), ""),
    ],
)
def test_heads_are_compared_without_case_space_and_remarks(cell: Cell, head: str) -> None:
    assert plain_head(cell) == head


def test_staff_are_recognised_by_the_employee_number() -> None:
    heading = read_heading(["姓名", "工号", "备注"], sheet_name="Sheet1")

    assert heading is not None
    assert (heading.kind, heading.indexes, heading.unknown, heading.doubled) == (
        STAFF,
        {"name": 0, "number": 1},
        ("备注",),
        (),
    )


@pytest.mark.parametrize(("sheet", "kind"), [("科室", SECTIONS), ("职级表", RANKS)])
def test_general_heads_count_in_a_sheet_of_that_name_only(sheet: str, kind: Kind) -> None:
    heads = ["编号", "名称", "排序"]

    heading = read_heading(heads, sheet_name=sheet)

    assert heading is not None
    assert heading.kind is kind
    assert read_heading(heads, sheet_name="Sheet1") is None


def test_column_that_appears_twice_is_named() -> None:
    with translation.override("en"):
        heading = read_heading(["工号", "姓名", "Full name"], sheet_name="人员")
        assert heading is not None
        assert heading.doubled == ("Name",)
        assert heading.label("number") == "Employee number"


def test_row_without_the_needed_heads_is_no_head_row() -> None:
    assert read_heading(["2026 年花名册", None, None], sheet_name="人员") is None


@pytest.mark.parametrize("kind", KINDS)
def test_every_column_has_a_head_in_both_languages_and_no_two_share_one(kind: Kind) -> None:
    heads = [head for column in kind.columns for head in {plain_head(head) for head in column.heads}]

    assert len(heads) == len(set(heads))
    for column in kind.columns:
        chinese, english = column.examples.split(" / ")
        assert not chinese.isascii()
        assert english.isascii()


def test_people_are_told_which_heads_are_needed() -> None:
    with translation.override("en"):
        text = heads_needed()

    assert text.startswith("Staff: 工号 (Employee number); Sections: ")
    assert "职级编号 (Rank code)" in text
