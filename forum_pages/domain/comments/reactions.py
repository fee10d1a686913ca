"""Agreeing and disagreeing."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django_comments.models import CommentFlag

from forum_pages.domain.locks import lock_topic_row
from forum_pages.enums import Reaction
from forum_pages.exceptions.base import OwnPost
from forum_pages.exceptions.comments import CommentAwaiting, CommentRemoved
from forum_pages.exceptions.topics import TopicHidden
from forum_pages.models import Topic, TopicComment, TopicFlag

_COUNTERS = {Reaction.LIKE: "like_count", Reaction.DISLIKE: "dislike_count"}


def react(*, target: Topic | TopicComment, user: Any, reaction: Reaction) -> Reaction | None:
    """Set one's reaction; the same again takes it back, the other replaces it. Returns the one that now stands.

    Raises: OwnPost, TopicHidden, CommentRemoved, CommentAwaiting.
    """
    author_id = target.author_id if isinstance(target, Topic) else target.user_id
    if author_id == user.pk:
        raise OwnPost
    with transaction.atomic():
        # One row is held, so a double click is two clicks one after the other.
        topic = lock_topic_row(target if isinstance(target, Topic) else target.topic)
        if topic.hidden:
            raise TopicHidden
        if isinstance(target, Topic):
            flags, rows = TopicFlag.objects.filter(topic=target, user=user), Topic.objects.filter(pk=target.pk)
        else:
            if target.is_removed:
                raise CommentRemoved
            if not target.is_public:
                raise CommentAwaiting
            flags = CommentFlag.objects.filter(comment_id=target.pk, user=user, flag__in=Reaction.values)
            rows = TopicComment.objects.filter(pk=target.pk)
        former = flags.first()
        changes: dict[str, Any] = {}
        if former is not None:
            counter = _COUNTERS[Reaction(former.flag)]
            changes[counter] = F(counter) - 1
            flags.delete()
        standing = None if former is not None and former.flag == reaction else reaction
        if standing is not None:
            changes[_COUNTERS[standing]] = F(_COUNTERS[standing]) + 1
            if isinstance(target, Topic):
                TopicFlag.objects.create(topic=target, user=user, flag=standing)
            else:
                CommentFlag.objects.create(comment_id=target.pk, user=user, flag=standing, flag_date=timezone.now())
        rows.update(**changes)
    target.refresh_from_db(fields=["like_count", "dislike_count"])
    return standing
