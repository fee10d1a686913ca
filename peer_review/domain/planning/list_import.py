"""Import of lists: a CSV file or workbook with an evaluator, a subject and a voter class on each line.

Nothing is written here. Either every line is in order, or the file is refused with row, column and reason of each
fault.
"""

import csv
import io
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TypeVar

from django.utils.translation import gettext as _

from peer_review.domain.planning.people_lookup import PeopleLookup
from peer_review.domain.planning.plan import MAX_LINES
from peer_review.exceptions.base import Refusal
from peer_review.exceptions.planning import ImportListInvalid
from peer_review.providers.roll import Person

MAX_FAULTS = 200
MAX_BYTES = 20_000_000
#: What a workbook may unpack to. Python's zipfile reads no more of an entry than its size says.
MAX_UNPACKED = 50_000_000
#: A head row may stand below a title or two.
HEAD_ROWS = 10
#: Column → how lists call it.
HEADS: dict[str, frozenset[str]] = {
    "evaluator": frozenset({"evaluator", "评价人", "评议人", "投票人", "测评人"}),
    "subject": frozenset({"subject", "被评价人", "评价对象", "被评议人", "测评对象", "被评科室"}),
    "class": frozenset({"class", "voterclass", "票类", "票种"}),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault and its place. Row 0 stands for the whole file."""

    row: int
    column: str
    reason: str


@dataclass(slots=True)
class ImportedList:
    """The contents of a file: `lines` as a plan keeps them, usable only if there are no faults."""

    lines: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    count: int = 0
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0

    def refuse(self, row: int, column: str, reason: str) -> None:
        """Record a fault; only the first ones are kept."""
        self.fault_count += 1
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Fault(row, column, reason))


def read_list(
    content: bytes,
    *,
    kind: str,
    people: Sequence[Person],
    classes: Mapping[str, str],
    excluded: Mapping[tuple[int, str], str],
) -> ImportedList:
    """Return the contents of a file, checked line by line.

    classes: key → label; a cell may hold either. With a single class the column may be missing.
    excluded: (user id, subject's key) → reason.
    Raises: ImportListInvalid if the file as a whole cannot be read.
    """
    imported_list = ImportedList()
    rows = _rows(content)
    heading = _find_heading(rows, imported_list)
    if heading is None:
        return imported_list
    heads, columns = heading
    if "class" not in columns and len(classes) > 1:
        imported_list.refuse(0, _("voter class"), _("This column is missing; the scheme has several voter classes."))
        return imported_list
    lookup = PeopleLookup(kind, people)
    by_name = {"".join(name.split()).casefold(): key for key, label in classes.items() for name in (key, label)}
    seen: dict[tuple[int, str], int] = {}
    lines: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))

    for number, cells in rows:
        texts = {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.items()}
        if not any(texts.values()):
            continue
        imported_list.count += 1
        if imported_list.count > MAX_LINES:
            raise ImportListInvalid(_("The file has more than %(n)s lines. Split it.") % {"n": MAX_LINES})
        evaluator = _find(lookup.person, texts["evaluator"], number, heads["evaluator"], imported_list)
        subject = _find(lookup.subject, texts["subject"], number, heads["subject"], imported_list)
        voters = next(iter(classes)) if "class" not in columns else by_name.get(_plain(texts["class"]))
        if voters is None:
            reason = _("The scheme has no voter class “%(key)s”.") % {"key": texts["class"]}
            imported_list.refuse(number, heads["class"], reason)
        if evaluator is None or subject is None or voters is None:
            continue
        pair = (evaluator.user_id, subject.key)
        if subject.user_id == evaluator.user_id:
            imported_list.refuse(number, heads["subject"], _("Nobody evaluates themselves."))
        elif pair in excluded:
            reason = _("This pair is excluded: %(reason)s") % {"reason": excluded[pair]}
            imported_list.refuse(number, heads["subject"], reason)
        elif pair in seen:
            reason = _("The same pair stands on row %(row)s already.") % {"row": seen[pair]}
            imported_list.refuse(number, heads["subject"], reason)
        else:
            seen[pair] = number
            lines[voters][subject.key].append(evaluator.user_id)
    if not imported_list.count:
        raise ImportListInvalid(_("The file has column heads but no lines."))
    if not imported_list.fault_count:
        imported_list.lines = {voters: dict(subjects) for voters, subjects in lines.items()}
    return imported_list


def reads_workbooks() -> bool:
    """Return whether .xlsx files can be read here; the plugin does not require openpyxl."""
    return find_spec("openpyxl") is not None


_Answer = TypeVar("_Answer")


def _find(
    ask: Callable[[str], _Answer], text: str, row: int, column: str, imported_list: ImportedList
) -> _Answer | None:
    """Return what `ask` finds for a cell, or None after noting what is wrong with it."""
    if not text:
        imported_list.refuse(row, column, _("The cell is empty."))
        return None
    try:
        return ask(text)
    except Refusal as refusal:
        imported_list.refuse(row, column, refusal.message)
        return None


def _find_heading(
    rows: Iterator[tuple[int, list[str]]], imported_list: ImportedList
) -> tuple[dict[str, str], dict[str, int]] | None:
    """Return the columns' own names and places, having read up to the head row; None, with a fault, without one."""
    for _tried, (_number, cells) in zip(range(HEAD_ROWS), rows, strict=False):
        columns: dict[str, int] = {}
        for at, cell in enumerate(cells):
            for name, words in HEADS.items():
                if _plain(cell) in words:
                    columns.setdefault(name, at)
        if {"evaluator", "subject"} <= set(columns):
            return {name: cells[at].strip() for name, at in columns.items()}, columns
    imported_list.refuse(0, "", _("No row has the column heads “evaluator” and “subject” (评价人, 被评价人)."))
    return None


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    if len(content) > MAX_BYTES:
        raise ImportListInvalid(_("The file is too large."))
    if not content.strip(b"\xef\xbb\xbf \t\r\n\0"):
        raise ImportListInvalid(_("The file is empty."))
    if content.startswith(b"PK"):
        return _workbook_rows(content)
    return _csv_rows(_decode(content))


def _decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ImportListInvalid(_("The file is neither a workbook (.xlsx) nor a CSV file in UTF-8 or GB18030."))


def _csv_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    head = "\n".join(text.splitlines()[:HEAD_ROWS])
    delimiter = max(",\t;，", key=head.count)
    number = 0
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            yield number, row
    except csv.Error as error:
        raise ImportListInvalid(_("Row %(row)s is not proper CSV.") % {"row": number + 1}) from error


def _workbook_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    if not reads_workbooks():
        raise ImportListInvalid(_("Workbooks cannot be read here. Save the list as CSV (UTF-8)."))
    import openpyxl  # noqa: PLC0415 - not a requirement of the plugin: where it is missing, CSV still works

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                raise ImportListInvalid(_("The file is too large."))
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = next(
            worksheet
            for worksheet in book.worksheets
            if worksheet.sheet_state == "visible" and hasattr(worksheet, "iter_rows")
        )
        sheet.reset_dimensions()  # the range a file claims is not to be trusted
        for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=50), start=1):
            # Rows that a sheet leaves out count too: a file of a few bytes may name a million of them.
            if number > MAX_LINES + HEAD_ROWS:
                raise ImportListInvalid(_("The file has more than %(n)s lines. Split it.") % {"n": MAX_LINES})
            yield number, [_cell_text(value) for value in row]
    except ImportListInvalid:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers raise
        raise ImportListInvalid(_("This workbook is damaged and cannot be opened.")) from error


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value == int(value) else str(value)
