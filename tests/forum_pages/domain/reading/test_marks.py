"""Read marks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from forum_pages.domain.reading.marks import forget_old_marks, mark_board_read, mark_topic_read
from forum_pages.models import BoardMark, BoardPage, Topic, TopicRead
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


def test_a_topic_read_again_moves_its_mark(topic: Topic, reader: User) -> None:
    mark_topic_read(topic=Topic.objects.with_read_mark(reader).get(), user=reader)
    first = TopicRead.objects.get().read_at
    make.comment(topic, make.person("third"))
    mark_topic_read(topic=Topic.objects.with_read_mark(reader).get(), user=reader)
    assert TopicRead.objects.get().read_at > first


def test_old_topics_count_as_read(topic: Topic, reader: User, settings: Settings) -> None:
    settings.FORUM_PAGES_UNREAD_DAYS = 0
    mark_topic_read(topic=Topic.objects.with_read_mark(reader).get(), user=reader)
    assert not TopicRead.objects.exists()


def test_mark_board_read_keeps_the_marks_of_others_and_of_other_boards(
    topic: Topic, author: User, reader: User
) -> None:
    elsewhere = make.topic(make.board("other"), author)
    for user, other in ((reader, topic), (reader, elsewhere), (author, topic)):
        TopicRead.objects.create(user=user, topic=other, read_at=timezone.now())
    mark_board_read(board=topic.board, user=reader)
    mark_board_read(board=topic.board, user=reader)
    assert set(TopicRead.objects.values_list("user", "topic")) == {(reader.pk, elsewhere.pk), (author.pk, topic.pk)}
    assert BoardMark.objects.count() == 1


def test_forget_old_marks(topic: Topic, author: User, reader: User, settings: Settings) -> None:
    settings.FORUM_PAGES_UNREAD_DAYS = 10
    for user, days in ((reader, 10), (author, 12)):
        TopicRead.objects.create(user=user, topic=topic, read_at=timezone.now() - timedelta(days=days))
    assert forget_old_marks() == 1
    assert TopicRead.objects.get().user == reader
