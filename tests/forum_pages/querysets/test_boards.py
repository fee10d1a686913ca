"""Which boards, and what they say about a person. The equality with the predicates is in rules/test_permissions."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.db.models import Exists
from pytest_django import DjangoAssertNumQueries
from wagtail.models import PageViewRestriction

from forum_pages.domain.moderation.actions import hide_topic
from forum_pages.enums import Verb
from forum_pages.models import BoardPage
from forum_pages.people import User
from forum_pages.querysets.boards import grants_of, ids_of_boards, privacy_against
from forum_pages.rules.boards import Access
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def close(board: BoardPage, kind: str, *groups: str) -> PageViewRestriction:
    """Set Wagtail's privacy of the board."""
    restriction = PageViewRestriction.objects.create(page=board.page_ptr, restriction_type=kind)
    restriction.groups.set(Group.objects.get_or_create(name=name)[0] for name in groups)
    return restriction


def test_visible_to_strangers_is_nothing(board: BoardPage) -> None:
    assert [list(BoardPage.objects.visible_to(user)) for user in (None, AnonymousUser())] == [[], []]
    assert [list(BoardPage.objects.moderated_by(user)) for user in (None, AnonymousUser())] == [[], []]


def test_visible_to_leaves_out_boards_for_others(board: BoardPage, reader: User, moderator: User) -> None:
    leaders = make.board("leaders", grants={Verb.READ: ["leadership"]})
    own = make.board("own", grants={Verb.READ: [reader]})
    draft = make.board("draft", live=False)
    assert set(BoardPage.objects.visible_to(reader)) == {board, own}
    assert set(BoardPage.objects.visible_to(moderator)) == {board, leaders, own}
    assert draft not in BoardPage.objects.visible_to(moderator)


def test_moderated_by(board: BoardPage, reader: User, moderator: User) -> None:
    own = make.board("own", grants={Verb.MODERATE: [reader]})
    assert set(BoardPage.objects.moderated_by(reader)) == {own}
    assert set(BoardPage.objects.moderated_by(moderator)) == {board, own}


def test_access_of_is_one_query_for_a_board_that_is_not_private(
    board: BoardPage, reader: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make.grant(board, Verb.POST, "staff")
    make.grant(board, Verb.COMMENT, "leadership")
    make.grant(board, Verb.MODERATE, reader)
    with django_assert_num_queries(1):
        access = BoardPage.objects.access_of(reader, board)
    assert access == Access(
        is_let_in=True, restricted=frozenset({"post", "comment", "moderate"}), granted=frozenset({"post", "moderate"})
    )


def test_access_of_a_moderator_and_of_a_superuser(board: BoardPage, moderator: User) -> None:
    assert BoardPage.objects.access_of(moderator, board) == Access(is_let_in=True, is_forum_moderator=True)
    superuser = make.person("root", is_superuser=True)
    assert BoardPage.objects.access_of(superuser, board) == Access(is_let_in=True)


def test_access_of_a_draft_is_nothing(moderator: User) -> None:
    assert BoardPage.objects.access_of(moderator, make.board("draft", live=False)) == Access()


@pytest.mark.parametrize(
    ("kind", "groups", "is_let_in"),
    [
        ("login", (), True),
        ("groups", ("staff",), True),
        ("groups", ("editor", "staff"), True),
        ("groups", ("editor",), False),
        ("password", (), False),
    ],
)
def test_access_of_a_private_board(
    board: BoardPage, reader: User, kind: str, groups: tuple[str, ...], is_let_in: bool
) -> None:
    close(board, kind, *groups)
    assert BoardPage.objects.access_of(reader, board).is_let_in is is_let_in
    assert BoardPage.objects.filter(pk=board.pk).visible_to(reader).exists() is is_let_in


def test_privacy_of_a_page_above_holds_for_the_board(board: BoardPage, reader: User) -> None:
    PageViewRestriction.objects.create(page=board.get_parent(), restriction_type="password", password="x")
    assert not BoardPage.objects.access_of(reader, board).is_let_in
    assert not BoardPage.objects.visible_to(reader).exists()


def test_all_privacy_settings_must_let_the_person_in(board: BoardPage, reader: User) -> None:
    close(board, "groups", "staff")
    PageViewRestriction.objects.create(page=board.get_parent(), restriction_type="groups")
    assert not BoardPage.objects.access_of(reader, board).is_let_in


def test_privacy_against_a_person_is_what_keeps_them_out(board: BoardPage, reader: User) -> None:
    make.board("open")
    close(make.board("login"), "login")
    close(board, "groups", "editor")
    assert list(BoardPage.objects.filter(Exists(privacy_against(reader)))) == [board]
    superuser = make.person("root", is_superuser=True)
    assert not BoardPage.objects.filter(Exists(privacy_against(superuser))).exists()


def test_grants_of_a_person_are_their_own_and_their_groups(board: BoardPage, reader: User) -> None:
    boards = [
        make.board("by-name", grants={Verb.POST: [reader]}),
        make.board("by-group", grants={Verb.POST: ["staff"]}),
    ]
    make.grant(board, Verb.POST, "leadership")
    assert list(BoardPage.objects.filter(Exists(grants_of(reader, [Verb.POST]))).order_by("pk")) == boards
    assert not BoardPage.objects.filter(Exists(grants_of(reader, [Verb.READ]))).exists()


def test_with_latest_topic_is_the_latest_that_all_may_see(
    board: BoardPage, author: User, moderator: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shown = make.topic(board, author, "显示")
    hide_topic(topic=make.topic(board, author, "隐藏"), user=moderator, reason="x")
    empty = make.board("empty")
    with django_assert_num_queries(1):
        rows = list(BoardPage.objects.with_latest_topic().order_by("path"))
        assert (rows[0].latest_pk, rows[0].latest_title, rows[0].tally.topic_count) == (shown.pk, "显示", 1)
    assert rows[0].latest_at == shown.last_activity_at
    assert (rows[1], rows[1].latest_pk, rows[1].latest_at) == (empty, None, None)


def test_ids_of_boards(board: BoardPage, reader: User) -> None:
    own = make.board("own", grants={Verb.MODERATE: [reader]})
    readable, moderated = ids_of_boards(reader)
    assert {row["pk"] for row in readable} == {board.pk, own.pk}
    assert {row["pk"] for row in moderated} == {own.pk}
