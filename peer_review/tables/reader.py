"""Read a CSV or xlsx file into tables of plain cells, or refuse it with a sentence that helps.

Whatever is uploaded, reading it takes bounded memory and time: sizes are checked before anything is unpacked or parsed,
and rows and cells are counted while they are read.
"""

import csv
import datetime
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib.util import find_spec
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from peer_review.tables.refusal import TableRefused
from peer_review.tables.workbooks import SHEET_ROWS, check_workbook

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

#: Columns that a spreadsheet can have at all; no line of a CSV file has more.
SHEET_COLUMNS = 16_384
#: A head row may stand below a title or two.
HEAD_ROWS = 10
#: Of so many letters at the beginning of a CSV file its delimiter is guessed.
GUESSED_FROM = 50_000
#: A line of a text with whatever ends it.
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may hold. What lies to the right of `columns` in a workbook is not read."""

    rows: int = 300_000
    columns: int = 100
    #: Cells with something in them, of all sheets together.
    cells: int = 1_500_000
    sheets: int = 20
    #: What a workbook may unpack to. Python's zipfile reads no more of an entry than its size says.
    unpacked: int = 50_000_000


USUAL = Limits()


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that holds no plain value; the reason is already a sentence."""

    reason: str

    def __str__(self) -> str:
        return self.reason


#: A cell of a table, before its column reads it.
Cell = str | datetime.date | BadCell | None
#: The number of a row as a spreadsheet shows it, and its cells.
Row = tuple[int, Sequence[Cell]]


@dataclass(slots=True)
class Table:
    """One sheet. Its rows can be read once."""

    name: str
    rows: Iterator[Row]


def reads_workbooks() -> bool:
    """Return whether .xlsx files can be read here; the plugin does not require openpyxl."""
    return find_spec("openpyxl") is not None


def read_tables(content: bytes, file_name: str, *, limits: Limits = USUAL, takes_results: bool = False) -> list[Table]:
    """Return the tables of a file.

    takes_results: a cell with a formula is read as its last result; otherwise as it stands, which begins with "=".
    Raises: TableRefused; also later, while the rows are read.
    """
    if not content.strip(b"\xef\xbb\xbf \t\r\n\0"):
        raise TableRefused(_("The file is empty."))
    if content.startswith(b"PK"):
        return _read_xlsx(content, limits, takes_results=takes_results)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableRefused(
            _("This is an old Excel file (.xls) or one with a password. Save it as .xlsx without a password.")
        )
    if file_name.lower().endswith((".xlsx", ".xlsm", ".xls")):
        raise TableRefused(_("The file is named like a spreadsheet but is none. Save it again as .xlsx."))
    return [Table(name=file_name, rows=_csv_rows(decode(content), limits))]


def decode(content: bytes) -> str:
    """Return the text of a CSV file written in UTF-8 (with or without a mark) or GB18030.

    Almost any bytes are valid GB18030. A file is taken for it only if its Chinese characters are nearly all common
    ones: bytes of Big5, Shift-JIS or Latin-1 read as GB18030 give rare characters.
    Raises: TableRefused.
    """
    refusal = TableRefused(
        _("The encoding of this file is neither UTF-8 nor GB18030. In Excel choose “CSV UTF-8” when saving.")
    )
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content:
        raise refusal
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        raise refusal from None
    plain = len(text.encode("ascii", "ignore"))
    common = (len(text.encode("gb2312", "ignore")) - plain) // 2  # two bytes each
    if common < 0.9 * (len(text) - plain):
        raise refusal
    return text


class _Lines:
    """The lines of a text for csv.reader, which asks for as many as a row has, and stops at a row that never ends."""

    def __init__(self, text: str, delimiter: str) -> None:
        self.matches = LINE.finditer(text)
        self.delimiter = delimiter
        #: Cells of the row that is being read, so far.
        self.cells = 0

    def __iter__(self) -> Iterator[str]:
        for match in self.matches:
            line = match[0]
            self.cells += 1 + line.count(self.delimiter)
            if self.cells > SHEET_COLUMNS:
                raise TableRefused(_("A row has more than %(count)d columns.") % {"count": SHEET_COLUMNS})
            yield line


def _csv_rows(text: str, limits: Limits) -> Iterator[Row]:
    head = "\n".join(text[:GUESSED_FROM].splitlines()[:HEAD_ROWS])
    delimiter = max(",\t;，", key=head.count)
    lines = _Lines(text, delimiter)
    # The number of the row is what a spreadsheet shows, and an editor too unless cells hold line breaks.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number, count = 0, CellCount(limits.cells)
    try:
        for row in reader:
            lines.cells = 0
            number += 1
            count.add(row)
            if number > limits.rows:
                raise TableRefused(_("The file has more than %(count)d rows. Split it.") % {"count": limits.rows})
            yield number, row
    except csv.Error as error:
        raise TableRefused(
            _("Row %(row)d is not proper CSV: %(error)s.") % {"row": number + 1, "error": error}
        ) from None


def _read_xlsx(content: bytes, limits: Limits, *, takes_results: bool) -> list[Table]:
    if not reads_workbooks():
        raise TableRefused(_("Workbooks cannot be read here. Save the list as CSV (UTF-8)."))
    import openpyxl  # noqa: PLC0415 - not a requirement of the plugin: where it is missing, CSV still works

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise TableRefused(_("This is a ZIP file but not an Excel workbook."))
            check_workbook(archive, most=limits.unpacked, sheets=limits.sheets)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=takes_results, keep_links=False)
    except TableRefused:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers raise
        raise TableRefused(_("This workbook is damaged and cannot be opened.")) from error
    count = CellCount(limits.cells)
    return [
        Table(name=sheet.title, rows=_xlsx_rows(sheet, count, limits))
        for sheet in book.worksheets
        if sheet.sheet_state == "visible" and hasattr(sheet, "iter_rows")
    ]


@dataclass(slots=True)
class CellCount:
    """The cells read so far, of all sheets of a file."""

    most: int
    cells: int = 0

    def add(self, row: Sequence[object]) -> None:
        """Count the cells of a row that hold something. Raises: TableRefused for too many."""
        self.cells += sum(1 for value in row if value not in (None, ""))
        if self.cells > self.most:
            raise TableRefused(_("The file has more than %(count)d cells. Split it.") % {"count": self.most})


def _xlsx_rows(sheet: "Worksheet", count: CellCount, limits: Limits) -> Iterator[Row]:
    # The range a file claims is not to be trusted. Sheets of a workbook opened read-only have this.
    sheet.reset_dimensions()  # type: ignore[attr-defined]
    try:
        # A row that names a far column or row is filled up to there: both ends are fixed before anything is filled.
        for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=limits.columns), start=1):
            if number > SHEET_ROWS or (number > limits.rows and any(value is not None for value in row)):
                raise TableRefused(_("The file has more than %(count)d rows. Split it.") % {"count": limits.rows})
            count.add(row)
            yield number, [_plain(value) for value in row]
    except TableRefused:
        raise
    except Exception as error:
        raise TableRefused(_("This workbook is damaged and cannot be opened.")) from error


ERROR_VALUES = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)\Z")


def _plain(value: object) -> Cell:
    """Return a cell as text, a day, None or BadCell."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | Decimal):
        return str(int(value)) if value == int(value) else str(value)
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    if isinstance(value, datetime.time | datetime.timedelta):
        return BadCell(_("The cell holds a time of day."))
    return BadCell(_("The cell holds a formula. Replace it by its value."))
