"""Importing staff: what a file may say, what is refused, and that the same file twice changes nothing."""

import csv
import datetime
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from organisation.domain import imports
from organisation.enums import ImportState
from organisation.exceptions import FileRefused, ImportNotReady
from organisation.imports.apply import apply_plan
from organisation.imports.model import ImportPlan
from organisation.models import ImportRun, Membership, Rank, Section, Staff, User
from tests.factories.organisation import RankFactory, SectionFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
HEAD = ["工号", "姓名", "科室", "职级", "职务", "电话", "入职日期"]
ZHANG = ["1001", "张三", "办公室", "科员", "文秘", "0571-8001", "2020-03-01"]
LI = ["1002", "李四", "办公室", "科长", "主任", "0571-8002", "2015/7/9"]


@pytest.fixture(autouse=True)
def places() -> None:
    """Two sections and two ranks; words in English."""
    translation.activate("en")
    office = SectionFactory(code="BG", name="办公室")
    SectionFactory(code="JL", name="检疫科", parent=office)
    RankFactory(code="KZ", name="科长", order=1)
    RankFactory(code="KY", name="科员", order=2)


def csv_bytes(*rows: list[str], encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def xlsx_bytes(**sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(content: bytes, file_name: str = "staff.csv", *, is_complete: bool = False) -> ImportPlan:
    return imports.read_file(content=content, file_name=file_name, is_complete=is_complete)


def carry_out(content: bytes, file_name: str = "staff.csv", *, is_complete: bool = False) -> ImportPlan:
    plan = read(content, file_name, is_complete=is_complete)
    assert plan.errors == []
    apply_plan(plan)
    return plan


def figures(plan: ImportPlan) -> tuple[int, int, int, int]:
    return len(plan.added), len(plan.changed), len(plan.left), plan.unchanged


def snapshot() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (User, Staff, Membership, Section, Rank, User.groups.through)
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_import_adds_people_in_each_encoding(encoding: str) -> None:
    carry_out(csv_bytes(HEAD, ZHANG, LI, encoding=encoding))

    zhang = Staff.objects.get(employee_number="1001")
    assert (zhang.user.name, zhang.user.username, zhang.position, zhang.joined) == (
        "张三",
        "1001",
        "文秘",
        datetime.date(2020, 3, 1),
    )
    assert not zhang.user.has_usable_password()
    assert zhang.search_text == " 张三 zhangsan san zs"
    assert (zhang.place.section.code, zhang.place.rank.code, zhang.place.from_date) == (
        "BG",
        "KY",
        datetime.date(2020, 3, 1),
    )
    assert list(zhang.user.groups.values_list("name", flat=True)) == ["staff"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_import_reads_each_delimiter_and_english_heads(delimiter: str) -> None:
    heads = ["Employee number", "Name", "Section", "Rank", "Joined"]
    content = "\n".join(delimiter.join(row) for row in [heads, ["7", "John Smith", "BG", "KY", "2024-01-02"]]).encode()

    assert figures(carry_out(content)) == (1, 0, 0, 0)


def test_import_reads_sections_ranks_and_staff_from_one_workbook() -> None:
    content = xlsx_bytes(
        人员=[
            ["某局人员花名册（2026年）", None, None, None, None],
            [*HEAD[:4], "入职日期", "科室负责人"],
            [2001.0, "王五", "旅检科/旅检一组", "副科长", datetime.datetime(2021, 5, 6), "是"],
        ],
        科室=[["编号", "名称", "上级科室"], ["LJ1", "旅检一组", "旅检科"], ["LJ", "旅检科", ""]],
        职级=[["编号", "名称", "排序"], ["FK", "副科长", 3]],
        备注=[["说明"], ["随便写写"]],
    )

    plan = carry_out(content, "花名册.xlsx")

    assert figures(plan) == (1, 0, 0, 0)
    person = Staff.objects.get(employee_number="2001")
    assert person.place.section.parent.name == "旅检科"
    assert person.place.is_head
    assert set(person.user.groups.values_list("name", flat=True)) == {"staff", "section_head"}
    assert any("备注" in notice for notice in plan.notices)


def test_same_file_twice_changes_nothing() -> None:
    content = csv_bytes(HEAD, ZHANG, LI)
    carry_out(content, is_complete=True)
    before = snapshot()

    plan = carry_out(content, is_complete=True)

    assert figures(plan) == (0, 0, 0, 2)
    assert not plan.changes_anything
    assert snapshot() == before


def test_import_shows_and_carries_out_changes_transfers_and_leavings() -> None:
    carry_out(csv_bytes(HEAD, ZHANG, LI, ["1003", "钱七", "BG", "KY", "", "", "2019-01-01"]))
    moved = ["1001", "张三丰", "检疫科", "科员", "文秘", "0571-9999", "2020-03-01"]

    plan = carry_out(csv_bytes(HEAD, moved, LI), is_complete=True)

    assert figures(plan) == (0, 1, 1, 1)
    zhang = Staff.objects.get(employee_number="1001")
    assert (zhang.user.name, zhang.phone, zhang.search_text.split()[0]) == ("张三丰", "0571-9999", "张三丰")
    assert list(zhang.memberships.order_by("from_date").values_list("section__code", "to_date")) == [
        ("BG", TODAY),
        ("JL", None),
    ]
    gone = Staff.objects.get(employee_number="1003")
    assert (gone.left, gone.user.is_active, gone.memberships.get().to_date) == (TODAY, False, TODAY)
    assert not gone.user.groups.exists()
    assert figures(read(csv_bytes(HEAD, moved, LI), is_complete=True)) == (0, 0, 0, 2)


def test_import_brings_back_whoever_had_left() -> None:
    content = csv_bytes([*HEAD, "离职日期"], [*ZHANG, "2024-05-01"])
    carry_out(content)
    assert figures(read(content)) == (0, 0, 0, 1)
    assert not User.objects.get(username="1001").is_active

    carry_out(csv_bytes([*HEAD, "任职日期"], [*ZHANG, "2025-01-01"]))

    zhang = Staff.objects.get(employee_number="1001")
    assert zhang.user.is_active
    assert list(zhang.memberships.order_by("from_date").values_list("from_date", "to_date")) == [
        (datetime.date(2020, 3, 1), datetime.date(2024, 5, 1)),
        (datetime.date(2025, 1, 1), None),
    ]


def test_columns_that_are_missing_leave_what_is_known() -> None:
    carry_out(csv_bytes([*HEAD, "负责人"], [*LI, "是"]))

    carry_out(csv_bytes(["工号", "电话"], ["1002", "８８８８"]))

    li = Staff.objects.get(employee_number="1002")
    assert (li.phone, li.position, li.place.is_head) == ("8888", "主任", True)


def test_two_ranks_and_two_sections_may_trade_places() -> None:
    SectionFactory(code="TOP", name="甲科")
    SectionFactory(code="TOP2", name="乙科")

    carry_out(
        xlsx_bytes(
            科室=[["编号", "名称"], ["TOP", "乙科"], ["TOP2", "甲科"]],
            职级=[["编号", "名称", "排序"], ["KZ", "科员", 2], ["KY", "科长", 1]],
        ),
        "places.xlsx",
    )

    assert dict(Rank.objects.values_list("code", "name")) == {"KZ": "科员", "KY": "科长"}
    assert Section.objects.get(code="TOP").name == "乙科"


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


def test_transfer_before_the_present_membership_is_refused() -> None:
    carry_out(csv_bytes(HEAD, ZHANG))

    plan = read(csv_bytes(["工号", "科室", "任职日期"], ["1001", "检疫科", "2020-02-01"]))
    assert [error.reason for error in plan.errors] == ["This day lies before the day of joining."]
    Membership.objects.update(from_date=datetime.date(2022, 1, 1))
    plan = read(csv_bytes(["工号", "科室", "任职日期"], ["1001", "检疫科", "2021-02-01"]))
    assert [error.reason for error in plan.errors] == ["The present membership began on 2022-01-01."]


def test_partial_file_with_a_new_person_names_the_missing_columns() -> None:
    plan = read(csv_bytes(["工号", "姓名"], ["9", "新人"]))

    assert [error.reason for error in plan.errors] == [
        f"9 is a new person; the column “{column}” is needed for that." for column in ("Section", "Rank", "Joined")
    ]


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


def test_doubled_rank_order_is_refused() -> None:
    plan = read(csv_bytes(["职级编号", "职级名称", "排序"], ["A", "甲", "2"]))

    assert [(error.row, error.reason) for error in plan.errors] == [(2, "The rank 科员 has this already.")]


def encrypted_office_file() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def zip_of_text() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "hello")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "file_name", "words"),
    [
        (b"", "staff.csv", "The file is empty."),
        (b"\xef\xbb\xbf\r\n", "staff.csv", "The file is empty."),
        (csv_bytes(HEAD), "staff.csv", "no rows"),
        (csv_bytes(["甲", "乙"], ["1", "2"]), "staff.csv", "No known column heads"),
        (csv_bytes(HEAD, ZHANG, encoding="utf-16"), "staff.csv", "neither UTF-8 nor GB18030"),
        (csv_bytes(HEAD, ZHANG, encoding="utf-16-le"), "staff.csv", "neither UTF-8 nor GB18030"),
        ("工號,姓名,電話,職務,備註\n1,張國榮,2,處長,無".encode("big5"), "staff.csv", "neither UTF-8 nor GB18030"),
        ("staff number,name\n1,山田花子\n2,すずき".encode("shift_jis"), "staff.csv", "neither UTF-8 nor GB18030"),
        ("staff number,name\n1,Jürgen Groß\n2,Zoë".encode("latin-1"), "staff.csv", "neither UTF-8 nor GB18030"),
        ('工号,姓名\n1,"张三\n'.encode(), "staff.csv", "Row 2 is not proper CSV"),
        (encrypted_office_file(), "staff.xlsx", "old Excel file (.xls) or one with a password"),
        (csv_bytes(HEAD, ZHANG), "staff.xlsx", "named like a spreadsheet but is none"),
        (b"PK\x03\x04 broken", "staff.xlsx", "damaged"),
        (zip_of_text(), "staff.xlsx", "not an Excel workbook"),
    ],
)
def test_unreadable_file_gets_a_clear_refusal(content: bytes, file_name: str, words: str) -> None:
    with pytest.raises(FileRefused, match=words.replace("(", r"\(").replace(")", r"\)")):
        read(content, file_name)


