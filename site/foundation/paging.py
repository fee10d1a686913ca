"""Pages by keyset: rows after or before a key, so that the thousandth page costs what the first does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

SEPARATOR = "~"


@dataclass(frozen=True)
class Page:
    """Rows, and the cursors of the pages beside them; empty where there is none."""

    rows: list[Any]
    before: str
    after: str

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def page_of(rows: QuerySet, *, key: str, size: int, after: str = "", before: str = "", descending: bool = True) -> Page:
    """Return one page of `rows` ordered by the field `key`, then by primary key. One query.

    An unreadable cursor gives the first page.
    """
    cursor = _read(rows, key, before or after)
    backwards = bool(before) and cursor is not None
    if cursor is not None:
        value, pk = cursor
        side = "lt" if descending != backwards else "gt"
        rows = rows.filter(**{f"{key}__{side}e": value}).filter(
            Q(**{f"{key}__{side}": value}) | Q(**{f"pk__{side}": pk})
        )
    sign = "-" if descending != backwards else ""
    found = list(rows.order_by(f"{sign}{key}", f"{sign}pk")[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_before, has_after = (more, True) if backwards else (cursor is not None, more)
    return Page(
        rows=found,
        before=_write(found[0], key) if found and has_before else "",
        after=_write(found[-1], key) if found and has_after else "",
    )


def _write(row: Any, key: str) -> str:
    value = getattr(row, key)
    return f"{row.pk}{SEPARATOR}{value.isoformat() if hasattr(value, 'isoformat') else value}"


def _read(rows: QuerySet, key: str, cursor: str) -> tuple[Any, int] | None:
    pk, separator, value = cursor.partition(SEPARATOR)
    if not (separator and pk.isascii() and pk.isdigit() and len(pk) < 19) or "\x00" in value:
        return None
    try:
        moment = rows.model._meta.get_field(key).to_python(value)
    except (ValidationError, ValueError, OverflowError):
        return None
    if isinstance(moment, datetime) and moment.tzinfo is None:
        return None
    return moment, int(pk)
