"""What a topic's page offers, as tables."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from forum_pages.models import BoardPage, Topic, TopicComment
from forum_pages.people import User
from forum_pages.views.shared.actions import comment_actions, comment_rows, topic_actions
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def offered(actions: object) -> str:
    """The names of what is offered."""
    return " ".join(name.removeprefix("may_") for name, is_offered in asdict(actions).items() if is_offered)


@pytest.mark.parametrize(
    ("state", "to_author", "to_reader", "to_moderator"),
    [
        (
            {},
            "is_writable comment edit withdraw",
            "is_writable comment react report",
            "is_writable moderate comment react report",
        ),
        (
            {"last_number": 1},
            "is_writable comment edit",
            "is_writable comment react report",
            "is_writable moderate comment react report",
        ),
        ({"locked": True}, "", "react report", "moderate react report"),
        (
            {"awaiting": True},
            "is_writable comment edit withdraw",
            "is_writable report",
            "is_writable moderate comment report",
        ),
        ({"hidden": True}, "", "report", "moderate report"),
    ],
)
def test_topic_actions(
    topic: Topic,
    author: User,
    reader: User,
    moderator: User,
    state: dict[str, object],
    to_author: str,
    to_reader: str,
    to_moderator: str,
) -> None:
    Topic.objects.filter(pk=topic.pk).update(**state)
    topic = Topic.objects.get(pk=topic.pk)
    actual = [offered(topic_actions(topic, user)) for user in (author, reader, moderator)]
    assert actual == [to_author, to_reader, to_moderator]


def test_a_board_that_has_closed_offers_no_writing(topic: Topic, author: User, moderator: User) -> None:
    BoardPage.objects.filter(pk=topic.board_id).update(closes_at=timezone.now() - timedelta(hours=1))
    topic = Topic.objects.get(pk=topic.pk)
    assert [offered(topic_actions(topic, user)) for user in (author, moderator)] == ["", "moderate react report"]


@pytest.mark.parametrize(
    ("state", "topic_state", "to_author", "to_reader", "to_moderator"),
    [
        (
            {},
            {},
            "shows_reactions reply edit remove",
            "shows_reactions react reply report",
            "shows_reactions react reply remove report restore",
        ),
        ({"is_public": False}, {}, "shows_reactions edit remove", "report", "remove report restore"),
        (
            {},
            {"locked": True},
            "shows_reactions",
            "shows_reactions react report",
            "shows_reactions react remove report restore",
        ),
        (
            {},
            {"hidden": True},
            "shows_reactions",
            "shows_reactions react report",
            "shows_reactions react remove report restore",
        ),
    ],
)
def test_comment_actions(
    topic: Topic,
    author: User,
    reader: User,
    moderator: User,
    state: dict[str, bool],
    topic_state: dict[str, bool],
    to_author: str,
    to_reader: str,
    to_moderator: str,
) -> None:
    pk = make.comment(topic, author).pk
    Topic.objects.filter(pk=topic.pk).update(**{"hidden": False, **topic_state})
    TopicComment.objects.filter(pk=pk).update(**{"is_public": True, **state})
    comment = TopicComment.objects.get(pk=pk)
    actual = [
        offered(comment_actions(comment, user, in_topic=topic_actions(comment.topic, user)))
        for user in (author, reader, moderator)
    ]
    assert actual == [to_author, to_reader, to_moderator]


def test_comment_rows_take_no_query(
    topic: Topic, author: User, reader: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    comments = [make.comment(topic, user) for user in (author, reader)]
    in_topic = topic_actions(topic, reader)
    with django_assert_num_queries(0):
        rows = comment_rows(comments, reader, in_topic=in_topic)
    assert [(row.comment, row.actions.may_edit) for row in rows] == [(comments[0], False), (comments[1], True)]
