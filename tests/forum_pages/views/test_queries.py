"""Lists cost as many queries for fifty rows as for one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from forum_pages.domain.moderation.reports import report_post
from forum_pages.models import BoardPage, Topic, TopicComment
from organisation.models import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db

#: Queries of what the issue measures: a board, a topic, posting a comment.
MOST = 12


def queries(client: Client, address: str) -> int:
    """Ask twice and count the second time: the first fills caches and leaves read marks."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def fill(board: BoardPage, author: User, reader: User, moderated: BoardPage, count: int) -> Topic:
    for number in range(count):
        writer = make.person(f"writer{number}", "staff")
        topic = make.topic(board, writer, f"互评 {number}")
        comment = make.comment(topic, author, "互评")
        make.comment(topic, reader, parent=comment)
        report_post(target=comment, user=reader, reason="x")
        make.topic(moderated, writer)
        make.comment(topic, author)
        TopicComment.objects.filter(pk=make.comment(topic, author).pk).update(is_public=False)
    return topic


def test_every_list_has_one_query_count(
    as_reader: Client, as_moderator: Client, author: User, reader: User, board: BoardPage, settings: Settings
) -> None:
    moderated = make.board("moderated", moderated=True)
    first = fill(board, author, reader, moderated, 1)
    search = reverse("forum_pages:search")
    pages = {
        "board": (as_reader, board.url),
        "index": (as_reader, board.get_parent().url),
        "overview": (as_reader, reverse("forum_pages:overview")),
        "topics found": (as_reader, f"{search}?q=互评"),
        "comments found": (as_reader, f"{search}?q=互评&kind=comments"),
        "queue": (as_moderator, reverse("forum_pages:queue")),
        "topic": (as_reader, first.get_absolute_url()),
        "topic by time": (as_reader, first.get_absolute_url() + "?order=time"),
        "board as moderator": (as_moderator, board.url),
    }
    few = {name: queries(*ask) for name, ask in pages.items()}
    fill(board, author, reader, moderated, 50)
    for number in range(50):
        make.comment(first, make.person(f"writer{number}"))
        make.board(f"more{number}") if number < 5 else None
    many = {name: queries(*ask) for name, ask in pages.items()}
    assert many == few
    assert max(few["board"], few["topic"], few["topic by time"]) <= MOST


def test_posting_a_comment_is_cheap(as_reader: Client, author: User, board: BoardPage) -> None:
    topic = make.topic(board, author)
    parent = make.comment(topic, author)
    for address in (
        reverse("forum_pages:comment-post", args=[topic.pk]),
        reverse("forum_pages:comment-reply", args=[parent.pk]),
    ):
        form = as_reader.get(address).context["form"]["submission"].value()
        with CaptureQueriesContext(connection) as captured:
            assert as_reader.post(address, {"source": "收到", "submission": form}).status_code == 302
        # Two of them are the savepoint that stands for the transaction inside a test; one is a BEGIN elsewhere.
        assert len(captured) - 1 <= MOST
