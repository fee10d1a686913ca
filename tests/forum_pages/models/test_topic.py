"""Topics, with the counters that their lists need."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from forum_pages.models import Topic, TopicFlag
from forum_pages.people import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("state", "is_shown"),
    [({}, True), ({"hidden": True}, False), ({"awaiting": True}, False), ({"locked": True}, True)],
)
def test_is_shown(state: dict[str, bool], is_shown: bool) -> None:
    assert Topic(**state).is_shown is is_shown


@pytest.mark.parametrize(
    ("read", "board_read", "is_unread"),
    [
        (None, None, True),
        (-1, None, True),
        (1, None, False),
        (None, 1, False),
        (-1, 1, False),
        (1, -1, False),
        (-1, -1, True),
    ],
)
def test_is_unread_unless_it_or_its_board_was_read_since(
    read: int | None, board_read: int | None, is_unread: bool
) -> None:
    topic = Topic(last_activity_at=timezone.now() - timedelta(days=2))
    for name, hours in (("read_at", read), ("board_read_at", board_read)):
        moment = topic.last_activity_at + timedelta(hours=hours) if hours is not None else None
        setattr(topic, name, moment)
    assert topic.is_unread is is_unread


def test_is_read_when_it_is_old(settings: Settings) -> None:
    settings.FORUM_PAGES_UNREAD_DAYS = 1
    topic = Topic(last_activity_at=timezone.now() - timedelta(days=2))
    topic.read_at = topic.board_read_at = None
    assert topic.is_unread is False


def test_search_text_holds_the_title_twice(settings: Settings) -> None:
    settings.FORUM_PAGES_SEGMENTER = "builtins.str"
    assert Topic(title="题", source="文").search_text() == "题\n题\n文"


def test_the_database_counts_no_more_comments_than_there_are_numbers(topic: Topic) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Topic.objects.filter(pk=topic.pk).update(comment_count=1)


def test_the_database_keeps_one_reaction_of_a_person(topic: Topic, reader: User) -> None:
    TopicFlag.objects.create(topic=topic, user=reader, flag="I liked it")
    with pytest.raises(IntegrityError), transaction.atomic():
        TopicFlag.objects.create(topic=topic, user=reader, flag="I disliked it")


def test_a_topic_is_called_by_its_title(topic: Topic) -> None:
    assert str(topic) == topic.title
    assert topic.get_absolute_url() == f"/discuss/topics/{topic.pk}/"
    assert str(TopicFlag(topic=topic, user_id=3, flag="I liked it")) == f"3: I liked it ({topic.pk})"
