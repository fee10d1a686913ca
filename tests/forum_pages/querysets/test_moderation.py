"""Which reports."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from forum_pages.domain.moderation.reports import dismiss_report, report_post
from forum_pages.enums import Verb
from forum_pages.models import Report, Topic
from forum_pages.people import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def test_open_and_visible_to(topic: Topic, author: User, reader: User, moderator: User) -> None:
    report = report_post(target=topic, user=reader, reason="x")
    elsewhere = make.topic(make.board("other", grants={Verb.MODERATE: [author]}), moderator)
    other = report_post(target=elsewhere, user=reader, reason="x")
    assert set(Report.objects.visible_to(moderator)) == {report, other}
    assert list(Report.objects.visible_to(author)) == [other]
    assert [list(Report.objects.visible_to(user)) for user in (reader, None, AnonymousUser())] == [[], [], []]
    dismiss_report(report=other, user=author, decision="x")
    assert list(Report.objects.open()) == [report]


def test_with_target_is_one_query(
    topic: Topic, author: User, reader: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    report_post(target=make.comment(topic, author), user=reader, reason="x")
    with django_assert_num_queries(1):
        (report,) = Report.objects.with_target()
        names = [report.topic.board.title, report.topic.author.name, report.comment.user.name, report.reporter.name]
    assert names == ["交流互评", "王秀英", "王秀英", "李建国"]
