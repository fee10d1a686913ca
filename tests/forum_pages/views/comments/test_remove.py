"""Removing a comment."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from forum_pages.models import Topic, TopicComment
from forum_pages.people import User
from forum_pages.views.shared.addresses import url_of_comment
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def test_a_comment_is_removed_with_a_reason(topic: Topic, reader: User, as_reader: Client) -> None:
    comment = make.comment(topic, reader)
    url = reverse("forum_pages:comment-remove", args=[comment.pk])
    assert as_reader.get(url).context["comment"] == comment
    assert as_reader.post(url, {"reason": ""}).status_code == 422
    assert as_reader.post(url, {"reason": "写错了"}).headers["Location"] == url_of_comment(comment)
    assert TopicComment.objects.get().removed_reason == "写错了"
    assert as_reader.post(url, {"reason": "再"}).status_code == 409
