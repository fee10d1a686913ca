"""What a topic's page offers a person to do with the topic and with each comment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forum_pages.models import Topic, TopicComment
from forum_pages.people import User
from forum_pages.rules.topics import can_comment_on_topic, can_edit_topic, can_moderate_topic, is_author_of_topic


@dataclass(frozen=True)
class TopicActions:
    """What a person who reads the topic may do with it now."""

    #: Something in the topic can be written or changed: it is neither hidden nor locked, and its board is open.
    is_writable: bool
    may_moderate: bool
    may_comment: bool
    may_edit: bool
    may_withdraw: bool
    may_react: bool
    may_report: bool


@dataclass(frozen=True)
class CommentActions:
    """What a person who reads the comment may do with it now."""

    shows_reactions: bool
    may_react: bool
    may_reply: bool
    may_edit: bool
    may_remove: bool
    may_report: bool
    may_restore: bool


@dataclass(frozen=True)
class CommentRow:
    """A comment as a page shows it."""

    comment: TopicComment
    actions: CommentActions


def topic_actions(topic: Topic, user: User) -> TopicActions:
    """Return what the topic's page offers somebody who reads it. No query beyond the board's access."""
    is_writable = not topic.hidden and not topic.locked and topic.board.is_open_now
    is_own = is_author_of_topic(user, topic)
    may_edit = is_writable and can_edit_topic(user, topic)
    return TopicActions(
        is_writable=is_writable,
        may_moderate=can_moderate_topic(user, topic),
        may_comment=is_writable and can_comment_on_topic(user, topic),
        may_edit=may_edit,
        may_withdraw=may_edit and not topic.last_number,
        may_react=topic.is_shown and not is_own,
        may_report=not is_own,
    )


def comment_actions(comment: TopicComment, user: User, *, in_topic: TopicActions) -> CommentActions:
    """Return what the topic's page offers somebody who reads the comment. No query: a page has many of them."""
    is_own = comment.user_id == user.pk
    is_shown = comment.is_public and not comment.is_removed
    return CommentActions(
        shows_reactions=is_shown or is_own,
        may_react=is_shown and not is_own,
        may_reply=is_shown and in_topic.may_comment,
        may_edit=is_own and in_topic.is_writable,
        may_remove=in_topic.may_moderate or (is_own and in_topic.is_writable),
        may_report=not is_own,
        may_restore=in_topic.may_moderate,
    )


def comment_rows(comments: Iterable[TopicComment], user: User, *, in_topic: TopicActions) -> list[CommentRow]:
    """Return the comments as the topic's page shows them to this person."""
    return [CommentRow(comment, comment_actions(comment, user, in_topic=in_topic)) for comment in comments]
