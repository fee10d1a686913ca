"""Reports to the moderators, and decisions on them."""

from __future__ import annotations

import pytest

from forum_pages.domain.moderation.reports import dismiss_report, report_post, uphold_report
from forum_pages.enums import ReportState
from forum_pages.exceptions.base import OwnPost, ReasonMissing
from forum_pages.exceptions.moderation import AlreadyReported, ReportDecided
from forum_pages.models import Report, Topic
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
