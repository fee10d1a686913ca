"""Background tasks of the search index."""

from __future__ import annotations

import pytest
from wagtail.search import index

from forum_pages.models import Topic
from forum_pages.tasks import index_comment, index_discussion, index_topic
from organisation.models import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def indexed(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What is handed to the search index."""
    rows: list[object] = []
    monkeypatch.setattr(index, "insert_or_update_object", rows.append)
    return rows


def test_tasks_index_a_topic_a_comment_and_a_discussion(topic: Topic, author: User, indexed: list[object]) -> None:
    first, second = make.comment(topic, author), make.comment(topic, author)
    reply = make.comment(topic, author, parent=first)
    index_topic.func(topic.pk)
    index_comment.func(second.pk)
    assert indexed == [topic, second]
    indexed.clear()
    index_discussion.func(topic.pk)
    assert indexed == [topic, first, reply, second]


def test_tasks_pass_over_what_is_gone(indexed: list[object]) -> None:
    for task in (index_topic, index_comment, index_discussion):
        task.func(404)
    assert indexed == []
