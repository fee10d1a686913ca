"""Reports to the moderators."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from forum_pages.enums import ReportState
from forum_pages.models import Report, Topic
from forum_pages.people import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def test_target_is_the_comment_or_the_topic(topic: Topic, author: User, reader: User) -> None:
    comment = make.comment(topic, author)
    reports = [Report(topic=topic, reason="不实"), Report(topic=topic, comment=comment, reason="不实")]
    assert [report.target for report in reports] == [topic, comment]
    assert [str(report) for report in reports] == [f"{topic}: 不实", f"{topic.pk}#1: 不实"]


@pytest.mark.parametrize("kind", ["topic", "comment"])
def test_the_database_keeps_one_open_report_of_a_person(topic: Topic, author: User, reader: User, kind: str) -> None:
    comment = make.comment(topic, author) if kind == "comment" else None
    Report.objects.create(topic=topic, comment=comment, reporter=reader, state=ReportState.DISMISSED)
    Report.objects.create(topic=topic, comment=comment, reporter=reader)
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.create(topic=topic, comment=comment, reporter=reader)
