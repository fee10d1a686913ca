"""Earlier versions of a topic."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from forum_pages.domain.topics.topics import edit_topic
from forum_pages.models import Topic
from forum_pages.people import User

pytestmark = pytest.mark.django_db


def test_readers_see_the_earlier_versions(topic: Topic, author: User, as_reader: Client) -> None:
    former = topic.title
    edit_topic(topic=topic, user=author, title="新题", source="新文", seen=0)
    answer = as_reader.get(reverse("forum_pages:topic-history", args=[topic.pk]))
    assert [(revision.number, revision.title) for revision in answer.context["revisions"]] == [(1, former)]
    assert "新题" in answer.content.decode()
