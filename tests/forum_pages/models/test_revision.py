"""Earlier versions of a text."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from forum_pages.models import PostRevision, Topic
from forum_pages.people import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def test_the_database_keeps_a_version_of_one_text(topic: Topic, author: User) -> None:
    comment = make.comment(topic, author)
    for texts in ({}, {"topic": topic, "comment": comment}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PostRevision.objects.create(number=1, source="x", html="x", written_at=timezone.now(), **texts)


def test_versions_stand_from_the_latest_to_the_first(topic: Topic) -> None:
    for number in (1, 2):
        PostRevision.objects.create(topic=topic, number=number, source="x", html="x", written_at=timezone.now())
    assert [str(revision) for revision in topic.revisions.all()] == [f"{topic} v2", f"{topic} v1"]
