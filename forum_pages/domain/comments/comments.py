"""Posting, editing and removing comments."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django_comments.models import Comment

from forum_pages.conf import conf
from forum_pages.domain.audit_log import record
from forum_pages.domain.locks import check_topic_writable, lock_topic_row
from forum_pages.domain.search.indexing import index_later
from forum_pages.exceptions.base import EditedMeanwhile, NothingChanged, ReasonMissing
from forum_pages.exceptions.comments import CommentAwaiting, CommentRemoved, ParentElsewhere
from forum_pages.models import PostRevision, Topic, TopicComment, insert_comment
from forum_pages.models.comment import NUMBER_WIDTH
from forum_pages.people import User
from forum_pages.rules.boards import can_moderate_board
from forum_pages.signals import comment_posted
from forum_pages.text import render


def post_comment(
    *, topic: Topic, user: User, source: str, parent: TopicComment | None = None, submission: UUID | None = None
) -> TopicComment:
    """Return a new comment, or a reply to one. Its own rows and its topic's are written, however long the discussion.

    The deepest level takes no replies: a reply to it stands beside it. The same submission again returns the comment
    that it made.
    Raises: TopicHidden, TopicLocked, BoardNotOpenYet, BoardClosed, ParentElsewhere, CommentRemoved, CommentAwaiting.
    """
    with transaction.atomic():
        # The row is locked, so that a form sent twice comes here one after the other.
        topic = lock_topic_row(topic, submission=submission)
        if submission is not None and topic.existing_comment_id is not None:
            return TopicComment.objects.get(pk=topic.existing_comment_id, user=user)
        check_topic_writable(topic)
        if parent is not None:
            if parent.topic_id != topic.pk:
                raise ParentElsewhere
            if parent.is_removed:
                raise CommentRemoved
            if not parent.is_public:
                raise CommentAwaiting
        if parent is not None and parent.level >= conf.MAX_LEVEL:
            parent = _ancestor(parent, level=conf.MAX_LEVEL - 1)
        is_public = not topic.board.moderated or can_moderate_board(user, topic.board)
        number = topic.last_number + 1
        comment = insert_comment(
            topic=topic,
            user=user,
            number=number,
            parent=parent,
            text=source,
            html=render(source),
            is_public=is_public,
            submission=submission,
        )
        changes: dict[str, object] = {"last_number": number}
        if is_public:
            changes |= {"comment_count": F("comment_count") + 1, "last_activity_at": comment.submit_date}
            transaction.on_commit(
                lambda: comment_posted.send_robust(TopicComment, comment=comment, topic=topic, user=user)
            )
        Topic.objects.filter(pk=topic.pk).update(**changes)
        index_later(topic.pk, comment_id=comment.pk)
    return comment


def _ancestor(comment: TopicComment, *, level: int) -> TopicComment | None:
    """Return the comment on that level above this one; None where there is no such level."""
    if level < 0:
        return None
    path = comment.path[: (level + 1) * NUMBER_WIDTH]
    return TopicComment.objects.get(topic_id=comment.topic_id, path=path)


def _lock_comment(comment: TopicComment) -> tuple[Topic, TopicComment]:
    """Return topic and comment as they are now, the topic's row locked."""
    topic = lock_topic_row(comment.topic)
    comment = TopicComment.objects.get(pk=comment.pk)
    comment.topic = topic
    return topic, comment


def edit_comment(*, comment: TopicComment, user: User, source: str, seen: int) -> TopicComment:
    """Return the comment with another text; the former one is kept. `seen` is the revision_count the form opened with.

    Raises: TopicHidden, TopicLocked, BoardNotOpenYet, BoardClosed, CommentRemoved, EditedMeanwhile, NothingChanged.
    """
    with transaction.atomic():
        topic, comment = _lock_comment(comment)
        check_topic_writable(topic)
        if comment.is_removed:
            raise CommentRemoved
        if comment.revision_count != seen:
            raise EditedMeanwhile
        if source == comment.comment:
            raise NothingChanged
        now = timezone.now()
        PostRevision.objects.create(
            comment=comment,
            number=comment.revision_count + 1,
            source=comment.comment,
            html=comment.html,
            written_at=comment.edited_at or comment.submit_date,
            editor=user,
        )
        comment.comment, comment.html, comment.edited_at = source, render(source), now
        comment.revision_count += 1
        # What was approved on a moderated board was the former text.
        needs_approval = topic.board.moderated and comment.is_public and not can_moderate_board(user, topic.board)
        if needs_approval:
            comment.is_public = False
            Topic.objects.filter(pk=topic.pk).update(comment_count=F("comment_count") - 1)
        Comment.objects.filter(pk=comment.pk).update(comment=source, is_public=comment.is_public)
        TopicComment.objects.filter(pk=comment.pk).update(
            html=comment.html, edited_at=now, revision_count=comment.revision_count
        )
        index_later(topic.pk, comment_id=comment.pk)
    return comment


def remove_comment(*, comment: TopicComment, user: User, reason: str) -> TopicComment:
    """Return the removed comment. Its place, who removed it and why stay visible, and replies stay where they are.

    Raises: TopicHidden, CommentRemoved, ReasonMissing; for authors also TopicLocked, BoardNotOpenYet, BoardClosed.
    """
    if not reason:
        raise ReasonMissing
    with transaction.atomic():
        topic, comment = _lock_comment(comment)
        if not can_moderate_board(user, topic.board):
            check_topic_writable(topic)
        if comment.is_removed:
            raise CommentRemoved
        if comment.is_public:
            Topic.objects.filter(pk=topic.pk).update(comment_count=F("comment_count") - 1)
        comment.is_removed, comment.removed_reason, comment.removed_by = True, reason, user
        Comment.objects.filter(pk=comment.pk).update(is_removed=True)
        TopicComment.objects.filter(pk=comment.pk).update(removed_reason=reason, removed_by=user)
        index_later(topic.pk, comment_id=comment.pk)
        if user.pk != comment.user_id:
            record(comment, "comment_remove", user=user, reason=reason)
    return comment
