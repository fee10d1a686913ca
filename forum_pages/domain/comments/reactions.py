"""Agreeing and disagreeing."""

from __future__ import annotations

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
from forum_pages.people import User

_COUNTERS = {Reaction.LIKE: "like_count", Reaction.DISLIKE: "dislike_count"}


def react(*, target: Topic | TopicComment, user: User, reaction: Reaction) -> Reaction | None:
    """Return the reaction the person now has: the same one again takes it back, the other one replaces it.

    Raises: OwnPost, TopicHidden, CommentRemoved, CommentAwaiting.
    """
    author_id = target.author_id if isinstance(target, Topic) else target.user_id
    if author_id == user.pk:
        raise OwnPost
    with transaction.atomic():
        # The row is locked, so that a double click is two clicks one after the other.
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
        changes: dict[str, object] = {}
        if former is not None:
            counter = _COUNTERS[Reaction(former.flag)]
            changes[counter] = F(counter) - 1
            flags.delete()
        current = None if former is not None and former.flag == reaction else reaction
        if current is not None:
            changes[_COUNTERS[current]] = F(_COUNTERS[current]) + 1
            if isinstance(target, Topic):
                TopicFlag.objects.create(topic=target, user=user, flag=current)
            else:
                CommentFlag.objects.create(comment_id=target.pk, user=user, flag=current, flag_date=timezone.now())
        rows.update(**changes)
    target.refresh_from_db(fields=["like_count", "dislike_count"])
    return current
