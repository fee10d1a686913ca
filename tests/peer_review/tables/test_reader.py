"""Files that are read as tables within bounds, or refused with a sentence that helps."""

import collections
import datetime
import io
import tracemalloc
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from peer_review.tables.reader import SHEET_COLUMNS, USUAL, BadCell, Cell, Limits, decode, read_tables
from peer_review.tables.refusal import TableRefused
from tests.factories.imports import HEAD, LI, ZHANG, csv_bytes, xlsx_bytes


def rows(content: bytes, file_name: str = "list.csv", **more: object) -> list[list[Cell]]:
    return [list(row) for table in read_tables(content, file_name, **more) for _number, row in table.rows]  # type: ignore[arg-type]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_csv_is_read_in_each_encoding(encoding: str) -> None:
    assert rows(csv_bytes(HEAD, ZHANG, LI, encoding=encoding)) == [HEAD, ZHANG, LI]


def test_rare_letters_of_names_are_read_in_gb18030() -> None:
    names = ["张喆", "朱镕基", "王堃", "李𬭎", "陈龑"]
    content = csv_bytes(HEAD, *([str(n), name, *ZHANG[2:]] for n, name in enumerate(names)), encoding="gb18030")

    assert [row[1] for row in rows(content)[1:]] == names


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "，"])
def test_each_delimiter_is_known(delimiter: str) -> None:
    assert rows(f"甲{delimiter}乙\n1{delimiter}2".encode()) == [["甲", "乙"], ["1", "2"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_each_end_of_a_line_is_known_and_a_cell_may_hold_one(end: str) -> None:
    assert rows(f'甲,乙{end}1,"2{end}3"{end}{end}4,5'.encode()) == [["甲", "乙"], ["1", f"2{end}3"], [], ["4", "5"]]


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
        ("工号,姓名\n1,张\0三".encode(), "staff.csv", "neither UTF-8 nor GB18030"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(1, 256)) * 9, "staff.csv", "neither UTF-8 nor GB18030"),
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
def test_unreadable_file_gets_a_clear_refusal(content: bytes, file_name: str, words: str, in_english: None) -> None:
    with pytest.raises(TableRefused, match=words.replace("(", r"\(").replace(")", r"\)")):
        rows(content, file_name)


def test_formula_is_read_as_it_stands_unless_its_result_is_asked_for() -> None:
    content = xlsx_bytes(表=[["=1+1", datetime.datetime(2020, 1, 1), datetime.time(8), True, 3.0, 2.5]])

    ((formula, day, time, yes, whole, half, *beyond),) = rows(content, "a.xlsx")
    assert isinstance(time, BadCell)
    assert formula == "=1+1"
    assert (day, yes, whole, half) == (datetime.date(2020, 1, 1), "yes", "3", "2.5")
    assert set(beyond) == {None}
    assert rows(content, "a.xlsx", takes_results=True)[0][0] is None  # nobody has worked it out yet


def test_hidden_sheets_and_far_columns_are_not_read() -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["E1"] = "x", "far"
    book.create_sheet("hidden")["A1"] = "secret"
    book["hidden"].sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)

    assert rows(out.getvalue(), "a.xlsx", limits=Limits(columns=3)) == [["x", None, None]]


@pytest.mark.parametrize(
    ("content", "limits", "words"),
    [
        (b"x\n" * 4, Limits(rows=3), "more than 3 rows"),
        (b"x,y\n" * 4, Limits(cells=7), "more than 7 cells"),
        (xlsx_bytes(a=[["x"]] * 4), Limits(rows=3), "more than 3 rows"),
        (xlsx_bytes(a=[["x"]] * 4, b=[["x"]] * 4), Limits(cells=7), "more than 7 cells"),
        (xlsx_bytes(a=[["x"]], b=[["x"]]), Limits(sheets=1), "more than 1 sheets"),
        (xlsx_bytes(a=[["x"]]), Limits(unpacked=1000), "larger than 0 MB"),
    ],
)
def test_limits_are_counted_while_a_file_is_read(content: bytes, limits: Limits, words: str, in_english: None) -> None:
    with pytest.raises(TableRefused, match=words):
        rows(content, "a.xlsx" if content.startswith(b"PK") else "a.csv", limits=limits)


MANY = 20_000_000
HUGE: dict[str, Callable[[], bytes]] = {
    "one line of commas": lambda: b"a," + b"," * MANY,
    "one row of many lines": lambda: b"a,b\n" + b',"\n",' * (MANY // 5),
    "one cell": lambda: b'a,"' + b"x" * MANY,
    "empty lines": lambda: b"a,b" + b"\n" * MANY,
    "rows of one cell": lambda: b"a,b\n" + b"x\n" * (MANY // 2),
    "letters of gb18030": lambda: "评价人,被评价人\n".encode("gb18030") + "张三，".encode("gb18030") * (MANY // 6),
    "bytes of nothing": lambda: bytes(range(128, 255)) * (MANY // 127),
}


@pytest.mark.parametrize("name", HUGE)
def test_huge_csv_is_refused_in_a_few_times_its_memory(name: str) -> None:
    content = HUGE[name]()
    tracemalloc.start()
    try:
        with pytest.raises(TableRefused):
            collections.deque((row for table in read_tables(content, "a.csv") for row in table.rows), maxlen=1)
        assert tracemalloc.get_traced_memory()[1] < 8 * MANY
    finally:
        tracemalloc.stop()


def test_widest_row_of_a_spreadsheet_is_read_and_no_wider_one(in_english: None) -> None:
    assert len(rows(b"x" + b"," * (SHEET_COLUMNS - 1))[0]) == SHEET_COLUMNS
    with pytest.raises(TableRefused, match=str(SHEET_COLUMNS)):
        rows(b"x" + b"," * SHEET_COLUMNS)
    assert len(rows(b"a,b\n" * 20_000)) == 20_000


def test_csv_of_too_many_cells_is_refused(in_english: None) -> None:
    line = ",".join(["x"] * 1000) + "\n"

    with pytest.raises(TableRefused, match=str(USUAL.cells)):
        rows((line * (USUAL.cells // 1000 + 1)).encode())


def test_few_rare_letters_among_many_common_ones_are_no_fault() -> None:
    assert decode("张三李四王五赵六钱七孙八镕".encode("gb18030")) == "张三李四王五赵六钱七孙八镕"
    with pytest.raises(TableRefused):
        decode("镕喆堃".encode("gb18030"))
