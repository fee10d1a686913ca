"""Registration with Wagtail."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from django.utils import translation
from wagtail.models import ModelLogEntry

from forum_pages.domain.moderation.actions import hide_topic, lock_topic, move_topic
from forum_pages.domain.moderation.reports import dismiss_report, report_post
from forum_pages.enums import Verb
from forum_pages.models import BoardPage, Topic
from forum_pages.people import User
from forum_pages.wagtail_hooks import queue_menu_item, serve_board
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def test_serve_board_answers_boards_only(board: BoardPage, reader: User) -> None:
    request = RequestFactory().get(board.url)
    request.user = reader
    assert serve_board(board, request, [], {}).status_code == 200
    assert serve_board(board.get_parent().specific, request, [], {}) is None


def test_the_queue_is_in_the_menu_of_moderators(board: BoardPage, reader: User, moderator: User) -> None:
    def is_shown(user: User) -> bool:
        request = RequestFactory().get("/")
        request.user = user
        return queue_menu_item().is_shown(request)

    superuser = make.person("root", is_superuser=True)
    assert [is_shown(user) for user in (reader, moderator, superuser)] == [False, True, False]
    make.grant(board, Verb.MODERATE, reader)
    assert is_shown(reader) is True


def test_the_audit_log_says_what_was_done_and_why(topic: Topic, author: User, reader: User, moderator: User) -> None:
    lock_topic(topic=topic, user=moderator)
    move_topic(topic=topic, user=moderator, board=make.board("other", title="别处"))
    report = report_post(target=topic, user=reader, reason="不实")
    dismiss_report(report=report, user=moderator, decision="属实")
    hide_topic(topic=topic, user=moderator, reason="涉密")
    with translation.override("en"):
        messages = [str(entry.formatter.format_message(entry)) for entry in ModelLogEntry.objects.order_by("pk")]
    assert messages == [
        "Topic locked",
        "Topic moved: from “交流互评” to “别处”",
        "Report dismissed: 属实",
        "Topic hidden: 涉密",
    ]
