"""Workbooks that hold what is shown and nothing else: no hidden sheet, no author, no time, and the same bytes for the
same figures.

Text is always text: what begins like a formula is written as a string and marked so. Formulas are ours only, and each
is kept with the value it comes to, so that whoever looks without calculating (a phone, a mail preview) sees the figure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from os import PathLike
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

#: Points, counts, percentages of a whole that is 100.
POINTS, COUNT, SHARE = "0.0", "0", '0.0" %"'
#: What spreadsheets take for the beginning of a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\n")
WIDEST, NARROWEST = 60, 8
#: 1 January 1980 is the first day that a zip archive knows.
ARCHIVE_DAY = (1980, 1, 1, 0, 0, 0)

_INK, _MUTED = "FF1F2328", "FF57606A"
_LINE = Side(style="thin", color="FFD8D5CC")
_HEAD = Border(bottom=Side(style="medium", color=_INK))
_ROW = Border(bottom=_LINE)
_SURFACE = PatternFill("solid", fgColor="FFF6F5F1")
_NO_VALUE = re.compile(r'(<c r="([A-Z]+[0-9]+)"[^>]*><f>[^<]*</f>)(?:<v ?/>|<v></v>)')


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula in the language of spreadsheets, without "=", and what it comes to."""

    text: str
    value: float
    format: str = POINTS


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its format."""

    value: float
    format: str = POINTS


#: What a cell may hold; None leaves it untouched.
Value = str | Figure | Formula | None


class Book:
    """A workbook in the making."""

    def __init__(self, *, title: str, footer: str, day: date, language: str) -> None:
        self._footer = footer
        self._sheets: list[Sheet] = []
        self._book = Workbook()
        self._book.remove(self._book.worksheets[0])
        self._values: dict[str, dict[str, float]] = {}
        kept = self._book.properties
        kept.creator = None
        kept.title = clean(title)
        kept.language = language
        kept.created = kept.modified = datetime.combine(day, time())
        self._book.calculation.fullCalcOnLoad = True

    def sheet(self, name: str) -> "Sheet":
        """Return a new sheet at the end."""
        worksheet = self._book.create_sheet(name)
        values: dict[str, float] = {}
        self._values[f"xl/worksheets/sheet{len(self._book.worksheets)}.xml"] = values
        sheet = Sheet(worksheet, values, footer=self._footer)
        self._sheets.append(sheet)
        return sheet

    def save(self) -> bytes:
        """Return the file."""
        for sheet in self._sheets:
            sheet.close()
        self._book.active = 0
        buffer = BytesIO()
        with _Archive(buffer, self._values) as archive:
            ExcelWriter(self._book, archive).write_data()
        return buffer.getvalue()


class Sheet:
    """One sheet: a row of heads that stays in sight, and rows under it. Prints on as many pages as it is wide once."""

    def __init__(self, sheet: Worksheet, values: dict[str, float], *, footer: str) -> None:
        self._sheet, self._values = sheet, values
        self._widths: dict[int, float] = {}
        self.row = 0
        sheet.sheet_view.showGridLines = False
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        # & begins a code there.
        above, below = HeaderFooterItem(), HeaderFooterItem()
        above.left.text = clean(sheet.title).replace("&", "&&")
        below.left.text, below.right.text = clean(footer).replace("&", "&&"), "&P / &N"
        sheet.HeaderFooter.oddHeader, sheet.HeaderFooter.oddFooter = above, below

    def head(self, labels: Sequence[str], *, rows: int = 1) -> int:
        """Write the heads and return their row; they and the first column stay in sight, `rows` rows from here."""
        self.row += 1
        for column, label in enumerate(labels, start=1):
            cell = self._put(column, label)
            cell.font = Font(bold=True, color=_INK)
            cell.fill, cell.border = _SURFACE, _HEAD
            cell.alignment = Alignment(wrap_text=True, vertical="bottom", horizontal="left" if column == 1 else "right")
            self._measure(column, min(12.0, _width(label)))
        self._sheet.freeze_panes = f"B{self.row + rows}"
        self._sheet.print_title_rows = f"{self.row}:{self.row + rows - 1}"
        return self.row

    def line(self, cells: Sequence[Value], *, strong: bool = False, muted: bool = False) -> int:
        """Write a row and return its number."""
        self.row += 1
        for column, value in enumerate(cells, start=1):
            if value is None:
                continue
            cell = self._put(column, value)
            cell.font = Font(bold=strong, color=_MUTED if muted else _INK)
            cell.border = _ROW
            cell.alignment = Alignment(vertical="top", horizontal="left" if column == 1 else "right", wrap_text=True)
            self._measure(column, _width(value) if isinstance(value, str) else 9.0)
        return self.row

    def text(self, words: Sequence[str]) -> int:
        """Write a row of words, read from the left, and return its number."""
        self.row += 1
        for column, value in enumerate(words, start=1):
            cell = self._put(column, value)
            cell.font = Font(bold=False, color=_MUTED if column == 1 and len(words) > 1 else _INK)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            self._measure(column, _width(value))
        return self.row

    def note(self, text: str) -> None:
        """Write a line of small print, which runs over its neighbours."""
        self.row += 1
        cell = self._put(1, text)
        cell.font = Font(size=9, color=_MUTED)

    def space(self) -> None:
        """Leave a row empty."""
        self.row += 1

    def close(self) -> None:
        """Set the widths of the columns."""
        for column, width in self._widths.items():
            letter = get_column_letter(column)
            self._sheet.column_dimensions[letter].width = max(NARROWEST, min(WIDEST, width + 2))

    def _put(self, column: int, value: Value) -> Cell | MergedCell:
        cell = self._sheet.cell(row=self.row, column=column)
        if isinstance(value, str):
            text = clean(value)
            cell.value = text
            if text:
                cell.data_type = "s"
            cell.quotePrefix = text.startswith(FORMULA_STARTS)
        elif isinstance(value, Figure):
            cell.value, cell.number_format = value.value, value.format
        elif isinstance(value, Formula):
            cell.value, cell.number_format = f"={value.text}", value.format
            self._values[cell.coordinate] = value.value
        return cell

    def _measure(self, column: int, width: float) -> None:
        self._widths[column] = max(width, self._widths.get(column, 0))


def clean(text: str) -> str:
    """Return a text without the characters that XML cannot hold, its lines ended in one way."""
    return str(ILLEGAL_CHARACTERS_RE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def at(column: int, row: int) -> str:
    """Return the name of a cell: at(2, 5) is "B5"."""
    return f"{get_column_letter(column)}{row}"


def down(column: int, first: int, last: int) -> str:
    """Return the name of a piece of a column that does not move: down(2, 5, 7) is "B$5:B$7"."""
    letter = get_column_letter(column)
    return f"{letter}${first}:{letter}${last}"


def across(row: int, first: int, last: int) -> str:
    """Return the name of a piece of a row: across(5, 2, 4) is "B5:D5"."""
    return f"{at(first, row)}:{at(last, row)}"


def _width(text: str) -> float:
    """Return how wide the longest line of a text is, in Latin letters; Chinese ones are two."""
    return max(
        (sum(2.0 if ord(character) > 0x2E7F else 1.1 for character in line) for line in text.splitlines()), default=0.0
    )


class _Archive(ZipFile):
    """A zip archive without times, which gives each formula its value."""

    def __init__(self, file: BytesIO, values: dict[str, dict[str, float]]) -> None:
        super().__init__(file, "w", ZIP_DEFLATED)
        self._values = values

    def writestr(
        self,
        zinfo_or_arcname: str | ZipInfo,
        data: object,
        compress_type: int | None = None,
        compresslevel: int | None = None,
    ) -> None:
        assert isinstance(data, (bytes, str))
        info = ZipInfo(str(zinfo_or_arcname), ARCHIVE_DAY)
        info.compress_type = ZIP_DEFLATED
        super().writestr(info, data)

    def write(
        self,
        filename: str | PathLike[str],
        arcname: str | PathLike[str] | None = None,
        compress_type: int | None = None,
        compresslevel: int | None = None,
    ) -> None:
        with open(filename, "rb") as file:
            data = file.read()
        values = self._values.get(str(arcname))
        if values:
            text = data.decode("utf-8")
            data = _NO_VALUE.sub(lambda match: f"{match[1]}<v>{values[match[2]]!r}</v>", text).encode("utf-8")
        self.writestr(str(arcname), data)
