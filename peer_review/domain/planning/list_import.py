"""Import of lists: a CSV file or workbook with an evaluator, a subject and a voter class on each line.

Nothing is written here. Either every line is in order, or the file is refused with row, column and reason of each
fault.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.utils.translation import gettext as _

from peer_review.domain.planning.people_lookup import PeopleLookup
from peer_review.domain.planning.plan import MAX_LINES
from peer_review.exceptions.base import Refusal
from peer_review.exceptions.planning import ImportListInvalid
from peer_review.providers.roll import Person
from peer_review.tables.reader import HEAD_ROWS, Limits, read_tables
from peer_review.tables.refusal import TableRefused

MAX_FAULTS = 200
MAX_BYTES = 20_000_000
#: What lies further right in a workbook is not read.
MAX_COLUMNS = 50
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
    file_name: str = "",
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
    rows = _rows(content, file_name)
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


def _rows(content: bytes, file_name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of the first sheet. Raises: ImportListInvalid."""
    if len(content) > MAX_BYTES:
        raise ImportListInvalid(_("The file is too large."))
    limits = Limits(rows=MAX_LINES + HEAD_ROWS, columns=MAX_COLUMNS)
    try:
        for table in read_tables(content, file_name, limits=limits, takes_results=True)[:1]:
            for number, cells in table.rows:
                yield number, [str(cell) if cell else "" for cell in cells]
    except TableRefused as refusal:
        raise ImportListInvalid(refusal.message) from refusal
