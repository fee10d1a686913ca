"""Predicates about topics."""

from __future__ import annotations

from typing import Any

import rules

from forum_pages.rules.boards import can_comment_on_board, can_moderate_board, can_read_board


@rules.predicate
def can_read_topic(user: Any, topic: Any) -> bool:
    """May see the topic: hidden ones only moderators, ones awaiting approval also their author."""
    if topic is None or not can_read_board(user, topic.board):
        return False
    if can_moderate_board(user, topic.board):
        return True
    return not topic.hidden and (not topic.awaiting or topic.author_id == user.pk)


@rules.predicate
def can_moderate_topic(user: Any, topic: Any) -> bool:
    """Moderates the board the topic is on."""
    return topic is not None and can_moderate_board(user, topic.board)


@rules.predicate
def can_comment_on_topic(user: Any, topic: Any) -> bool:
    """May comment on a topic they can read."""
    return topic is not None and can_read_topic(user, topic) and can_comment_on_board(user, topic.board)


@rules.predicate
def can_edit_topic(user: Any, topic: Any) -> bool:
    """Only the author changes words: moderators hide, they do not rewrite."""
    return topic is not None and can_read_topic(user, topic) and topic.author_id == user.pk
