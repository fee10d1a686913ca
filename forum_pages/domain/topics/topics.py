"""Starting, editing and withdrawing topics."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from forum_pages.domain.boards.opening import check_board_open
from forum_pages.domain.boards.tally import count_topics
from forum_pages.domain.locks import check_topic_writable, lock_topic_row
from forum_pages.domain.search.indexing import index_later
from forum_pages.exceptions.base import EditedMeanwhile, NothingChanged, ReasonMissing
from forum_pages.exceptions.topics import TopicHasComments
from forum_pages.models import BoardPage, PostRevision, Topic
from forum_pages.people import User
from forum_pages.rules.boards import can_moderate_board
from forum_pages.signals import topic_posted
from forum_pages.text import render


def start_topic(*, board: BoardPage, user: User, title: str, source: str, submission: UUID | None = None) -> Topic:
    """Return a new topic; on a moderated board it awaits approval, unless a moderator starts it.

    The same submission again returns the topic that it made.
    Raises: BoardNotOpenYet, BoardClosed.
    """
    if submission is not None:
        existing = Topic.objects.filter(submission=submission, author=user).first()
        if existing is not None:
            return existing
    check_board_open(board)
    try:
        with transaction.atomic():
            topic = Topic.objects.create(
                board=board,
                author=user,
                title=title,
                source=source,
                html=render(source),
                awaiting=board.moderated and not can_moderate_board(user, board),
                submission=submission,
            )
            index_later(topic.pk)
            if topic.is_shown:
                count_topics(board.pk, +1)
                transaction.on_commit(lambda: topic_posted.send_robust(Topic, topic=topic, user=user))
    except IntegrityError:
        # The other half of a double click was faster.
        existing = Topic.objects.filter(submission=submission, author=user).first() if submission else None
        if existing is None:
            raise
        return existing
    return topic


def edit_topic(*, topic: Topic, user: User, title: str, source: str, seen: int) -> Topic:
    """Return the topic with another text; the former one is kept. `seen` is the revision_count the form opened with.

    Raises: TopicHidden, TopicLocked, BoardNotOpenYet, BoardClosed, EditedMeanwhile, NothingChanged.
    """
    with transaction.atomic():
        topic = lock_topic_row(topic)
        check_topic_writable(topic)
        if topic.revision_count != seen:
            raise EditedMeanwhile
        if (title, source) == (topic.title, topic.source):
            raise NothingChanged
        PostRevision.objects.create(
            topic=topic,
            number=topic.revision_count + 1,
            title=topic.title,
            source=topic.source,
            html=topic.html,
            written_at=topic.edited_at or topic.created_at,
            editor=user,
        )
        topic.title, topic.source, topic.html = title, source, render(source)
        topic.edited_at = timezone.now()
        topic.revision_count += 1
        fields = ["title", "source", "html", "edited_at", "revision_count"]
        if topic.board.moderated and not topic.awaiting and not can_moderate_board(user, topic.board):
            # What was approved was the former text.
            topic.awaiting = True
            fields.append("awaiting")
            count_topics(topic.board_id, -1)
        topic.save(update_fields=fields)
        index_later(topic.pk)
    return topic


def withdraw_topic(*, topic: Topic, user: User, reason: str) -> Topic:
    """Return the topic withdrawn by its author: hidden, as long as nobody has commented on it.

    Raises: TopicHidden, TopicLocked, BoardNotOpenYet, BoardClosed, TopicHasComments, ReasonMissing.
    """
    if not reason:
        raise ReasonMissing
    with transaction.atomic():
        topic = lock_topic_row(topic)
        check_topic_writable(topic)
        if topic.last_number:
            raise TopicHasComments
        was_shown = topic.is_shown
        topic.hidden, topic.hidden_reason, topic.hidden_by = True, reason, user
        topic.save(update_fields=["hidden", "hidden_reason", "hidden_by"])
        if was_shown:
            count_topics(topic.board_id, -1)
        index_later(topic.pk)
    return topic
