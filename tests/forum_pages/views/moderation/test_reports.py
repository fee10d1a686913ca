"""Reporting topics and comments."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from forum_pages.models import Report, Topic
from forum_pages.people import User
from forum_pages.views.shared.addresses import url_of_comment
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["topic", "comment"])
def test_a_post_is_reported_once(topic: Topic, author: User, as_reader: Client, kind: str) -> None:
    comment = make.comment(topic, author)
    target, back = (topic, topic.get_absolute_url()) if kind == "topic" else (comment, url_of_comment(comment))
    url = reverse(f"forum_pages:{kind}-report", args=[target.pk])
    assert as_reader.get(url).status_code == 200
    assert as_reader.post(url, {"reason": "不实"}).headers["Location"] == back
    assert Report.objects.get().target == target
    again = as_reader.post(url, {"reason": "又不实"})
    assert (again.status_code, again.context["form"]["reason"].value()) == (409, "又不实")
    assert as_reader.post(url, {"reason": ""}).status_code == 422
