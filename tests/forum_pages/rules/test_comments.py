"""Predicates about comments, as a table."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from forum_pages.models import Topic, TopicComment
from forum_pages.people import MaybeUser, User
from forum_pages.rules.comments import (
    can_edit_comment,
    can_moderate_comment,
    can_read_comment,
    can_remove_comment,
    is_author_of_comment,
)
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db

#: (predicate, state of the comment, state of the topic) -> who of author, reader and moderator it holds for.
TABLE = [
    (is_author_of_comment, {}, {}, "author"),
    (can_read_comment, {}, {}, "author reader moderator"),
    (can_read_comment, {"is_public": False}, {}, "author moderator"),
    (can_read_comment, {"is_removed": True}, {}, "author reader moderator"),
    (can_read_comment, {}, {"hidden": True}, "moderator"),
    (can_read_comment, {"is_public": False}, {"hidden": True}, "moderator"),
    (can_edit_comment, {}, {}, "author"),
    (can_edit_comment, {"is_public": False}, {}, "author"),
    (can_edit_comment, {}, {"hidden": True}, ""),
    (can_remove_comment, {}, {}, "author moderator"),
    (can_remove_comment, {}, {"hidden": True}, "moderator"),
    (can_moderate_comment, {}, {}, "moderator"),
]


@pytest.mark.parametrize(("predicate", "state", "topic_state", "expected"), TABLE)
def test_predicates_about_comments(
    topic: Topic,
    author: User,
    reader: User,
    moderator: User,
    predicate: Callable[[MaybeUser, TopicComment | None], bool],
    state: dict[str, bool],
    topic_state: dict[str, bool],
    expected: str,
) -> None:
    pk = make.comment(topic, author).pk
    Topic.objects.filter(pk=topic.pk).update(**{"hidden": False, **topic_state})
    TopicComment.objects.filter(pk=pk).update(**{"is_public": True, **state})
    comment = TopicComment.objects.get(pk=pk)
    people = {"author": author, "reader": reader, "moderator": moderator}
    assert " ".join(role for role, user in people.items() if predicate(user, comment)) == expected
