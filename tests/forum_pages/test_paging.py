"""Keyset pages."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forum_pages.enums import CommentOrder
from forum_pages.models import BoardPage, Topic
from forum_pages.paging import CURSOR_MAX, Keyset, digits_column, flag_column, moment_column, number_column
from forum_pages.querysets.comments import COMMENT_ORDERS
from forum_pages.querysets.topics import BOARD_ORDER
from organisation.models import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db

#: The board's order turned round: every column of it rises.
RISING = Keyset((flag_column("pinned"), moment_column("last_activity_at"), number_column("pk")))
MOMENT = dt.datetime(2026, 3, 4, 5, 6, 7, 890_123, tzinfo=dt.UTC)


@pytest.fixture
def topics(board: BoardPage, author: User) -> QuerySet[Topic]:
    """Three pinned topics, and 22 more of which every four share a moment."""
    now = timezone.now().replace(microsecond=123_456)
    Topic.objects.bulk_create(
        Topic(
            board=board,
            author=author,
            title=f"t{number}",
            source="s",
            html="s",
            pinned=number in (4, 9, 17),
            last_activity_at=now - dt.timedelta(minutes=number // 4),
        )
        for number in range(25)
    )
    return Topic.objects.filter(board=board)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 24, 25, 40])
@pytest.mark.parametrize(
    ("keyset", "order"),
    [
        (BOARD_ORDER, ("-pinned", "-last_activity_at", "-pk")),
        (RISING, ("pinned", "last_activity_at", "pk")),
        (Keyset((number_column("pk"),)), ("pk",)),
    ],
)
def test_pages_forwards_and_backwards_visit_every_row_once(
    topics: QuerySet[Topic], keyset: Keyset, order: tuple[str, ...], size: int
) -> None:
    expected = list(topics.order_by(*order))
    page = keyset.page(topics, size=size)
    assert page.is_first
    assert page.previous == ""
    forwards, pages = list(page), 1
    while page.next:
        page = keyset.page(topics, size=size, after=page.next)
        assert not page.is_first
        forwards += page
        pages += 1
    assert forwards == expected
    assert pages == -(-25 // size)
    page = keyset.page(topics, size=size, last=True)
    assert page.next == ""
    backwards = list(page)
    while page.previous:
        page = keyset.page(topics, size=size, before=page.previous)
        assert page.next
        backwards = list(page) + backwards
    assert backwards == expected
    assert page.is_first


@pytest.mark.parametrize("order", CommentOrder)
def test_comments_forwards_and_backwards_visit_every_row_once(
    board: BoardPage, author: User, order: CommentOrder
) -> None:
    topic = make.topic(board, author)
    parent = None
    for number in range(13):
        comment = make.comment(topic, author, parent=parent if number % 3 else None)
        parent = comment if number % 3 == 0 else parent
    rows, keyset = topic.comments.all(), COMMENT_ORDERS[order]
    expected = list(rows.order_by({"thread": "path", "time": "number"}[order]))
    page = keyset.page(rows, size=4)
    seen = list(page)
    while page.next:
        page = keyset.page(rows, size=4, after=page.next)
        seen += page
    assert seen == expected
    page = keyset.page(rows, size=4, last=True)
    assert list(page) == expected[-4:]
    page = keyset.page(rows, size=4, before=page.previous)
    assert list(page) == expected[-8:-4]


def test_a_page_starts_with_the_row_it_is_asked_to_start_with(topics: QuerySet[Topic]) -> None:
    expected = list(topics.order_by("-pinned", "-last_activity_at", "-pk"))
    page = BOARD_ORDER.page(topics, size=4, start=BOARD_ORDER.cursor(expected[5]))
    assert list(page) == expected[5:9]
    assert not page.is_first
    assert list(BOARD_ORDER.page(topics, size=5, before=page.previous)) == expected[:5]


def test_after_and_before_go_before_start_and_last_goes_before_all(topics: QuerySet[Topic]) -> None:
    expected = list(topics.order_by("-pinned", "-last_activity_at", "-pk"))
    cursors = [BOARD_ORDER.cursor(topic) for topic in expected]
    assert list(BOARD_ORDER.page(topics, size=2, after=cursors[3], start=cursors[9])) == expected[4:6]
    assert list(BOARD_ORDER.page(topics, size=2, before=cursors[3], after=cursors[9])) == expected[1:3]
    assert list(BOARD_ORDER.page(topics, size=2, last=True, before=cursors[3])) == expected[-2:]


def test_a_page_of_no_rows_leads_nowhere(topics: QuerySet[Topic]) -> None:
    for page in (BOARD_ORDER.page(topics.none(), size=3), BOARD_ORDER.page(topics.none(), size=3, last=True)):
        assert (len(page), page.previous, page.next, page.is_first) == (0, "", "", True)


def test_a_page_passes_through_what_fetches_it(topics: QuerySet[Topic]) -> None:
    page = BOARD_ORDER.page(topics, size=3, through=lambda rows: rows.filter(pinned=False))
    assert [topic.pinned for topic in page] == [False, False, False]


def test_cursors_are_read_as_they_were_written() -> None:
    cursor = BOARD_ORDER.write(True, MOMENT, 33)
    assert cursor == "1-1772600767890123-33"
    assert BOARD_ORDER.read(cursor) == (True, MOMENT, 33)
    assert COMMENT_ORDERS[CommentOrder.THREAD].read("00000010000003") == ("00000010000003",)


@pytest.mark.parametrize(
    "cursor",
    [
        "", "x", "1-2", "1-2-3-4", "2-1-1", "1-x-1", "1--1-1", "1-1-x", "1-1-１", "1-999999999999999999-1",
        "1-1-9999999999999999999", "1-1-" + "9" * CURSOR_MAX, "0-99999999999999999999999-1", "1-1-\x00",
    ],
)  # fmt: skip
def test_an_unreadable_cursor_gives_the_first_page(topics: QuerySet[Topic], cursor: str) -> None:
    first = list(BOARD_ORDER.page(topics, size=3))
    assert BOARD_ORDER.read(cursor) is None
    for given in ({"after": cursor}, {"before": cursor}, {"start": cursor}):
        page = BOARD_ORDER.page(topics, size=3, **given)
        assert (list(page), page.is_first) == (first, True)


def test_digits_and_numbers_are_no_longer_than_their_column() -> None:
    assert Keyset((number_column("number", digits=3),)).read("0999") is None
    assert Keyset((number_column("number", digits=3),)).read("999") == (999,)
    assert Keyset((digits_column("path", length=3),)).read("0999") is None
    assert Keyset((digits_column("path", length=3),)).read("099") == ("099",)


def test_a_page_is_one_query_without_count_and_offset(topics: QuerySet[Topic], board: BoardPage, author: User) -> None:
    page = BOARD_ORDER.page(Topic.objects.on_board(board, user=author), size=5)
    with CaptureQueriesContext(connection) as queries:
        deep = BOARD_ORDER.page(Topic.objects.on_board(board, user=author), size=5, after=page.next)
        assert len(deep) == 5
    (query,) = [entry["sql"] for entry in queries]
    assert "COUNT(" not in query
    assert "OFFSET" not in query


def test_the_cursor_enters_the_index(topics: QuerySet[Topic], board: BoardPage, author: User) -> None:
    rows = Topic.objects.on_board(board, user=author).filter(BOARD_ORDER.beyond((False, timezone.now(), 1)))
    rows = rows.order_by("-pinned", "-last_activity_at", "-pk")[:21]
    if connection.vendor == "sqlite":
        plan = rows.explain()
        assert "forum_pages_topic_board (board_id=? AND pinned=? AND last_activity_at<?)" in plan
        assert "TEMP B-TREE" not in plan
    else:
        with connection.cursor() as cursor:
            # So small a table would be read whole.
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        plan = rows.explain()
        assert "Index Scan using forum_pages_topic_board" in plan
        assert "Sort" not in plan
