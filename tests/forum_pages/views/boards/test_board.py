"""The page of a board."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from wagtail.models import PageViewRestriction

from forum_pages.domain.moderation.actions import pin_topic
from forum_pages.domain.reading.marks import mark_board_read
from forum_pages.enums import Verb
from forum_pages.models import BoardPage, Topic
from forum_pages.querysets.topics import BOARD_ORDER
from forum_pages.views.boards.board import cursor_at_end_of, parse_day
from organisation.models import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def close(board: BoardPage, kind: str, *groups: str) -> None:
    """Set Wagtail's privacy of the board."""
    restriction = PageViewRestriction.objects.create(page=board.page_ptr, restriction_type=kind, password="x")
    restriction.groups.set(Group.objects.get_or_create(name=name)[0] for name in groups)


def test_jump_to_a_day(author: User, as_reader: Client, board: BoardPage) -> None:
    for number in range(25):
        make.topic(board, author, f"t{number}")
    yesterday = (timezone.localdate() - dt.timedelta(days=1)).isoformat()
    assert len(as_reader.get(f"{board.url}?day={yesterday}").context["topics"]) == 0
    assert len(as_reader.get(f"{board.url}?day={timezone.localdate().isoformat()}").context["topics"]) == 20
    assert as_reader.get(f"{board.url}?day=9999-12-31").status_code == 200
    assert as_reader.get(f"{board.url}?day=x").status_code == 200


def test_parse_day() -> None:
    assert [parse_day(text) for text in ("2026-03-04", "2026-13-04", "x", "")] == [
        dt.date(2026, 3, 4),
        None,
        None,
        None,
    ]


def test_the_cursor_at_the_end_of_a_day_is_its_midnight() -> None:
    key = BOARD_ORDER.read(cursor_at_end_of(dt.date(2026, 3, 4)))
    assert key == (False, timezone.make_aware(dt.datetime(2026, 3, 5)), 0)
    assert cursor_at_end_of(dt.date.max) == ""


def test_a_board_is_paged_forwards_and_backwards(
    author: User, moderator: User, as_reader: Client, board: BoardPage, settings: Settings
) -> None:
    settings.FORUM_PAGES_TOPICS_PER_PAGE = 2
    topics = [make.topic(board, author, f"t{number}") for number in range(4)]
    pin_topic(topic=topics[0], user=moderator)
    first = as_reader.get(board.url).context["topics"]
    assert list(first) == [topics[0], topics[3]]
    second = as_reader.get(f"{board.url}?after={first.next}").context["topics"]
    assert list(second) == [topics[2], topics[1]]
    assert list(as_reader.get(f"{board.url}?before={second.previous}").context["topics"]) == list(first)
    assert list(as_reader.get(f"{board.url}?last=1").context["topics"]) == list(second)


def test_unread_topics_are_marked(topic: Topic, author: User, reader: User, as_reader: Client) -> None:
    context = as_reader.get(topic.board.url).context
    assert (context["has_unread"], [row.is_unread for row in context["topics"]]) == (True, [True])
    mark_board_read(board=topic.board, user=reader)
    context = as_reader.get(topic.board.url).context
    assert (context["has_unread"], [row.is_unread for row in context["topics"]]) == (False, [False])


def test_what_a_board_offers(as_reader: Client, as_moderator: Client, reader: User) -> None:
    notices = make.board("notices", grants={Verb.POST: ["editor"]})
    over = make.board("over", closes_at=timezone.now() - dt.timedelta(hours=1))
    table = [
        (as_reader, make.board("open"), True, False),
        (as_reader, notices, False, False),
        (as_reader, over, False, False),
        (as_moderator, notices, True, True),
        (as_moderator, over, False, True),
    ]
    for client, board, may_post, may_moderate in table:
        context = client.get(board.url).context
        assert (context["may_post"], context["may_moderate"]) == (may_post, may_moderate), board.slug


@pytest.mark.parametrize(
    ("kind", "groups", "status"),
    [("login", (), 200), ("groups", ("staff",), 200), ("groups", ("editor",), 404), ("password", (), 404)],
)
def test_a_private_board_is_404_to_whom_its_privacy_keeps_out(
    topic: Topic, as_reader: Client, kind: str, groups: tuple[str, ...], status: int
) -> None:
    close(topic.board, kind, *groups)
    assert as_reader.get(topic.board.url).status_code == status
    assert as_reader.get(topic.get_absolute_url()).status_code == status


def test_a_board_for_others_is_404(as_reader: Client) -> None:
    assert as_reader.get(make.board("leaders", grants={Verb.READ: ["leadership"]}).url).status_code == 404
    assert as_reader.get(make.board("draft", live=False).url or "/forum/draft/").status_code == 404


def test_a_superuser_reads_as_anybody_else(topic: Topic) -> None:
    superuser = make.client_of(make.person("root", is_superuser=True))
    assert superuser.get(topic.board.url).context["may_moderate"] is False
    assert superuser.get(make.board("leaders", grants={Verb.READ: ["leadership"]}).url).status_code == 404


def test_a_board_answers_questions_only(as_reader: Client, board: BoardPage) -> None:
    assert as_reader.head(board.url).status_code == 200
    assert as_reader.post(board.url).status_code == 405


def test_the_privacy_of_a_board_is_told_whoever_asks_and_whenever(board: BoardPage, as_reader: Client) -> None:
    close(board, "groups", "staff")
    as_reader.get(board.url)
    for page in (board, BoardPage.objects.get(pk=board.pk)):
        assert [restriction.restriction_type for restriction in page.get_view_restrictions()] == ["groups"]
