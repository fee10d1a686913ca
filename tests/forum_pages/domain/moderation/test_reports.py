"""Reports to the moderators, and decisions on them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from wagtail.models import ModelLogEntry

from forum_pages.domain.comments.comments import remove_comment
from forum_pages.domain.moderation.actions import hide_topic
from forum_pages.domain.moderation.reports import dismiss_report, report_post, uphold_report
from forum_pages.enums import ReportState
from forum_pages.exceptions.base import OwnPost, ReasonMissing
from forum_pages.exceptions.comments import CommentRemoved
from forum_pages.exceptions.moderation import AlreadyReported, ReportDecided
from forum_pages.models import Report, Topic, TopicComment
from forum_pages.signals import post_reported
from organisation.models import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def test_reports_once_a_person_and_upheld_together(topic: Topic, author: User, reader: User, moderator: User) -> None:
    comment = make.comment(topic, author)
    first = report_post(target=comment, user=reader, reason="人身攻击")
    second = report_post(target=comment, user=make.person("third"), reason="同上")
    with pytest.raises(AlreadyReported):
        report_post(target=comment, user=reader, reason="再报")
    with pytest.raises(OwnPost):
        report_post(target=comment, user=author, reason="自己")
    uphold_report(report=first, user=moderator, decision="人身攻击")
    second.refresh_from_db()
    comment.refresh_from_db()
    assert (second.state, comment.is_removed, comment.removed_reason) == (ReportState.UPHELD, True, "人身攻击")
    with pytest.raises(ReportDecided):
        dismiss_report(report=second, user=moderator, decision="晚了")


def test_dismissed_reports_leave_the_text_and_may_be_made_again(topic: Topic, reader: User, moderator: User) -> None:
    report = report_post(target=topic, user=reader, reason="不实")
    dismiss_report(report=report, user=moderator, decision="属实")
    assert Topic.objects.get(pk=topic.pk).is_shown
    assert report_post(target=topic, user=reader, reason="又不实").state == ReportState.OPEN


def test_upholding_a_report_on_a_topic_hides_it(topic: Topic, reader: User, moderator: User) -> None:
    report = report_post(target=topic, user=reader, reason="涉密")
    with pytest.raises(ReasonMissing):
        uphold_report(report=report, user=moderator, decision="")
    uphold_report(report=report, user=moderator, decision="涉密")
    assert Topic.objects.get(pk=topic.pk).hidden
    assert Report.objects.open().count() == 0


def test_report_post_refusals(topic: Topic, author: User, reader: User, moderator: User) -> None:
    with pytest.raises(ReasonMissing):
        report_post(target=topic, user=reader, reason="")
    with pytest.raises(OwnPost):
        report_post(target=topic, user=author, reason="x")
    comment = make.comment(topic, author)
    remove_comment(comment=comment, user=author, reason="x")
    with pytest.raises(CommentRemoved):
        report_post(target=TopicComment.objects.get(pk=comment.pk), user=reader, reason="x")


def test_report_post_signals_once_it_is_committed(
    topic: Topic, reader: User, committed: Callable[[], AbstractContextManager[object]]
) -> None:
    received: list[Report] = []

    def receiver(sender: type, report: Report, **kwargs: object) -> None:
        received.append(report)

    post_reported.connect(receiver)
    try:
        with committed():
            report = report_post(target=topic, user=reader, reason="不实")
    finally:
        post_reported.disconnect(receiver)
    assert (received, report.target, report.state) == ([report], topic, ReportState.OPEN)


def test_dismiss_report_needs_a_reason_and_records_it(topic: Topic, reader: User, moderator: User) -> None:
    report = report_post(target=topic, user=reader, reason="不实")
    with pytest.raises(ReasonMissing):
        dismiss_report(report=report, user=moderator, decision="")
    dismissed = dismiss_report(report=report, user=moderator, decision="属实")
    assert (dismissed.state, dismissed.decided_by, dismissed.decision) == (ReportState.DISMISSED, moderator, "属实")
    entry = ModelLogEntry.objects.get()
    assert (entry.action, entry.data) == (
        "forum_pages.report_dismissed",
        {"decision": "属实", "reason": "不实"},
    )


def test_upholding_a_report_of_what_is_taken_down_already_only_decides_it(
    topic: Topic, author: User, reader: User, moderator: User
) -> None:
    comment = make.comment(topic, author)
    of_comment = report_post(target=comment, user=reader, reason="x")
    of_topic = report_post(target=topic, user=reader, reason="x")
    remove_comment(comment=comment, user=moderator, reason="先")
    hide_topic(topic=topic, user=moderator, reason="先")
    for report in (of_comment, of_topic):
        uphold_report(report=Report.objects.get(pk=report.pk), user=moderator, decision="后")
    assert TopicComment.objects.get(pk=comment.pk).removed_reason == "先"
    assert Topic.objects.get(pk=topic.pk).hidden_reason == "先"
    assert not Report.objects.open().exists()