def test_oddities_of_workbooks_are_named_cell_by_cell() -> None:
    content = xlsx_bytes(
        人员=[
            HEAD,
            ["=1+1", *ZHANG[1:]],
            [datetime.datetime(2020, 1, 1), *ZHANG[1:]],
            ["1003", "张三", "BG", "KY", "", datetime.time(8, 0), "2020-01-01"],
            ["1004", "张三", "BG", "KY", "", "", 43831],
            ["1005", "张三", "BG", "#REF!", "", "", datetime.datetime(2020, 1, 1)],
            [],
            ["1006", "张三", "BG", "KY", "", 80012345, datetime.date(2020, 1, 1)],
        ]
    )

    plan = read(content, "staff.xlsx")

    assert [(error.row, error.column, error.reason) for error in plan.errors] == [
        (2, "Employee number", "The cell holds a formula. Replace it by its value."),
        (3, "Employee number", "The cell holds a date. Format it as text."),
        (4, "Phone", "The cell holds a time of day."),
        (5, "Joined", "“43831” is not a date. Write it like 2026-11-22."),
        (6, "Rank", "The cell holds the error value #REF!."),
    ]
    assert [person.phone for person in plan.added] == ["80012345"]


def test_many_errors_are_counted_and_the_first_kept() -> None:
    plan = read(csv_bytes(HEAD, *([f"{n}", "", *ZHANG[2:]] for n in range(300))))

    assert (plan.error_count, len(plan.errors)) == (300, 200)


