"""Pages by keyset: a page is "so many rows after this one", so page 1,000 costs what page 1 costs.

No COUNT, no OFFSET, no page numbers. A cursor is the key of a row, written so that it can stand in a URL.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone


@dataclass(frozen=True)
class KeysetPage:
    """Rows of one page, and the cursors that lead away from it (empty where there is nothing further)."""

    rows: Sequence[Any]
    previous: str
    next: str
    is_first: bool

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def _cut(rows: list[Any], *, size: int, backwards: bool, bounded: bool, cursor: Any) -> KeysetPage:
    """Build the page out of up to size + 1 rows. `bounded`: the query began at a cursor, so rows lie before it."""
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    before, after = (more, bounded) if backwards else (bounded, more)
    return KeysetPage(
        rows=rows,
        previous=cursor(rows[0]) if rows and before else "",
        next=cursor(rows[-1]) if rows and after else "",
        is_first=not before,
    )


# Topics of a board: pinned first, then by last activity


def topic_cursor(topic: Any) -> str:
    """Return the key of a topic: pinned, microseconds of its last activity, id."""
    moment = topic.last_activity_at - datetime(1970, 1, 1, tzinfo=UTC)
    micros = (moment.days * 86_400 + moment.seconds) * 1_000_000 + moment.microseconds
    return f"{int(topic.pinned)}-{micros}-{topic.pk}"


def parse_day(text: str) -> date | None:
    """Return the day, or None if the text is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def cursor_at_end_of(day: date) -> str:
    """Return the cursor from which the topics last active on that day, and before it, follow."""
    try:
        midnight = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    except OverflowError:
        return ""
    return f"0-{int(midnight.timestamp()) * 1_000_000}-0"


def parse_topic_cursor(text: str) -> tuple[bool, datetime, int] | None:
    """Return the parts of a key, or None if it is none."""
    parts = text.split("-")
    if len(parts) != 3 or parts[0] not in {"0", "1"}:
        return None
    try:
        micros, pk = int(parts[1]), int(parts[2])
        moment = datetime.fromtimestamp(micros // 1_000_000, tz=UTC).replace(microsecond=micros % 1_000_000)
    except (ValueError, OverflowError, OSError):
        return None
    return (parts[0] == "1", moment, pk) if 0 <= pk < 2**63 else None


def page_of_topics(topics: QuerySet, *, size: int, after: str = "", before: str = "", last: bool = False) -> KeysetPage:
    """Return a page of topics in the board's order. One query, along the index (board, pinned, activity, id).

    An unreadable cursor gives the first page.
    """
    backwards = last or bool(before)
    key = parse_topic_cursor(before or after) if not last else None
    if key is None and before:
        backwards = False
    if key is not None:
        pinned, moment, pk = key
        # The range on the activity comes first and alone, so that the index is entered at the right place; the
        # OR only settles ties.
        # "pinned IN (…)" and not "NOT pinned": SQLite enters an index only by comparisons.
        same, other = Q(pinned__in=[pinned]), Q(pinned__in=[not pinned])
        if backwards:
            tie = Q(last_activity_at__gte=moment) & (Q(last_activity_at__gt=moment) | Q(pk__gt=pk))
            topics = topics.filter(same & tie if pinned else (same & tie) | other)
        else:
            tie = Q(last_activity_at__lte=moment) & (Q(last_activity_at__lt=moment) | Q(pk__lt=pk))
            topics = topics.filter(same & tie if not pinned else (same & tie) | other)
    order = ["pinned", "last_activity_at", "pk"] if backwards else ["-pinned", "-last_activity_at", "-pk"]
    rows = list(topics.order_by(*order)[: size + 1])
    return _cut(rows, size=size, backwards=backwards, bounded=key is not None, cursor=topic_cursor)


# Comments of a topic: along one unique key, upwards


def page_of_comments(
    comments: QuerySet, *, key: str, size: int, after: str = "", before: str = "", start: str = "", last: bool = False
) -> KeysetPage:
    """Return a page of comments ordered by `key` ("path" or "number"). One query.

    `start` is a row the page begins with; `after` and `before` are rows it lies beyond.
    """
    backwards = last or bool(before)
    bound = "" if last else before or after or start
    if bound and not (bound.isascii() and bound.isdigit() and len(bound) <= 63 and (key == "path" or len(bound) <= 9)):
        bound, backwards = "", False
    if bound:
        lookup = "lt" if before else "gt" if after else "gte"
        comments = comments.filter(**{f"{key}__{lookup}": bound if key == "path" else int(bound)})
    rows = list(comments.order_by(f"-{key}" if backwards else key)[: size + 1])
    return _cut(rows, size=size, backwards=backwards, bounded=bool(bound), cursor=lambda row: str(getattr(row, key)))


# Results of a search: newest first


def page_of_results(results: Any, *, size: int) -> KeysetPage:
    """Return the first page of search results already bounded by id; `next` is the id to go on below."""
    rows = list(results[: size + 1])
    return _cut(rows, size=size, backwards=False, bounded=False, cursor=lambda row: str(row.pk))
