"""Read a CSV or xlsx file into tables of plain cells, or refuse it with a sentence that helps."""

import csv
import datetime
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.worksheet.worksheet import Worksheet

from organisation.exceptions import FileRefused
from organisation.imports.workbooks import check_workbook

MAX_ROWS = 300_000
MAX_COLUMNS = 100
#: Cells with something in them, of all sheets together.
MAX_CELLS = 1_500_000
MAX_SHEETS = 20
#: What a workbook may unpack to. Python's zipfile reads no more of an entry than its size says.
MAX_UNPACKED = 50_000_000
#: Rows that a spreadsheet can have at all; one that names rows beyond was made by nobody's spreadsheet.
SHEET_ROWS = 1_048_576
# A head row may stand below a title or two.
HEAD_ROWS = 10


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


def read_tables(content: bytes, file_name: str) -> list[Table]:
    """Return the tables of a file.

    Raises: FileRefused; also later, while the rows are read.
    """
    if not content.strip(b"\xef\xbb\xbf \t\r\n\0"):
        raise FileRefused(_("The file is empty."))
    if content.startswith(b"PK"):
        return _read_xlsx(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused(
            _("This is an old Excel file (.xls) or one with a password. Save it as .xlsx without a password.")
        )
    if file_name.lower().endswith((".xlsx", ".xlsm", ".xls")):
        raise FileRefused(_("The file is named like a spreadsheet but is none. Save it again as .xlsx."))
    return [Table(name=file_name, rows=_csv_rows(decode(content)))]


def decode(content: bytes) -> str:
    """Return the text of a CSV file written in UTF-8 (with or without a mark) or GB18030.

    Almost any bytes are valid GB18030. A file is taken for it only if its Chinese characters are nearly all common
    ones: bytes of Big5, Shift-JIS or Latin-1 read as GB18030 give rare characters.
    Raises: FileRefused.
    """
    refusal = FileRefused(
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
    letters = [character for character in text if ord(character) > 0x7F]
    common = sum(_is_gb2312(character) for character in letters)
    if common < 0.9 * len(letters):
        raise refusal
    return text


def _is_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _csv_rows(text: str) -> Iterator[Row]:
    head = "\n".join(text.splitlines()[:HEAD_ROWS])
    delimiter = max(",\t;，", key=head.count)
    # The number of the line in the file is what an editor shows, and a spreadsheet too unless cells hold line breaks.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number, count = 0, CellCount()
    try:
        for row in reader:
            number += 1
            count.add(row)
            if number > MAX_ROWS:
                raise FileRefused(_("The file has more than %(count)d rows. Split it.") % {"count": MAX_ROWS})
            yield number, row
    except csv.Error as error:
        raise FileRefused(
            _("Row %(row)d is not proper CSV: %(error)s.") % {"row": number + 1, "error": error}
        ) from None


def _read_xlsx(content: bytes) -> list[Table]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise FileRefused(_("This is a ZIP file but not an Excel workbook."))
            check_workbook(archive, most=MAX_UNPACKED)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except FileRefused:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers raise
        raise FileRefused(_("This workbook is damaged and cannot be opened.")) from error
    if len(book.worksheets) > MAX_SHEETS:
        raise FileRefused(_("The workbook has more than %(count)d sheets. Split it.") % {"count": MAX_SHEETS})
    count = CellCount()
    return [
        Table(name=sheet.title, rows=_xlsx_rows(sheet, count))
        for sheet in book.worksheets
        if sheet.sheet_state == "visible" and hasattr(sheet, "iter_rows")
    ]


@dataclass(slots=True)
class CellCount:
    """The cells read so far, of all sheets of a file."""

    cells: int = 0

    def add(self, row: Sequence[object]) -> None:
        """Count the cells of a row that hold something. Raises: FileRefused for too many."""
        self.cells += sum(1 for value in row if value not in (None, ""))
        if self.cells > MAX_CELLS:
            raise FileRefused(_("The file has more than %(count)d cells. Split it.") % {"count": MAX_CELLS})


def _xlsx_rows(sheet: Worksheet, count: CellCount) -> Iterator[Row]:
    # The range a file claims is not to be trusted. Sheets of a workbook opened read-only have this.
    sheet.reset_dimensions()  # type: ignore[attr-defined]
    try:
        # A row that names a far column or row is filled up to there: both ends are fixed before anything is filled.
        for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), start=1):
            if number > SHEET_ROWS or (number > MAX_ROWS and any(value is not None for value in row)):
                raise FileRefused(_("The file has more than %(count)d rows. Split it.") % {"count": MAX_ROWS})
            count.add(row)
            yield number, [_plain(value) for value in row]
    except FileRefused:
        raise
    except Exception as error:
        raise FileRefused(_("This workbook is damaged and cannot be opened.")) from error


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
