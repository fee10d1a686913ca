"""Checks and small steps that several verbs share."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from wagtail.log_actions import log

from forum_pages import exceptions
from forum_pages.models import BoardPage, BoardTally, Topic, TopicComment
from forum_pages.signals import post_moderated
from forum_pages.tasks import index_comment, index_discussion, index_topic


def check_board_open(board: BoardPage) -> None:
    """Refuse outside the board's opening times."""
    if board.is_not_open_yet:
        raise exceptions.BoardNotOpenYet
    if board.is_over:
        raise exceptions.BoardClosed


def check_topic_writable(topic: Topic) -> None:
    """Refuse where nothing may be written or changed: hidden, locked, or a board that is not open."""
    if topic.hidden:
        raise exceptions.TopicHidden
    if topic.locked:
        raise exceptions.TopicLocked
    check_board_open(topic.board)


def lock_topic_row(topic: Topic, *, submission: UUID | None = None) -> Topic:
    """Return the topic as it is now, held until the transaction ends, so that counters and order stay right.

    `sent_as` is the comment made from that submission before, if there is one.
    """
    sent = TopicComment.objects.filter(submission=submission, topic_id=OuterRef("pk")).values("pk")
    topics = Topic.objects.annotate(sent_as=Subquery(sent[:1])) if submission else Topic.objects.all()
    return topics.select_for_update(of=("self",)).select_related("board").get(pk=topic.pk)


def count_topics(board_id: int, change: int) -> None:
    """Change how many topics the board shows."""
    tally = BoardTally.objects.filter(board_id=board_id)
    if not tally.update(topic_count=F("topic_count") + change):
        BoardTally.objects.bulk_create([BoardTally(board_id=board_id)], ignore_conflicts=True)
        tally.update(topic_count=F("topic_count") + change)


def index_later(topic_id: int, *, comment_id: int | None = None, whole: bool = False) -> None:
    """Index in the background, once what was written can be read by others."""
    if comment_id is not None:
        transaction.on_commit(lambda: index_comment.enqueue(comment_id))
    elif whole:
        transaction.on_commit(lambda: index_discussion.enqueue(topic_id))
    else:
        transaction.on_commit(lambda: index_topic.enqueue(topic_id))


def record(instance: Topic | TopicComment, act: str, *, user: Any, reason: str = "", **data: Any) -> None:
    """Write a moderator's act into the audit log, and tell other apps once it is committed."""
    log(instance, f"forum_pages.{act}", user=user, data={"reason": reason, **data})
    transaction.on_commit(
        lambda: post_moderated.send(type(instance), instance=instance, action=act, user=user, reason=reason)
    )
