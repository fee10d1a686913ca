"""Read marks."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from forum_pages.domain.reading.marks import forget_old_marks, mark_board_read, mark_topic_read
from forum_pages.models import BoardPage, Topic, TopicRead
from organisation.models import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def test_read_marks_are_written_only_when_they_say_something(
    board: BoardPage, topic: Topic, reader: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def load() -> Topic:
        return Topic.objects.with_read_mark(reader).get(pk=topic.pk)

    mark_topic_read(topic=load(), user=reader)
    assert TopicRead.objects.count() == 1
    marked = load()
    with django_assert_num_queries(0):
        mark_topic_read(topic=marked, user=reader)
    make.comment(topic, make.person("third"))
    assert load().last_activity_at > load().read_at
    mark_board_read(board=board, user=reader)
    assert TopicRead.objects.count() == 0
    assert load().board_read_at > load().last_activity_at
    marked = load()
    with django_assert_num_queries(0):
        mark_topic_read(topic=marked, user=reader)
    assert forget_old_marks() == 0
