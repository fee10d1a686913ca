"""Tables whose row of heads was understood, and their rows as values by column."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from organisation.exceptions import FileRefused
from organisation.imports.cells import CellError, CellValue
from organisation.imports.headings import Heading, heads_needed, read_heading
from organisation.imports.model import ImportPlan
from peer_review.tables.reader import HEAD_ROWS, Row, Table


@dataclass(slots=True)
class Sheet:
    """A table whose row of heads was understood."""

    name: str
    heading: Heading
    rows: Iterator[Row]


def find_sheets(tables: list[Table], plan: ImportPlan) -> list[Sheet]:
    """Return the tables with a known row of heads; note the others. Each table is read no further than its heads.

    Raises: FileRefused if no table has one.
    """
    sheets = []
    for table in tables:
        is_empty = True
        for _tried, (number, cells) in zip(range(HEAD_ROWS), table.rows, strict=False):
            is_empty = is_empty and not any(cells)
            heading = read_heading(cells, sheet_name=table.name)
            if heading is None:
                continue
            if heading.doubled:
                plan.refuse(table.name, number, "、".join(heading.doubled), _("This column appears twice."))
            if heading.unknown:
                plan.notices.append(
                    _("%(sheet)s: these columns are not used: %(heads)s.")
                    % {"sheet": table.name, "heads": "、".join(heading.unknown)}
                )
            sheets.append(Sheet(table.name, heading, table.rows))
            break
        else:
            if not is_empty:
                plan.notices.append(_("%(sheet)s: no known column heads, not read.") % {"sheet": table.name})
    if not sheets:
        raise FileRefused(_("No known column heads were found. At least one of these is needed: %s") % heads_needed())
    return sheets


def rows_of(sheet: Sheet, plan: ImportPlan) -> Iterator[tuple[int, dict[str, CellValue] | None]]:
    """Yield (row number, values by column); None for a row with a bad cell, whose errors the plan keeps."""
    width = max(sheet.heading.indexes.values()) + 1
    readers = [
        (column.key, sheet.heading.indexes[column.key], column.read, column.label)
        for column in sheet.heading.kind.columns
        if column.key in sheet.heading.indexes
    ]
    for number, cells in sheet.rows:
        if not any(cells):
            continue
        plan.rows += 1
        if len(cells) < width:
            cells = [*cells, *[None] * (width - len(cells))]
        values: dict[str, CellValue] | None = {}
        for key, index, read, label in readers:
            try:
                value = read(cells[index])
            except CellError as error:
                plan.refuse(sheet.name, number, str(label), str(error))
                values = None
            else:
                if values is not None:
                    values[key] = value
        yield number, values


def coded_rows(
    sheet: Sheet, plan: ImportPlan, *, required: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, CellValue]]]:
    """Yield (row number, values by column) of the sound rows of a sheet whose rows are known by their code.

    A row that lacks a `required` cell or repeats a code is passed over; the plan keeps the error.
    """
    row_by_code: dict[CellValue, int] = {}
    for number, values in rows_of(sheet, plan):
        if values is None:
            continue
        missing = [key for key in required if values[key] in ("", None)]
        for key in missing:
            plan.refuse(sheet.name, number, sheet.heading.label(key), _("This cell must not be empty."))
        if missing:
            continue
        first = row_by_code.setdefault(values["code"], number)
        if first != number:
            reason = _("“%(value)s” stands in row %(row)d already.") % {"value": values["code"], "row": first}
            plan.refuse(sheet.name, number, sheet.heading.label("code"), reason)
            continue
        yield number, values
