"""Read marks."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from forum_pages.models import BoardMark, Topic, TopicRead
from forum_pages.people import User

pytestmark = pytest.mark.django_db


def test_the_database_keeps_one_mark_of_a_person(topic: Topic, reader: User) -> None:
    now = timezone.now()
    read = TopicRead.objects.create(topic=topic, user=reader, read_at=now)
    mark = BoardMark.objects.create(board=topic.board, user=reader, marked_at=now)
    assert (str(read), str(mark)) == (f"{reader.pk}: {topic.pk}", f"{reader.pk}: {topic.board_id}")
    with pytest.raises(IntegrityError), transaction.atomic():
        TopicRead.objects.create(topic=topic, user=reader, read_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        BoardMark.objects.create(board=topic.board, user=reader, marked_at=now)
