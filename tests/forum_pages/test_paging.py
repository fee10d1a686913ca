"""Keyset pages."""

import datetime as dt

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forum_pages import paging
from forum_pages.models import Topic
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def topics(board, author):
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


def titles(rows):
    return [row.title for row in rows]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 24, 25, 40])
def test_topics_forwards_and_backwards_visit_every_row_once(topics, size):
    expected = titles(topics.order_by("-pinned", "-last_activity_at", "-pk"))
    page = paging.page_of_topics(topics, size=size)
    assert page.is_first
    seen, pages = titles(page), 1
    while page.next:
        page = paging.page_of_topics(topics, size=size, after=page.next)
        seen += titles(page)
        pages += 1
    assert seen == expected
    assert pages == -(-25 // size)
    page = paging.page_of_topics(topics, size=size, last=True)
    seen = titles(page)
    while page.previous:
        page = paging.page_of_topics(topics, size=size, before=page.previous)
        seen = titles(page) + seen
    assert seen == expected
    assert page.is_first


@pytest.mark.parametrize("order", ["path", "number"])
def test_comments_forwards_and_backwards_visit_every_row_once(board, author, order):
    topic = make.topic(board, author)
    parent = None
    for number in range(13):
        comment = make.comment(topic, author, parent=parent if number % 3 else None)
        parent = comment if number % 3 == 0 else parent
    rows = topic.comments.all()
    expected = list(rows.order_by(order))
    page = paging.page_of_comments(rows, key=order, size=4)
    seen = list(page)
    while page.next:
        page = paging.page_of_comments(rows, key=order, size=4, after=page.next)
        seen += list(page)
    assert seen == expected
    page = paging.page_of_comments(rows, key=order, size=4, last=True)
    assert list(page) == expected[-4:]
    page = paging.page_of_comments(rows, key=order, size=4, before=page.previous)
    assert list(page) == expected[-8:-4]
    begin = str(getattr(expected[5], order))
    assert list(paging.page_of_comments(rows, key=order, size=4, start=begin)) == expected[5:9]


def test_a_page_is_one_query_without_count_and_offset_along_the_index(topics, board, author):
    page = paging.page_of_topics(Topic.objects.on_board(board, user=author), size=5)
    with CaptureQueriesContext(connection) as queries:
        deep = paging.page_of_topics(Topic.objects.on_board(board, user=author), size=5, after=page.next)
        assert len(deep) == 5
    (query,) = [entry["sql"] for entry in queries]
    assert "COUNT(" not in query
    assert "OFFSET" not in query


def test_the_cursor_enters_the_index(topics, board, author):
    moment = timezone.now()
    rows = Topic.objects.on_board(board, user=author).filter(
        Q(pinned__in=[False]) & Q(last_activity_at__lte=moment) & (Q(last_activity_at__lt=moment) | Q(pk__lt=1))
    )
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


def test_jump_to_a_day(topics, as_reader, board):
    yesterday = (timezone.localdate() - dt.timedelta(days=1)).isoformat()
    assert len(as_reader.get(f"{board.url}?day={yesterday}").context["topics"]) == 0
    assert len(as_reader.get(f"{board.url}?day={timezone.localdate().isoformat()}").context["topics"]) == 20
    assert as_reader.get(f"{board.url}?day=9999-12-31").status_code == 200
    assert as_reader.get(f"{board.url}?day=x").status_code == 200
