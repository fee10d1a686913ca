"""Predicates about topics, as a table."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from forum_pages.enums import Verb
from forum_pages.models import Topic
from forum_pages.people import MaybeUser, User
from forum_pages.rules.topics import (
    can_comment_on_topic,
    can_edit_topic,
    can_moderate_topic,
    can_read_topic,
    is_author_of_topic,
)
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db

#: (predicate, state of the topic) -> who of author, reader, moderator and superuser it holds for.
TABLE = [
    (is_author_of_topic, {}, "author"),
    (can_read_topic, {}, "author reader moderator superuser"),
    (can_read_topic, {"awaiting": True}, "author moderator"),
    (can_read_topic, {"hidden": True}, "moderator"),
    (can_moderate_topic, {}, "moderator"),
    (can_moderate_topic, {"hidden": True}, "moderator"),
    (can_comment_on_topic, {}, "author reader moderator superuser"),
    (can_comment_on_topic, {"awaiting": True}, "author moderator"),
    (can_comment_on_topic, {"hidden": True}, "moderator"),
    (can_edit_topic, {}, "author"),
    (can_edit_topic, {"awaiting": True}, "author"),
    (can_edit_topic, {"hidden": True}, ""),
]


@pytest.mark.parametrize(("predicate", "state", "expected"), TABLE)
def test_predicates_about_topics(
    topic: Topic,
    author: User,
    reader: User,
    moderator: User,
    predicate: Callable[[MaybeUser, Topic | None], bool],
    state: dict[str, bool],
    expected: str,
) -> None:
    Topic.objects.filter(pk=topic.pk).update(**state)
    topic = Topic.objects.get(pk=topic.pk)
    people = {"author": author, "reader": reader, "moderator": moderator}
    people["superuser"] = make.person("root", is_superuser=True)
    assert " ".join(role for role, user in people.items() if predicate(user, topic)) == expected


def test_nobody_comments_where_the_board_names_others(author: User, reader: User) -> None:
    topic = make.topic(make.board("quiet", grants={Verb.COMMENT: ["leadership"]}), author)
    assert can_read_topic(reader, topic)
    assert not can_comment_on_topic(reader, topic)
