"""What a board's settings say about a person, as a table."""

from __future__ import annotations

import pytest

from forum_pages.enums import Verb
from forum_pages.models import BoardPage
from forum_pages.people import User
from forum_pages.rules.boards import (
    Access,
    can_comment_on_board,
    can_moderate_board,
    can_post_on_board,
    can_read_board,
)
from tests.factories import forum_pages as make

READ_POST = frozenset({"read", "post"})


@pytest.mark.parametrize(
    ("access", "allowed"),
    [
        (Access(), ""),
        (Access(is_let_in=True), "read post comment"),
        (Access(is_let_in=True, restricted=READ_POST), "comment"),
        (Access(is_let_in=True, restricted=READ_POST, granted=frozenset({"read"})), "read comment"),
        (Access(is_let_in=True, restricted=READ_POST, granted=frozenset({"moderate"})), "read post comment moderate"),
        (Access(is_let_in=True, restricted=READ_POST, is_forum_moderator=True), "read post comment moderate"),
        (Access(is_let_in=False, is_forum_moderator=True, granted=frozenset(Verb.values)), ""),
    ],
)
def test_access_allows(access: Access, allowed: str) -> None:
    verbs = [verb for verb in (Verb.READ, Verb.POST, Verb.COMMENT) if access.allows(verb)]
    assert " ".join([*verbs, *(["moderate"] if access.is_moderator else [])]) == allowed


@pytest.mark.django_db
def test_who_may_not_read_a_board_may_neither_post_nor_comment_though_all_may(reader: User) -> None:
    board = make.board("leaders", grants={Verb.READ: ["leadership"]})
    predicates = (can_read_board, can_post_on_board, can_comment_on_board, can_moderate_board)
    assert [predicate(reader, board) for predicate in predicates] == [False, False, False, False]


@pytest.mark.django_db
def test_a_moderator_of_the_board_may_do_everything_on_it(reader: User) -> None:
    board = make.board("section", grants={verb: ["leadership"] for verb in (Verb.READ, Verb.POST, Verb.COMMENT)})
    make.grant(board, Verb.MODERATE, reader)
    predicates = (can_read_board, can_post_on_board, can_comment_on_board, can_moderate_board)
    assert [predicate(reader, board) for predicate in predicates] == [True, True, True, True]
    elsewhere = make.board("elsewhere")
    assert not can_moderate_board(reader, BoardPage.objects.get(pk=elsewhere.pk))
