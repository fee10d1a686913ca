"""Row locks, and the state that writing needs."""

from __future__ import annotations

from uuid import UUID

from django.db.models import OuterRef, Subquery

from forum_pages.domain.boards.opening import check_board_open
from forum_pages.exceptions.topics import TopicHidden, TopicLocked
from forum_pages.models import Topic, TopicComment


def check_topic_writable(topic: Topic) -> None:
    """Refuse where nothing may be written or changed: hidden, locked, or a board that is not open."""
    if topic.hidden:
        raise TopicHidden
    if topic.locked:
        raise TopicLocked
    check_board_open(topic.board)


def lock_topic_row(topic: Topic, *, submission: UUID | None = None) -> Topic:
    """Return the topic as it is now, its row locked until the transaction ends, so that counters and order stay right.

    `existing_comment_id` is the comment that was made from the same submission before, if there is one.
    """
    existing = TopicComment.objects.filter(submission=submission, topic_id=OuterRef("pk")).values("pk")
    topics = Topic.objects.annotate(existing_comment_id=Subquery(existing[:1])) if submission else Topic.objects.all()
    return topics.select_for_update(of=("self",)).select_related("board").get(pk=topic.pk)
