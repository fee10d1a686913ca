"""Restoring a comment."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from forum_pages.domain.comments.comments import remove_comment
from forum_pages.models import Topic, TopicComment
from forum_pages.people import User
from forum_pages.views.shared.addresses import url_of_comment
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def test_moderators_restore_what_was_removed(
    topic: Topic, author: User, as_author: Client, as_moderator: Client
) -> None:
    comment = make.comment(topic, author)
    remove_comment(comment=comment, user=author, reason="x")
    url = reverse("forum_pages:comment-restore", args=[comment.pk])
    assert as_author.post(url).status_code == 403
    assert as_moderator.post(url).headers["Location"] == url_of_comment(comment)
    assert TopicComment.objects.get().is_removed is False
    assert as_moderator.post(url).status_code == 409
