"""What moderators do. Every action is in Wagtail's log, with who, when and why."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Max
from django_comments.models import Comment

from forum_pages.conf import conf
from forum_pages.domain.audit_log import record
from forum_pages.domain.boards.tally import count_topics
from forum_pages.domain.locks import lock_topic_row
from forum_pages.domain.search.indexing import index_later
from forum_pages.exceptions.base import ReasonMissing
from forum_pages.exceptions.moderation import NotAwaiting, SameBoard, TooManyPinned
from forum_pages.exceptions.topics import TopicHidden
from forum_pages.models import BoardPage, Topic, TopicComment
from forum_pages.people import User
from forum_pages.signals import comment_posted, topic_posted


def _change(topic: Topic, **fields: object) -> Topic:
    """Return the topic with these fields, and count it on its board if it appears or disappears by them."""
    was_shown = topic.is_shown
    for name, value in fields.items():
        setattr(topic, name, value)
    topic.save(update_fields=list(fields))
    if topic.is_shown != was_shown:
        count_topics(topic.board_id, +1 if topic.is_shown else -1)
    return topic


def pin_topic(*, topic: Topic, user: User) -> Topic:
    """Return the topic pinned: it stands above the others. Raises: TooManyPinned, TopicHidden."""
    with transaction.atomic():
        topic = lock_topic_row(topic)
        if topic.hidden:
            raise TopicHidden
        pinned = Topic.objects.filter(board_id=topic.board_id, pinned=True).exclude(pk=topic.pk).count()
        if pinned >= conf.PINNED_MAX:
            raise TooManyPinned(limit=conf.PINNED_MAX)
        _change(topic, pinned=True)
        record(topic, "topic_pin", user=user)
    return topic


def unpin_topic(*, topic: Topic, user: User) -> Topic:
    """Return the topic unpinned: it takes its place by activity again."""
    with transaction.atomic():
        topic = _change(lock_topic_row(topic), pinned=False)
        record(topic, "topic_unpin", user=user)
    return topic


def lock_topic(*, topic: Topic, user: User, reason: str = "") -> Topic:
    """Return the topic locked: nothing in it can be written or changed."""
    with transaction.atomic():
        topic = _change(lock_topic_row(topic), locked=True)
        record(topic, "topic_lock", user=user, reason=reason)
    return topic


def unlock_topic(*, topic: Topic, user: User) -> Topic:
    """Return the topic unlocked."""
    with transaction.atomic():
        topic = _change(lock_topic_row(topic), locked=False)
        record(topic, "topic_unlock", user=user)
    return topic


def hide_topic(*, topic: Topic, user: User, reason: str) -> Topic:
    """Return the topic hidden: only moderators see it. Raises: ReasonMissing, TopicHidden."""
    if not reason:
        raise ReasonMissing
    with transaction.atomic():
        topic = lock_topic_row(topic)
        if topic.hidden:
            raise TopicHidden
        _change(topic, hidden=True, hidden_reason=reason, hidden_by=user, pinned=False)
        index_later(topic.pk, whole=True)
        record(topic, "topic_hide", user=user, reason=reason)
    return topic


def show_topic(*, topic: Topic, user: User) -> Topic:
    """Return the topic shown again."""
    with transaction.atomic():
        topic = _change(lock_topic_row(topic), hidden=False, hidden_reason="", hidden_by=None)
        index_later(topic.pk, whole=True)
        record(topic, "topic_show", user=user)
    return topic


def move_topic(*, topic: Topic, user: User, board: BoardPage) -> Topic:
    """Return the topic on another board, with its discussion. Raises: SameBoard."""
    with transaction.atomic():
        topic = lock_topic_row(topic)
        if topic.board_id == board.pk:
            raise SameBoard
        former = topic.board
        topic.board, topic.pinned = board, False
        topic.save(update_fields=["board", "pinned"])
        if topic.is_shown:
            # Always in the same order, so that two moves cannot wait for each other.
            for board_id, change in sorted([(former.pk, -1), (board.pk, +1)]):
                count_topics(board_id, change)
        index_later(topic.pk, whole=True)
        record(topic, "topic_move", user=user, former=former.title, board=board.title)
    return topic


def approve_topic(*, topic: Topic, user: User) -> Topic:
    """Return the topic approved: all readers of the board see it. Raises: NotAwaiting."""
    with transaction.atomic():
        topic = lock_topic_row(topic)
        if not topic.awaiting or topic.hidden:
            raise NotAwaiting
        _change(topic, awaiting=False)
        index_later(topic.pk, whole=True)
        record(topic, "topic_approve", user=user)
        transaction.on_commit(lambda: topic_posted.send_robust(Topic, topic=topic, user=topic.author))
    return topic


def refuse_topic(*, topic: Topic, user: User, reason: str) -> Topic:
    """Return the topic refused: it awaited approval and is hidden. Raises: NotAwaiting, ReasonMissing."""
    if not topic.awaiting:
        raise NotAwaiting
    return hide_topic(topic=topic, user=user, reason=reason)


def approve_comment(*, comment: TopicComment, user: User) -> TopicComment:
    """Return the comment approved: all readers of the topic see it. Raises: NotAwaiting."""
    with transaction.atomic():
        topic = lock_topic_row(comment.topic)
        comments = Comment.objects.filter(pk=comment.pk, is_public=False, is_removed=False)
        if not comments.update(is_public=True):
            raise NotAwaiting
        comment.is_public = True
        _recount_activity(topic, +1)
        index_later(topic.pk, comment_id=comment.pk)
        record(comment, "comment_approve", user=user)
        transaction.on_commit(
            lambda: comment_posted.send_robust(TopicComment, comment=comment, topic=topic, user=comment.user)
        )
    return comment


def restore_comment(*, comment: TopicComment, user: User) -> TopicComment:
    """Return the comment restored after its removal. Raises: NotAwaiting if it is not removed."""
    with transaction.atomic():
        topic = lock_topic_row(comment.topic)
        if not Comment.objects.filter(pk=comment.pk, is_removed=True).update(is_removed=False):
            raise NotAwaiting
        TopicComment.objects.filter(pk=comment.pk).update(removed_reason="", removed_by=None)
        comment.is_removed, comment.removed_reason, comment.removed_by = False, "", None
        if comment.is_public:
            _recount_activity(topic, +1)
        index_later(topic.pk, comment_id=comment.pk)
        record(comment, "comment_restore", user=user)
    return comment


def _recount_activity(topic: Topic, change: int) -> None:
    """Count a comment of the topic, which may move the last activity forward, never back."""
    newest = topic.comments.filter(is_public=True, is_removed=False).aggregate(newest=Max("submit_date"))["newest"]
    Topic.objects.filter(pk=topic.pk).update(
        comment_count=F("comment_count") + change,
        last_activity_at=max(topic.last_activity_at, newest or topic.last_activity_at),
    )
