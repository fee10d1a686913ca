"""Read marks, written only where they say something new, so that reading stays cheap."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from forum_pages.conf import conf
from forum_pages.models import BoardMark, BoardPage, Topic, TopicRead
from forum_pages.people import User


def mark_topic_read(*, topic: Topic, user: User) -> None:
    """Mark the topic as read by the person.

    Needs TopicQuerySet.with_read_mark. One write for a topic that is unread, else none; old topics count as read.
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
    """Mark the whole board as read by the person; the marks of its topics are deleted, as nothing needs them."""
    now = timezone.now()
    with transaction.atomic():
        BoardMark.objects.update_or_create(user=user, board=board, defaults={"marked_at": now})
        TopicRead.objects.filter(user=user, topic__board=board, read_at__lte=now).delete()


def forget_old_marks() -> int:
    """Delete the marks of topics that count as read anyway, and return how many there were."""
    deleted, _by_model = TopicRead.objects.filter(read_at__lt=conf.unread_since() - timedelta(days=1)).delete()
    return deleted
