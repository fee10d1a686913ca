"""Predicates about boards."""

from __future__ import annotations

from typing import Any

import rules

from forum_pages.enums import Verb
from forum_pages.rules.roles import group_ids_of, is_forum_moderator, is_signed_in


def _granted(user: Any, board: Any, verb: Verb) -> bool:
    access = board.access
    return user.pk in access.users[verb] or not access.groups[verb].isdisjoint(group_ids_of(user))


def _open_or_granted(user: Any, board: Any, verb: Verb) -> bool:
    return not board.access.is_restricted(verb) or _granted(user, board, verb)


@rules.predicate
def can_moderate_board(user: Any, board: Any) -> bool:
    """Moderates this board, by the forum's role or by a grant of the board."""
    if board is None or not is_signed_in(user) or not board.live or not _passes_restrictions(user, board):
        return False
    return is_forum_moderator(user) or _granted(user, board, Verb.MODERATE)


def _passes_restrictions(user: Any, board: Any) -> bool:
    # Wagtail's own privacy settings hold here too; as there, who runs the site passes the ones by group.
    if board.access.behind_password:
        return False
    return user.is_superuser or all(not members.isdisjoint(group_ids_of(user)) for members in board.access.private_to)


@rules.predicate
def can_read_board(user: Any, board: Any) -> bool:
    """May see the board and what is shown on it."""
    if board is None or not is_signed_in(user) or not board.live or not _passes_restrictions(user, board):
        return False
    return _open_or_granted(user, board, Verb.READ) or can_moderate_board(user, board)


@rules.predicate
def can_post_on_board(user: Any, board: Any) -> bool:
    """May start topics, as far as the person goes; whether the board is open now is the board's state."""
    if board is None or not can_read_board(user, board):
        return False
    return _open_or_granted(user, board, Verb.POST) or can_moderate_board(user, board)


@rules.predicate
def can_comment_on_board(user: Any, board: Any) -> bool:
    """May comment, as far as the person goes."""
    if board is None or not can_read_board(user, board):
        return False
    return _open_or_granted(user, board, Verb.COMMENT) or can_moderate_board(user, board)
