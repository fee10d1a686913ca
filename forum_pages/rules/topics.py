"""Predicates about topics. A topic is judged with its board."""

from __future__ import annotations

from typing import Protocol

from forum_pages.people import User
from forum_pages.rules.boards import Board, can_comment_on_board, can_moderate_board, can_read_board
from forum_pages.rules.shared import predicate_about


class Topic(Protocol):
    """What predicates and querysets ask of a topic."""

    hidden: bool
    awaiting: bool

    @property
    def pk(self) -> int: ...

    @property
    def author_id(self) -> int | None: ...

    @property
    def board(self) -> Board: ...


@predicate_about
def is_author_of_topic(user: User, topic: Topic) -> bool:
    """Wrote the topic."""
    return topic.author_id == user.pk


@predicate_about
def can_moderate_topic(user: User, topic: Topic) -> bool:
    """Moderates the board the topic is on."""
    return can_moderate_board(user, topic.board)


@predicate_about
def can_read_topic(user: User, topic: Topic) -> bool:
    """May see the topic: hidden ones only moderators, ones awaiting approval also their author."""
    if not can_read_board(user, topic.board):
        return False
    is_shown = not topic.hidden and (not topic.awaiting or is_author_of_topic(user, topic))
    return is_shown or can_moderate_topic(user, topic)


@predicate_about
def can_comment_on_topic(user: User, topic: Topic) -> bool:
    """May comment on a topic they can read."""
    return can_read_topic(user, topic) and can_comment_on_board(user, topic.board)


@predicate_about
def can_edit_topic(user: User, topic: Topic) -> bool:
    """Only the author changes the text: moderators hide, they do not rewrite."""
    return can_read_topic(user, topic) and is_author_of_topic(user, topic)
