"""Tables whose row of heads was understood, and their rows as values by column."""

import pytest

from organisation.exceptions import FileRefused
from organisation.imports.headings import STAFF
from organisation.imports.model import ImportPlan
from organisation.imports.sheets import find_sheets, rows_of
from peer_review.tables.reader import Cell, Table


def table(*rows: list[Cell], name: str = "人员") -> Table:
    return Table(name, iter(enumerate(rows, start=1)))


def test_head_row_may_stand_below_titles() -> None:
    plan = ImportPlan()

    (sheet,) = find_sheets([table(["花名册"], [], ["工号", "姓名"], ["1", "张三"])], plan)

    assert (sheet.name, sheet.heading.kind, list(sheet.rows)) == ("人员", STAFF, [(4, ["1", "张三"])])


def test_head_row_below_the_tenth_row_is_not_looked_for() -> None:
    with pytest.raises(FileRefused):
        find_sheets([table(*[["x"]] * 10, ["工号", "姓名"])], ImportPlan())


def test_other_sheets_are_noted_and_empty_ones_are_not(in_english: None) -> None:
    plan = ImportPlan()

    sheets = find_sheets([table(["随便"], name="说明"), table([], name="空"), table(["工号"])], plan)

    assert [sheet.name for sheet in sheets] == ["人员"]
    assert plan.notices == ["说明: no known column heads, not read."]


def test_unknown_column_is_noted_and_a_doubled_one_is_an_error(in_english: None) -> None:
    plan = ImportPlan()

    find_sheets([table(["工号", "备注", "姓名", "Name"])], plan)

    assert plan.notices == ["人员: these columns are not used: 备注."]
    assert [(error.row, error.column, error.reason) for error in plan.errors] == [
        (1, "Name", "This column appears twice.")
    ]


def test_rows_are_values_by_column_and_short_ones_are_filled_up() -> None:
    plan = ImportPlan()
    (sheet,) = find_sheets([table(["工号", "姓名", "负责人"], ["１"], ["2", "李四", "是"], [None, "", None])], plan)

    rows = list(rows_of(sheet, plan))

    assert rows == [
        (2, {"number": "1", "name": "", "is_head": False}),
        (3, {"number": "2", "name": "李四", "is_head": True}),
    ]
    assert plan.rows == 2


def test_row_with_bad_cells_has_no_values_and_names_each(in_english: None) -> None:
    plan = ImportPlan()
    (sheet,) = find_sheets([table(["工号", "姓名", "负责人"], ["a b", "=A1", "perhaps"])], plan)

    assert list(rows_of(sheet, plan)) == [(2, None)]
    assert [error.column for error in plan.errors] == ["Employee number", "Name", "Section head"]
