"""Reacting to topics and comments."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from forum_pages.models import Topic, TopicComment
from forum_pages.people import User
from forum_pages.views.shared.addresses import url_of_comment
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
LIKE = {"reaction": "I liked it"}


@pytest.fixture(params=["topic", "comment"])
def target(request: pytest.FixtureRequest, topic: Topic, author: User) -> Topic | TopicComment:
    return topic if request.param == "topic" else make.comment(topic, author)


def url_of(target: Topic | TopicComment) -> str:
    name = "topic-react" if isinstance(target, Topic) else "comment-react"
    return reverse(f"forum_pages:{name}", args=[target.pk])


def test_a_reaction_leads_back(target: Topic | TopicComment, as_reader: Client) -> None:
    back = target.get_absolute_url() if isinstance(target, Topic) else url_of_comment(target)
    assert as_reader.post(url_of(target), LIKE).headers["Location"] == back
    target.refresh_from_db()
    assert target.like_count == 1
    assert as_reader.post(url_of(target), {"reaction": "x"}).headers["Location"] == back
    assert as_reader.get(url_of(target)).status_code == 405


def test_htmx_gets_the_buttons(target: Topic | TopicComment, as_reader: Client) -> None:
    answer = as_reader.post(url_of(target), LIKE, headers=HTMX)
    assert (answer.context["post"].my_reaction, answer.context["may_react"]) == ("I liked it", True)
    assert answer.content.decode().count('aria-pressed="true"') == 1


def test_nobody_reacts_to_their_own_post(target: Topic | TopicComment, as_author: Client) -> None:
    assert as_author.post(url_of(target), LIKE).status_code == 409
    target.refresh_from_db()
    assert target.like_count == 0