cells = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cf", "Co"]), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(1, 30),
            cells,
            st.sampled_from(["BG", "检疫科", "办公室/检疫科"]),
            st.sampled_from(["KZ", "科员"]),
            st.booleans(),
            st.dates(datetime.date(1990, 1, 1), datetime.date(2026, 1, 1)),
        ),
        min_size=1,
        max_size=12,
        unique_by=lambda row: row[0],
    ),
    st.booleans(),
)
def test_any_file_that_was_carried_out_changes_nothing_the_second_time(rows: list[Any], is_complete: bool) -> None:
    content = csv_bytes(
        ["工号", "姓名", "科室", "职级", "负责人", "入职日期"],
        *(
            [str(n), name, place, rank, "是" if head else "否", day.isoformat()]
            for n, name, place, rank, head, day in rows
        ),
    )
    first = read(content, is_complete=is_complete)
    if first.error_count:
        assert all(error.reason for error in first.errors)
        return
    apply_plan(first)
    before = snapshot()

    second = carry_out(content, is_complete=is_complete)

    assert figures(second) == (0, 0, 0, len(rows))
    assert snapshot() == before
    assert Staff.objects.current().exclude(memberships__to_date=None).count() == 0


# -- upload, confirm, carry out --------------------------------------------------------------------------------


