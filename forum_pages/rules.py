"""May this person? Small predicates, composed into named permissions.

Ask `rules.has_perm("forum_pages.read_board", user, board)`; queryset methods answer the same for many rows, and a test
holds both equal. A topic is judged with its board, a comment with its topic.
"""

from __future__ import annotations

from typing import Any

import rules

from forum_pages.conf import conf
from forum_pages.enums import Verb


def group_ids_of(user: Any) -> frozenset[int]:
    """Return the ids of the person's groups. One query for a person, however often asked."""
    return frozenset(_groups_of(user))


def _groups_of(user: Any) -> dict[int, str]:
    if not hasattr(user, "_forum_pages_groups"):
        user._forum_pages_groups = dict(user.groups.values_list("pk", "name"))
    return user._forum_pages_groups


@rules.predicate
def is_signed_in(user: Any) -> bool:
    """Somebody, and still active."""
    return bool(user and user.is_authenticated and user.is_active)


@rules.predicate
def is_forum_moderator(user: Any) -> bool:
    """Moderates every board: a member of the named groups, or who runs the site."""
    if not is_signed_in(user):
        return False
    return user.is_superuser or not set(conf.MODERATOR_GROUPS).isdisjoint(_groups_of(user).values())


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


rules.add_perm("forum_pages.moderate_forum", is_forum_moderator)
rules.add_perm("forum_pages.read_board", can_read_board)
rules.add_perm("forum_pages.post_on_board", can_post_on_board)
rules.add_perm("forum_pages.comment_on_board", can_comment_on_board)
rules.add_perm("forum_pages.moderate_board", can_moderate_board)
rules.add_perm("forum_pages.read_topic", can_read_topic)
rules.add_perm("forum_pages.comment_on_topic", can_comment_on_topic)
rules.add_perm("forum_pages.edit_topic", can_edit_topic)
rules.add_perm("forum_pages.moderate_topic", can_moderate_topic)
rules.add_perm("forum_pages.read_comment", can_read_comment)
rules.add_perm("forum_pages.edit_comment", can_edit_comment)
rules.add_perm("forum_pages.remove_comment", can_remove_comment)
rules.add_perm("forum_pages.moderate_comment", can_moderate_comment)
