"""Decisions out of the queue."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from forum_pages.domain.moderation.reports import report_post
from forum_pages.enums import ReportState
from forum_pages.models import BoardPage, Report, Topic, TopicComment
from forum_pages.people import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderated(db: None) -> BoardPage:
    return make.board("moderated", moderated=True)


@pytest.fixture
def awaiting_topic(moderated: BoardPage, author: User) -> Topic:
    return make.topic(moderated, author)


@pytest.fixture
def awaiting_comment(moderated: BoardPage, author: User, moderator: User) -> TopicComment:
    return make.comment(make.topic(moderated, moderator), author)


@pytest.fixture
def report(topic: Topic, reader: User) -> Report:
    return report_post(target=topic, user=reader, reason="不实")


def url(name: str, target: Topic | TopicComment | Report) -> str:
    return reverse(f"forum_pages:{name}-decide", args=[target.pk])


@pytest.mark.parametrize(("decision", "hidden"), [("approve", False), ("refuse", True)])
def test_topics_are_approved_and_refused(
    awaiting_topic: Topic, as_moderator: Client, decision: str, hidden: bool
) -> None:
    answer = as_moderator.post(url("topic", awaiting_topic), {"decision": decision, "reason": "重复"})
    assert answer.headers["Location"] == reverse("forum_pages:queue")
    awaiting_topic.refresh_from_db()
    assert (awaiting_topic.hidden, awaiting_topic.is_shown) == (hidden, not hidden)


@pytest.mark.parametrize(("decision", "state"), [("approve", (True, False)), ("refuse", (False, True))])
def test_comments_are_approved_and_refused(
    awaiting_comment: TopicComment, as_moderator: Client, decision: str, state: tuple[bool, bool]
) -> None:
    as_moderator.post(url("comment", awaiting_comment), {"decision": decision, "reason": "离题"})
    awaiting_comment.refresh_from_db()
    assert (awaiting_comment.is_public, awaiting_comment.is_removed) == state


@pytest.mark.parametrize(
    ("decision", "state", "hidden"), [("uphold", ReportState.UPHELD, True), ("dismiss", ReportState.DISMISSED, False)]
)
def test_reports_are_upheld_and_dismissed(
    report: Report, as_moderator: Client, decision: str, state: ReportState, hidden: bool
) -> None:
    as_moderator.post(url("report", report), {"decision": decision, "reason": "属实"})
    report.refresh_from_db()
    assert (report.state, report.topic.hidden) == (state, hidden)


def test_a_decision_that_fails_keeps_its_reason_beside_its_row(
    report: Report, awaiting_topic: Topic, as_moderator: Client
) -> None:
    no_reason = as_moderator.post(url("report", report), {"decision": "uphold", "reason": ""})
    assert (no_reason.status_code, no_reason.context["failed"]) == (422, report)
    too_long = as_moderator.post(url("report", report), {"decision": "uphold", "reason": "长" * 301})
    assert (too_long.status_code, too_long.context["reason"]) == (422, "长" * 301)
    of_others = as_moderator.post(url("topic", awaiting_topic), {"decision": "uphold", "reason": "x"})
    assert (of_others.status_code, of_others.context["failed"]) == (422, awaiting_topic)
    assert Report.objects.open().count() == 1


def test_decisions_are_for_moderators(
    report: Report, awaiting_topic: Topic, awaiting_comment: TopicComment, as_author: Client
) -> None:
    assert as_author.post(url("topic", awaiting_topic), {"decision": "approve"}).status_code == 403
    assert as_author.post(url("comment", awaiting_comment), {"decision": "approve"}).status_code == 403
    assert as_author.post(url("report", report), {"decision": "dismiss", "reason": "x"}).status_code == 404
    assert as_author.get(url("topic", awaiting_topic)).status_code == 405
