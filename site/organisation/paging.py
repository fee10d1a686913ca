"""Keyset pages: as quick on the last page as on the first, and no count."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the cursors of the pages before and after; None where there is none."""

    rows: list[Any]
    before: str | None
    after: str | None


def _cursor(row: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps([row.name_key, row.pk]).encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[str, int] | None:
    try:
        key, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError):
        return None
    return (key, pk) if isinstance(key, str) and type(pk) is int and abs(pk) < 2**63 else None


def by_name(people: QuerySet, *, after: str = "", before: str = "", size: int = 50) -> Page:
    """Return one page of people in the order of their names. A damaged cursor leads to the first page."""
    if before and (place := _read(before)):
        key, pk = place
        rows = list(
            people.filter(Q(name_key__lt=key) | Q(name_key=key, pk__lt=pk)).order_by("-name_key", "-pk")[: size + 1]
        )
        more = len(rows) > size
        rows = rows[:size][::-1]
        return Page(rows, _cursor(rows[0]) if rows and more else None, _cursor(rows[-1]) if rows else None)
    start = _read(after) if after else None
    if start:
        key, pk = start
        people = people.filter(Q(name_key__gt=key) | Q(name_key=key, pk__gt=pk))
    rows = list(people.order_by("name_key", "pk")[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return Page(rows, _cursor(rows[0]) if rows and start else None, _cursor(rows[-1]) if rows and more else None)
