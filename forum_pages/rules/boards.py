"""Predicates about boards. The querysets answer the same for many rows, and a test holds both equal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from forum_pages.enums import Verb
from forum_pages.people import User
from forum_pages.rules.shared import predicate_about


@dataclass(frozen=True)
class Access:
    """What a board's settings say about one person."""

    #: The board is published, and no privacy setting of Wagtail keeps the person out.
    is_let_in: bool = False
    #: The person moderates every board.
    is_forum_moderator: bool = False
    #: Verbs for which the board names anybody.
    restricted: frozenset[str] = frozenset()
    #: Verbs for which it names this person, or one of their groups.
    granted: frozenset[str] = frozenset()

    @property
    def is_moderator(self) -> bool:
        """Whether the person moderates the board, by the forum's role or by a grant."""
        return self.is_let_in and (self.is_forum_moderator or Verb.MODERATE in self.granted)

    def allows(self, verb: Verb) -> bool:
        """Return whether the person may do this: all may where nobody is named."""
        return self.is_moderator or (self.is_let_in and (verb not in self.restricted or verb in self.granted))


class Board(Protocol):
    """What predicates and querysets ask of a board."""

    path: str

    @property
    def pk(self) -> int: ...

    def access_of(self, user: User) -> Access:
        """Return what the board's settings say about this person."""


@predicate_about
def can_moderate_board(user: User, board: Board) -> bool:
    """Moderates this board, by the forum's role or by a grant of the board."""
    return board.access_of(user).is_moderator


@predicate_about
def can_read_board(user: User, board: Board) -> bool:
    """May see the board and what is shown on it."""
    return board.access_of(user).allows(Verb.READ)


@predicate_about
def can_post_on_board(user: User, board: Board) -> bool:
    """May start topics, as far as the person goes; whether the board is open now is the board's state."""
    return can_read_board(user, board) and board.access_of(user).allows(Verb.POST)


@predicate_about
def can_comment_on_board(user: User, board: Board) -> bool:
    """May comment, as far as the person goes."""
    return can_read_board(user, board) and board.access_of(user).allows(Verb.COMMENT)