def checked_run(content: bytes) -> ImportRun:
    run = imports.upload(content=content, file_name="staff.csv", is_complete=False, by=None)
    return imports.check(run=run)


def test_confirmed_import_is_carried_out_once_and_its_file_deleted() -> None:
    run = checked_run(csv_bytes(HEAD, ZHANG))
    assert (run.state, run.report["figures"]["added"], Staff.objects.count()) == (ImportState.CHECKED, 1, 0)

    imports.confirm(run=run, by=None)
    with pytest.raises(ImportNotReady):
        imports.confirm(run=run, by=None)
    run = imports.carry_out(run=run)
    again = imports.carry_out(run=run)

    assert (again.state, again.content, Staff.objects.count()) == (ImportState.DONE, None, 1)


def test_import_asks_again_if_the_records_changed_since_the_check() -> None:
    run = checked_run(csv_bytes(HEAD, ZHANG, LI))
    imports.confirm(run=run, by=None)
    carry_out(csv_bytes(HEAD, LI))

    run = imports.carry_out(run=run)

    assert (run.state, run.report["figures"]["added"], bool(run.report["notice"])) == (ImportState.CHECKED, 1, True)
    assert Staff.objects.count() == 1


def test_failure_in_the_middle_leaves_everything_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    run = checked_run(csv_bytes(HEAD, ZHANG))
    imports.confirm(run=run, by=None)
    before = snapshot()

    def fall(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the worker was killed")

    with monkeypatch.context() as patch:
        patch.setattr(Membership.objects, "bulk_create", fall)
        with pytest.raises(RuntimeError):
            imports.carry_out(run=run)
    assert snapshot() == before

    assert imports.carry_out(run=run).state == ImportState.DONE


def test_refused_import_keeps_its_errors_and_no_file() -> None:
    run = checked_run(csv_bytes(HEAD, ["", *ZHANG[1:]]))

    assert (run.state, run.content) == (ImportState.REFUSED, None)
    assert run.report["errors"] == [["staff.csv", 2, "Employee number", "This cell must not be empty."]]


# -- the command -----------------------------------------------------------------------------------------------


def test_command_dry_run_prints_and_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    carry_out(csv_bytes(HEAD, LI))
    file = tmp_path / "staff.csv"
    file.write_bytes(csv_bytes(HEAD, ZHANG, [*LI[:5], "1", LI[6]]))
    before = snapshot()

    call_command("import_staff", str(file), "--dry-run")

    out = capsys.readouterr().out
    assert "+ 1001 张三: 办公室 · 科员 · since 2020-03-01" in out
    assert "~ 1002 李四: Phone: 0571-8002 → 1" in out
    assert "added 1, changed 1, left 0, unchanged 0" in out
    assert snapshot() == before


def test_command_imports_and_names_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "staff.csv"
    file.write_bytes(csv_bytes(HEAD, ZHANG))
    call_command("import_staff", str(file))
    assert Staff.objects.count() == 1

    file.write_bytes(csv_bytes(HEAD, ["", *ZHANG[1:]]))
    with pytest.raises(CommandError, match="1 errors; nothing was changed"):
        call_command("import_staff", str(file))

    assert "staff.csv, row 2, Employee number: This cell must not be empty." in capsys.readouterr().err
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_staff", str(tmp_path / "none.csv"))


def test_import_of_many_takes_no_more_queries_a_row() -> None:
    def queries(rows: int, start: int) -> int:
        table = [[str(start + n), "张三", "BG", "KY", "", "", "2020-01-01"] for n in range(rows)]
        with CaptureQueriesContext(connection) as captured:
            carry_out(csv_bytes(HEAD, *table))
        return len(captured)

    assert queries(1, 100) == queries(50, 200)


def test_left_person_of_a_partial_file_stays_unless_the_list_is_complete() -> None:
    person = StaffFactory()

    carry_out(csv_bytes(HEAD, ZHANG))

    assert Staff.objects.get(pk=person.pk).is_current
