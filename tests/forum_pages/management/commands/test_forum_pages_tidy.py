"""The weekly command."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from forum_pages.models import Topic, TopicRead
from organisation.models import User

pytestmark = pytest.mark.django_db


def test_forum_pages_tidy_deletes_old_marks_and_says_how_many(topic: Topic, author: User, reader: User) -> None:
    for user, days in ((reader, 1), (author, 400)):
        TopicRead.objects.create(user=user, topic=topic, read_at=timezone.now() - timedelta(days=days))
    out = StringIO()
    call_command("forum_pages_tidy", stdout=out)
    assert out.getvalue() == "1 marks deleted\n"
    assert TopicRead.objects.get().user == reader
