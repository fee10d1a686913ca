"""Pages by keyset: a page is "so many rows after this row", so page 1,000 costs what page 1 costs.

No COUNT, no OFFSET, no page numbers. A cursor is the key of a row, written so that it can stand in a URL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, Protocol, TypeVar

from django.db.models import Model, Q, QuerySet

KeyPart = bool | int | str | datetime
Row = TypeVar("Row", bound=Model)

#: Longest cursor worth reading from a URL.
CURSOR_MAX = 80
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SEPARATOR = "-"


class Sliceable(Protocol):
    """Rows that a slice fetches: a queryset, or the results of Wagtail's search."""

    def __getitem__(self, index: slice, /) -> Sequence[Model] | Sliceable: ...


@dataclass(frozen=True)
class KeysetPage(Generic[Row]):
    """Rows of one page, and the cursors that lead away from it (empty where there is nothing further)."""

    rows: Sequence[Row] = ()
    previous: str = ""
    next: str = ""
    is_first: bool = True

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Column:
    """One column of an order: how its values are written in a cursor, and read from one (None: unreadable)."""

    name: str
    write: Callable[[KeyPart], str]
    read: Callable[[str], KeyPart | None]
    descending: bool = False
    #: All values of a column that has few, in rising order.
    values: tuple[KeyPart, ...] = ()

    def order(self, *, backwards: bool) -> str:
        """Return the column for `order_by`."""
        return f"-{self.name}" if self.descending != backwards else self.name

    def beyond(self, value: KeyPart, *, backwards: bool, inclusive: bool = False) -> Q:
        """Return the condition of the rows whose value comes after this one."""
        lookup = "lt" if self.descending != backwards else "gt"
        return Q(**{f"{self.name}__{lookup}{'e' if inclusive else ''}": value})

    def values_beyond(self, value: KeyPart, *, backwards: bool) -> list[KeyPart]:
        """Return which of its few values come after this one."""
        index = self.values.index(value)
        return list(self.values[:index] if self.descending != backwards else self.values[index + 1 :])


def _read_digits(text: str, *, length: int) -> str | None:
    return text if text.isascii() and text.isdigit() and len(text) <= length else None


def _read_number(text: str, *, length: int) -> int | None:
    digits = _read_digits(text, length=length)
    return int(digits) if digits is not None else None


def _read_moment(text: str) -> datetime | None:
    micros = _read_number(text, length=18)
    try:
        return _EPOCH + timedelta(microseconds=micros) if micros is not None else None
    except OverflowError:
        return None


def _write_moment(moment: KeyPart) -> str:
    assert isinstance(moment, datetime)
    return str((moment - _EPOCH) // timedelta(microseconds=1))


def flag_column(name: str, *, descending: bool = False) -> Column:
    """Return a column of yes and no."""
    read = {"0": False, "1": True}.get
    return Column(name, lambda flag: str(int(bool(flag))), read, descending, values=(False, True))


def number_column(name: str, *, digits: int = 18, descending: bool = False) -> Column:
    """Return a column of numbers from 0; `digits` keeps what a URL says inside the range of the database's type."""
    return Column(name, str, lambda text: _read_number(text, length=digits), descending)


def digits_column(name: str, *, length: int, descending: bool = False) -> Column:
    """Return a column of text that consists of digits."""
    return Column(name, str, lambda text: _read_digits(text, length=length), descending)


def moment_column(name: str, *, descending: bool = False) -> Column:
    """Return a column of moments, exact to the microsecond."""
    return Column(name, _write_moment, _read_moment, descending)


@dataclass(frozen=True)
class Keyset:
    """An order of rows along columns that together are unique; the database needs an index along the same columns."""

    columns: tuple[Column, ...]

    def cursor(self, row: Model) -> str:
        """Return the key of a row."""
        return self.write(*(getattr(row, column.name) for column in self.columns))

    def write(self, *key: KeyPart) -> str:
        """Return the cursor of a key; no row need have it."""
        return _SEPARATOR.join(column.write(part) for column, part in zip(self.columns, key, strict=True))

    def read(self, cursor: str) -> tuple[KeyPart, ...] | None:
        """Return the key that a cursor holds, or None if it holds none."""
        parts = cursor.split(_SEPARATOR) if len(cursor) <= CURSOR_MAX else []
        if len(parts) != len(self.columns):
            return None
        key = [column.read(part) for column, part in zip(self.columns, parts, strict=True)]
        complete = tuple(part for part in key if part is not None)
        return complete if len(complete) == len(key) else None

    def beyond(self, key: tuple[KeyPart, ...], *, backwards: bool = False, inclusive: bool = False) -> Q:
        """Return the condition of the rows that come after the key (before it: `backwards`), or with it (`inclusive`).

        An index is entered at the right place only by comparisons of its columns in their order. So a range comes
        first and alone, and the OR only settles ties; a column with few values is compared by IN (SQLite enters no
        index by "NOT pinned").
        """
        return self._beyond(self.columns, key, backwards=backwards, inclusive=inclusive)

    def _beyond(self, columns: tuple[Column, ...], key: tuple[KeyPart, ...], *, backwards: bool, inclusive: bool) -> Q:
        column, value = columns[0], key[0]
        if len(columns) == 1:
            return column.beyond(value, backwards=backwards, inclusive=inclusive)
        ties = self._beyond(columns[1:], key[1:], backwards=backwards, inclusive=inclusive)
        if column.values:
            same = Q(**{f"{column.name}__in": [value]}) & ties
            others = column.values_beyond(value, backwards=backwards)
            return same | Q(**{f"{column.name}__in": others}) if others else same
        return column.beyond(value, backwards=backwards, inclusive=True) & (
            column.beyond(value, backwards=backwards) | ties
        )

    def page(
        self,
        rows: QuerySet[Row],
        *,
        size: int,
        after: str = "",
        before: str = "",
        start: str = "",
        last: bool = False,
        through: Callable[[QuerySet[Row]], Sliceable] | None = None,
    ) -> KeysetPage[Row]:
        """Return one page of the rows. One query; an unreadable cursor gives the first page.

        `after` and `before` are rows that the page lies beyond, `start` is the row it begins with, `last` asks for
        the last page. `through` turns the ordered rows into what is fetched, for instance the results of a search.
        """
        key = self.read(before or after or start) if not last else None
        backwards = last or (bool(before) and key is not None)
        if key is not None:
            inclusive = bool(start) and not before and not after
            rows = rows.filter(self.beyond(key, backwards=backwards, inclusive=inclusive))
        ordered = rows.order_by(*(column.order(backwards=backwards) for column in self.columns))
        fetched: list[Row] = list((through(ordered) if through else ordered)[: size + 1])  # type: ignore[arg-type]
        has_more, shown = len(fetched) > size, fetched[:size]
        if backwards:
            shown.reverse()
        has_previous, has_next = (has_more, key is not None) if backwards else (key is not None, has_more)
        return KeysetPage(
            rows=shown,
            previous=self.cursor(shown[0]) if shown and has_previous else "",
            next=self.cursor(shown[-1]) if shown and has_next else "",
            is_first=not has_previous,
        )
