"""Predicates about comments. A comment is judged with its topic."""

from __future__ import annotations

from typing import Protocol

from forum_pages.people import User
from forum_pages.rules.shared import predicate_about
from forum_pages.rules.topics import Topic, can_moderate_topic, can_read_topic


class Comment(Protocol):
    """What the predicates ask of a comment."""

    is_public: bool
    is_removed: bool

    @property
    def user_id(self) -> int | None: ...

    @property
    def topic(self) -> Topic: ...


@predicate_about
def is_author_of_comment(user: User, comment: Comment) -> bool:
    """Wrote the comment."""
    return comment.user_id == user.pk


@predicate_about
def can_moderate_comment(user: User, comment: Comment) -> bool:
    """Moderates the board the comment's topic is on."""
    return can_moderate_topic(user, comment.topic)


@predicate_about
def can_read_comment(user: User, comment: Comment) -> bool:
    """May see that the comment is there; one awaiting approval only its author and the moderators."""
    if not can_read_topic(user, comment.topic):
        return False
    return comment.is_public or is_author_of_comment(user, comment) or can_moderate_comment(user, comment)


@predicate_about
def can_edit_comment(user: User, comment: Comment) -> bool:
    """Only the author changes the text."""
    return can_read_comment(user, comment) and is_author_of_comment(user, comment)


@predicate_about
def can_remove_comment(user: User, comment: Comment) -> bool:
    """Its author, or a moderator."""
    return can_edit_comment(user, comment) or can_moderate_comment(user, comment)
