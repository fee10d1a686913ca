"""Pinning, locking, hiding and moving a topic."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from forum_pages.models import Topic
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("act", "before", "after"),
    [
        ("pin", {}, {"pinned": True}),
        ("unpin", {"pinned": True}, {"pinned": False}),
        ("lock", {}, {"locked": True}),
        ("unlock", {"locked": True}, {"locked": False}),
        ("hide", {}, {"hidden": True, "hidden_reason": "涉密"}),
        ("show", {"hidden": True}, {"hidden": False}),
    ],
)
def test_each_action(
    topic: Topic, as_moderator: Client, act: str, before: dict[str, object], after: dict[str, object]
) -> None:
    Topic.objects.filter(pk=topic.pk).update(**before)
    url = reverse("forum_pages:topic-moderate", args=[topic.pk])
    assert as_moderator.get(url).status_code == 200
    answer = as_moderator.post(url, {"act": act, "reason": "涉密"})
    assert answer.headers["Location"] == topic.get_absolute_url()
    assert Topic.objects.filter(pk=topic.pk, **after).exists()


def test_a_topic_moves_to_a_board_that_the_same_person_moderates(topic: Topic, as_moderator: Client) -> None:
    other = make.board("other")
    url = reverse("forum_pages:topic-moderate", args=[topic.pk])
    as_moderator.post(url, {"act": "move", "board": other.pk})
    topic.refresh_from_db()
    assert topic.board == other


def test_an_action_that_is_refused_says_why(topic: Topic, as_moderator: Client) -> None:
    url = reverse("forum_pages:topic-moderate", args=[topic.pk])
    answer = as_moderator.post(url, {"act": "hide", "reason": ""})
    assert (answer.status_code, len(answer.context["form"].non_field_errors())) == (422, 1)
    assert as_moderator.post(url, {"act": "move"}).status_code == 422
    assert as_moderator.post(url, {"act": "move", "board": topic.board_id}).status_code == 422
