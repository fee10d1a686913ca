"""Withdrawing a topic."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from forum_pages.models import Topic
from forum_pages.people import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def test_an_author_withdraws_a_topic_with_a_reason(topic: Topic, as_author: Client, as_reader: Client) -> None:
    url = reverse("forum_pages:topic-withdraw", args=[topic.pk])
    assert as_reader.get(url).status_code == 403
    assert as_reader.post(url, {"reason": "x"}).status_code == 403
    assert as_author.get(url).status_code == 200
    assert as_author.post(url, {"reason": ""}).status_code == 422
    assert as_author.post(url, {"reason": "写错了"}).headers["Location"] == topic.board.url
    topic.refresh_from_db()
    assert (topic.hidden, topic.hidden_reason) == (True, "写错了")


def test_a_topic_with_comments_is_not_withdrawn(topic: Topic, reader: User, as_author: Client) -> None:
    make.comment(topic, reader)
    url = reverse("forum_pages:topic-withdraw", args=[topic.pk])
    assert as_author.post(url, {"reason": "写错了"}).status_code == 409
