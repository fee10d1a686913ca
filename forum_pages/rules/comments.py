"""Predicates about comments."""

from __future__ import annotations

from typing import Any

import rules

from forum_pages.rules.topics import can_moderate_topic, can_read_topic


@rules.predicate
def can_read_comment(user: Any, comment: Any) -> bool:
    """May see that the comment is there; one awaiting approval only its author and the moderators."""
    if comment is None or not can_read_topic(user, comment.topic):
        return False
    return comment.is_public or comment.user_id == user.pk or can_moderate_topic(user, comment.topic)


@rules.predicate
def can_edit_comment(user: Any, comment: Any) -> bool:
    """Only the author changes words."""
    return comment is not None and can_read_comment(user, comment) and comment.user_id == user.pk


@rules.predicate
def can_moderate_comment(user: Any, comment: Any) -> bool:
    """Moderates the board the comment's topic is on."""
    return comment is not None and can_moderate_topic(user, comment.topic)


@rules.predicate
def can_remove_comment(user: Any, comment: Any) -> bool:
    """Its author, or a moderator."""
    return can_edit_comment(user, comment) or can_moderate_comment(user, comment)
