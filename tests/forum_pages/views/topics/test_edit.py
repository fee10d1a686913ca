"""Editing a topic."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from forum_pages.models import Topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(topic: Topic) -> str:
    return reverse("forum_pages:topic-edit", args=[topic.pk])


def test_an_edit_leads_back_to_the_topic(topic: Topic, as_author: Client, url: str) -> None:
    assert as_author.get(url).context["form"].initial == {"title": topic.title, "source": topic.source, "seen": 0}
    answer = as_author.post(url, {"title": "新题", "source": "新文", "seen": 0})
    assert answer.headers["Location"] == topic.get_absolute_url()
    topic.refresh_from_db()
    assert (topic.title, topic.revision_count) == ("新题", 1)


def test_a_preview_changes_nothing(topic: Topic, as_author: Client, url: str) -> None:
    answer = as_author.post(url, {"title": "新题", "source": "**新**", "seen": 0, "preview": "1"})
    assert "<strong>新</strong>" in answer.content.decode()
    assert Topic.objects.get().title == topic.title


def test_a_form_that_is_not_valid_and_a_text_that_has_not_changed(topic: Topic, as_author: Client, url: str) -> None:
    assert as_author.post(url, {"title": "", "source": "x", "seen": 0}).status_code == 422
    answer = as_author.post(url, {"title": topic.title, "source": topic.source, "seen": 0})
    assert (answer.status_code, "current" in answer.context) == (422, False)
