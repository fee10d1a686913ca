"""A plan in words and figures: what people see before they confirm."""

import json

import pytest
from django.utils import timezone

from organisation.imports.fingerprint import fingerprint_of
from organisation.imports.report import describe
from tests.factories.imports import HEAD, LI, ZHANG, carry_out, csv_bytes, read, xlsx_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]


def test_report_counts_all_and_shows_the_first() -> None:
    plan = read(csv_bytes(HEAD, ZHANG, LI))

    report = describe(plan, shown=1)

    assert (report["figures"]["added"], report["figures"]["rows"], len(report["added"])) == (2, 2, 1)
    assert report["fingerprint"] == fingerprint_of(plan)
    assert report["changes_anything"] is True
    assert json.loads(json.dumps(report)) == report


def test_new_person_is_shown_with_section_rank_and_day() -> None:
    report = describe(read(csv_bytes(HEAD, ZHANG)))

    assert report["added"] == [["1001", "张三", "办公室 · 科员 · since 2020-03-01"]]


def test_change_is_shown_field_by_field_with_before_and_after() -> None:
    carry_out(csv_bytes(HEAD, ZHANG))
    changed = ["1001", "张三丰", "检疫科", *ZHANG[3:5], "", ZHANG[6]]

    ((number, name, words),) = describe(read(csv_bytes(HEAD, changed)))["changed"]

    assert (number, name) == ("1001", "张三")
    assert words == (
        f"Name: 张三 → 张三丰; Phone: 0571-8001 → —; 办公室 → 检疫科 · 科员 · since {timezone.localdate().isoformat()}"
    )


def test_leaving_and_returning_are_shown() -> None:
    carry_out(csv_bytes(HEAD, ZHANG, LI))
    left = describe(read(csv_bytes(HEAD, LI), is_complete=True))["left"]
    assert left == [["1001", "张三", f"left on {timezone.localdate().isoformat()}"]]

    carry_out(csv_bytes(HEAD, LI), is_complete=True)
    ((_number, _name, words),) = describe(read(csv_bytes(HEAD, ZHANG)))["changed"]
    assert words.startswith("returns; ")


def test_sections_and_ranks_are_shown_as_new_or_with_their_changes() -> None:
    content = xlsx_bytes(
        科室=[["科室编号", "科室名称"], ["BG", "综合办公室"], ["XX", "新科室"]],
        职级=[["职级编号", "职级名称", "排序"], ["KZ", "科长", "1"], ["KY", "科员", "9"]],
    )

    report = describe(read(content, "staff.xlsx"))

    assert sorted(report["sections"]) == [["BG", "综合办公室", "Name: 办公室 → 综合办公室"], ["XX", "新科室", "new"]]
    assert report["ranks"] == [["KY", "科员", "Order: 2 → 9"]]


def test_errors_are_lists_of_sheet_row_column_and_reason() -> None:
    report = describe(read(csv_bytes(HEAD, ["", *ZHANG[1:]])))

    assert report["errors"] == [["staff.csv", 2, "Employee number", "This cell must not be empty."]]
    assert report["figures"]["errors"] == 1
