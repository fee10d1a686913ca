"""Imported lists: all or nothing, every fault with row, column and reason, files as people really have them."""

import zipfile
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from peer_review.domain.planning.list_import import ImportedList, read_list
from peer_review.exceptions.planning import ImportListInvalid
from peer_review.providers.roll import Person
from peer_review.tables.reader import HEAD_ROWS

pytestmark = pytest.mark.django_db
PEOPLE = [
    Person(1, "张三", "a", "办公室", number="1001"),
    Person(2, "李四", "a", "办公室", number="1002"),
    Person(3, "王五", "b", "检疫科", number="1003"),
    Person(4, "王五", "b", "检疫科", number="1004"),
]
CLASSES = {"peers": "同级", "superiors": "上级"}


def read(text: str | bytes, *, kind: str = "person", classes: Any = CLASSES, excluded: Any = None) -> ImportedList:
    content = text.encode() if isinstance(text, str) else text
    return read_list(content, kind=kind, people=PEOPLE, classes=classes, excluded=excluded or {})


def workbook(*rows: list[Any]) -> bytes:
    book, out = openpyxl.Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


LINES = {"peers": {"p1": [2]}, "superiors": {"p2": [1, 3]}}


@pytest.mark.parametrize(
    "content",
    [
        "评价人,被评价人,票类\n李四,张三,同级\n张三,李四,上级\n1003,李四,上级\n",
        "evaluator;subject;class\n1002;1001;peers\n1001;1002;Superiors\n1003;1002;superiors\n",
        "互评名单\n\n序号\t票类\t评价人\t被评价人\n1\t同 级\t李 四\t张 三\n"
        "2\t上级\t张三\t李四\n\n3\t上级\t1003\t李四\n",
        "\ufeff评价人,被评价人,票类\r\n李四,张三,同级\r\n张三,李四,上级\r\n1003,李四,上级\r\n",
        "评价人,被评价人,票类\n李四,张三,同级\n张三,李四,上级\n1003,李四,上级\n".encode("gb18030"),
        workbook(
            ["评价人", "被评价人", "票类"], [1002, "张三", "同级"], ["张三", 1002.0, "上级"], [1003, "李四", "上级"]
        ),
    ],
    ids=["csv", "semicolons", "titles-and-tabs", "marked-utf8", "gb18030", "workbook"],
)
def test_a_list_in_order_becomes_the_lines_of_a_plan(content: str | bytes) -> None:
    made = read(content)

    assert (made.lines, made.count, made.faults) == (LINES, 3, [])


def test_every_fault_is_told_with_row_column_and_reason_and_nothing_is_taken_over() -> None:
    made = read(
        "评价人,被评价人,票类\n"
        "李四,张三,同级\n"
        "赵六,张三,同级\n"
        "王五,张三,同级\n"
        "张三,张三,同级\n"
        "张三,李四,自评\n"
        ",李四,上级\n"
        "1003,李四,上级\n"
        "李四,张三,上级\n",
        excluded={(3, "p2"): "夫妻"},
    )

    assert [(fault.row, fault.column) for fault in made.faults] == [
        (3, "评价人"),
        (4, "评价人"),
        (5, "被评价人"),
        (6, "票类"),
        (7, "评价人"),
        (8, "被评价人"),
        (9, "被评价人"),
    ]
    words = ["赵六", "王五", "", "自评", "", "夫妻", "2"]
    assert [word in fault.reason for word, fault in zip(words, made.faults, strict=True)] == [True] * 7
    assert (made.fault_count, made.lines) == (7, {})


def test_with_one_class_the_column_may_be_missing() -> None:
    assert read("评价人,被评价人\n李四,张三\n", classes={"all": "全体"}).lines == {"all": {"p1": [2]}}
    assert read("评价人,被评价人\n李四,张三\n").fault_count == 1


def test_sections_are_named_by_name_or_key() -> None:
    made = read("评价人,被评价人,票类\n李四,检疫科,同级\n1003,a,上级\n", kind="section")

    assert made.lines == {"peers": {"sb": [2]}, "superiors": {"sa": [3]}}


def test_a_file_without_the_heads_has_one_fault() -> None:
    made = read("甲,乙\n李四,张三\n")

    assert [(fault.row, made.lines) for fault in made.faults] == [(0, {})]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xef\xbb\xbf \r\n",
        b"PK\x03\x04 damaged",
        b"\xff\xfe\x00",
        "评价人,被评价人,票类\n",
        '评价人,被评价人,票类\n"李四,张三,同级\n',
    ],
    ids=["empty", "blank", "damaged-workbook", "no-text", "heads-only", "open-quote"],
)
def test_what_cannot_be_read_is_refused(content: str | bytes) -> None:
    with pytest.raises(ImportListInvalid):
        read(content)


def test_workbook_that_unpacks_to_more_than_fifty_megabytes_is_refused_unread() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 50_000_001)
    assert len(out.getvalue()) < 100_000

    with pytest.raises(ImportListInvalid):
        read(out.getvalue())


def test_rows_that_a_sheet_leaves_out_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("peer_review.domain.planning.list_import.MAX_LINES", 50)
    book, out = openpyxl.Workbook(), BytesIO()
    book.active.append(["评价人", "评价对象", "票类"])
    book.active.cell(row=1000, column=1, value="x")
    book.save(out)

    with pytest.raises(ImportListInvalid, match=str(50 + HEAD_ROWS)):
        read(out.getvalue())
