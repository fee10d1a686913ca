"""Read marks: written only where they say something new, so that reading stays cheap."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from forum_pages.conf import conf
from forum_pages.models import BoardMark, BoardPage, Topic, TopicRead
from forum_pages.people import User


def mark_topic_read(*, topic: Topic, user: User) -> None:
    """Note that the person has read the topic as it stands.

    Expects `topic.read_at` from TopicQuerySet.with_read_mark. One write if there is something to note, else none:
    topics older than the horizon count as read anyway.
    """
    if not topic.is_unread:
        return
    TopicRead.objects.bulk_create(
        [TopicRead(user=user, topic=topic, read_at=timezone.now())],
        update_conflicts=True,
        unique_fields=["user", "topic"],
        update_fields=["read_at"],
    )


def mark_board_read(*, board: BoardPage, user: User) -> None:
    """Mark everything on the board as read; the marks of its single topics are no longer needed."""
    now = timezone.now()
    with transaction.atomic():
        BoardMark.objects.update_or_create(user=user, board=board, defaults={"marked_at": now})
        TopicRead.objects.filter(user=user, topic__board=board, read_at__lte=now).delete()


def forget_old_marks() -> int:
    """Delete marks from before the horizon, which say nothing any more. Returns how many."""
    deleted, _by_model = TopicRead.objects.filter(read_at__lt=conf.unread_since() - timedelta(days=1)).delete()
    return deleted
