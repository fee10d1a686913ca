"""Pages by keyset: rows after or before a key, so that the thousandth page costs what the first does."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet

SEPARATOR = "~"
#: A primary key of so many digits always fits into a database's integers.
MAX_DIGITS = 18

Row = TypeVar("Row", bound=Model)
#: The value of the field that orders the rows.
Key = str | int | datetime.date | datetime.datetime


@dataclass(frozen=True, slots=True)
class KeysetPage(Generic[Row]):
    """Rows, and the cursors of the pages beside them; empty where there is none."""

    rows: list[Row]
    before: str
    after: str

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def page_of(
    rows: QuerySet[Row], *, key: str, size: int, after: str = "", before: str = "", descending: bool = True
) -> KeysetPage[Row]:
    """Return one page of `rows` ordered by the field `key`, then by primary key. One query.

    An unreadable cursor gives the first page.
    """
    cursor = _read_cursor(rows, key, before or after)
    backwards = bool(before) and cursor is not None
    if cursor is not None:
        value, pk = cursor
        side = "lt" if descending != backwards else "gt"
        rows = rows.filter(**{f"{key}__{side}e": value}).filter(
            Q(**{f"{key}__{side}": value}) | Q(**{f"pk__{side}": pk})
        )
    sign = "-" if descending != backwards else ""
    page = list(rows.order_by(f"{sign}{key}", f"{sign}pk")[: size + 1])
    has_more, page = len(page) > size, page[:size]
    if backwards:
        page.reverse()
    has_before, has_after = (has_more, True) if backwards else (cursor is not None, has_more)
    return KeysetPage(
        rows=page,
        before=_write_cursor(page[0], key) if page and has_before else "",
        after=_write_cursor(page[-1], key) if page and has_after else "",
    )


def _write_cursor(row: Model, key: str) -> str:
    value: Key = getattr(row, key)
    return f"{row.pk}{SEPARATOR}{value.isoformat() if isinstance(value, datetime.date) else value}"


def _read_cursor(rows: QuerySet[Row], key: str, cursor: str) -> tuple[Key, int] | None:
    """Return the key and the primary key that a cursor names, or None if no page can have given it."""
    pk, separator, text = cursor.partition(SEPARATOR)
    field = rows.model._meta.get_field(key)
    assert isinstance(field, Field)  # rows are ordered by a column of their own
    if not (separator and pk.isascii() and pk.isdecimal() and len(pk) <= MAX_DIGITS) or "\x00" in text:
        return None
    try:
        value = field.to_python(text)
    except (ValidationError, ValueError, OverflowError):
        return None
    if value is None or (isinstance(value, datetime.datetime) and value.tzinfo is None):
        return None
    return value, int(pk)
