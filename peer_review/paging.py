"""Keyset pages: the rows after or before a row, so that the thousandth page costs what the first does.

No COUNT, no OFFSET, no page numbers. A cursor names a row and nothing else: addresses are written into logs, and the
figure by which a list is sorted has no place there.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet, Subquery
from django.http import QueryDict

#: A number of so many digits fits into the integers of every database.
MAX_DIGITS = 18
#: Longer than any key of a row that is not a number.
MAX_LETTERS = 100

Row = TypeVar("Row")
ModelRow = TypeVar("ModelRow", bound=Model)


@dataclass(frozen=True, slots=True)
class KeysetPage(Generic[Row]):
    """The rows of one page, and the cursors of the pages beside it; None where there is none.

    is_refused: a cursor was given that no page has offered, so this is the first page.
    """

    rows: list[Row]
    before: str | None
    after: str | None
    is_refused: bool = False

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def read_id(text: str | None) -> int | None:
    """Return the id that a text names, or None where it names none: signs, spaces and foreign digits are refused."""
    if text and text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS:
        return int(text)
    return None


def read_key(text: str | None) -> str | None:
    """Return the key of letters and digits that a text names, or None where it names none."""
    return text if text and text.isascii() and text.isalnum() and len(text) <= MAX_LETTERS else None


def page_of(
    rows: "QuerySet[ModelRow]",
    query: QueryDict,
    *,
    size: int,
    order: tuple[str, ...] = ("-pk",),
    read: Callable[[str], int | str | None] = read_id,
    anchors: "QuerySet[ModelRow] | None" = None,
) -> KeysetPage[ModelRow]:
    """Return the page of `rows` that the query string asks for with `after` or `before`. One query.

    order: the unique field that cursors hold, written as for order_by; before it, if need be, one field to sort by,
        which is never null.
    read: how a cursor is read; None for what is no value of the unique field.
    anchors: the rows that a cursor may name, where they are more than `rows`. Whoever may not read a row must not
        find their way by it, so they are never more than the reader may read.

    What is no cursor, a cursor given twice, and one that leads nowhere and names no row give the first page, and a
    second query.
    """
    text, backwards, is_given = _asked(query)
    cursor = read(text)
    unique = order[-1].removeprefix("-")
    anchors = rows if anchors is None else anchors
    if cursor is not None:
        beyond = _beyond(rows, anchors, order=order, cursor=cursor, backwards=backwards)
        page = list(beyond.order_by(*_directed(order, backwards))[: size + 1])
        if page or (not backwards and anchors.filter(**{unique: cursor}).exists()):
            return _cut(page, size=size, backwards=backwards, is_bounded=True, key=lambda row: getattr(row, unique))
    page = list(rows.order_by(*order)[: size + 1])
    return _cut(page, size=size, key=lambda row: getattr(row, unique), is_refused=is_given)


def page_of_list(rows: Sequence[Row], query: QueryDict, *, size: int, key: Callable[[Row], object]) -> KeysetPage[Row]:
    """Return the page of a list that the query string asks for. As `page_of`, where the rows are no table's."""
    text, backwards, is_given = _asked(query)
    index = next((index for index, row in enumerate(rows) if str(key(row)) == text), None) if text else None
    if index is None:
        return _cut(list(rows[: size + 1]), size=size, key=key, is_refused=is_given)
    page = list(rows[max(index - size - 1, 0) : index])[::-1] if backwards else list(rows[index + 1 : index + size + 2])
    return _cut(page, size=size, backwards=backwards, is_bounded=True, key=key)


def _asked(query: QueryDict) -> tuple[str, bool, bool]:
    """Return the cursor of a query string, whether it leads backwards, and whether any was given at all."""
    given = [(value, name == "before") for name in ("after", "before") for value in query.getlist(name)]
    text, backwards = given[0] if len(given) == 1 else ("", False)
    return text, backwards, bool(given)


def _directed(order: tuple[str, ...], backwards: bool) -> list[str]:
    if not backwards:
        return list(order)
    return [name.removeprefix("-") if name.startswith("-") else f"-{name}" for name in order]


def _beyond(
    rows: "QuerySet[ModelRow]",
    anchors: "QuerySet[ModelRow]",
    *,
    order: tuple[str, ...],
    cursor: int | str,
    backwards: bool,
) -> "QuerySet[ModelRow]":
    """Return the rows that lie beyond the cursor, seen in the direction of the walk."""
    sides = [(name.removeprefix("-"), "lt" if name.startswith("-") else "gt") for name in _directed(order, backwards)]
    unique, side = sides[-1]
    beyond = Q(**{f"{unique}__{side}": cursor})
    if len(sides) == 1:
        return rows.filter(beyond)
    field, side = sides[0]
    anchor = Subquery(anchors.filter(**{unique: cursor}).order_by().values(field)[:1])
    # The range stands first and alone, so that the index is entered at the right place; the OR only settles ties.
    return rows.filter(**{f"{field}__{side}e": anchor}).filter(Q(**{f"{field}__{side}": anchor}) | beyond)


def _cut(
    page: list[Row],
    *,
    size: int,
    key: Callable[[Row], object],
    backwards: bool = False,
    is_bounded: bool = False,
    is_refused: bool = False,
) -> KeysetPage[Row]:
    """Build the page from up to size + 1 rows. is_bounded: the walk began at a cursor, so rows lie behind it."""
    has_more, page = len(page) > size, page[:size]
    if backwards:
        page.reverse()
    has_before, has_after = (has_more, is_bounded) if backwards else (is_bounded, has_more)
    return KeysetPage(
        rows=page,
        before=str(key(page[0])) if page and has_before else None,
        after=str(key(page[-1])) if page and has_after else None,
        is_refused=is_refused,
    )
