"""Row locks, and the state that writing needs."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forum_pages.domain.comments.comments import post_comment
from forum_pages.domain.locks import check_topic_writable, lock_topic_row
from forum_pages.exceptions.base import Refusal
from forum_pages.exceptions.boards import BoardClosed
from forum_pages.exceptions.topics import TopicHidden, TopicLocked
from forum_pages.models import BoardPage, Topic
from forum_pages.people import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("state", "refusal"),
    [({"hidden": True}, TopicHidden), ({"locked": True}, TopicLocked), ({"hidden": True, "locked": True}, TopicHidden)],
)
def test_check_topic_writable_refuses(topic: Topic, state: dict[str, bool], refusal: type[Refusal]) -> None:
    Topic.objects.filter(pk=topic.pk).update(**state)
    topic.refresh_from_db()
    with pytest.raises(refusal):
        check_topic_writable(topic)


def test_check_topic_writable_asks_the_board_too(topic: Topic) -> None:
    check_topic_writable(topic)
    BoardPage.objects.filter(pk=topic.board_id).update(closes_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(BoardClosed):
        check_topic_writable(Topic.objects.get(pk=topic.pk))


def test_lock_topic_row_is_the_topic_as_it_is_now(topic: Topic) -> None:
    Topic.objects.filter(pk=topic.pk).update(title="新题")
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        assert lock_topic_row(topic).title == "新题"
    if connection.features.has_select_for_update_of:
        assert "FOR UPDATE OF" in queries[1]["sql"]


def test_lock_topic_row_names_the_comment_of_the_same_submission(topic: Topic, reader: User) -> None:
    submission = uuid.uuid4()
    with transaction.atomic():
        assert lock_topic_row(topic, submission=submission).existing_comment_id is None
    comment = post_comment(topic=topic, user=reader, source="一", submission=submission)
    with transaction.atomic():
        assert lock_topic_row(topic, submission=submission).existing_comment_id == comment.pk
