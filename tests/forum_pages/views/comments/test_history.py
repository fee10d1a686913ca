"""Earlier versions of a comment."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from forum_pages.domain.comments.comments import edit_comment, remove_comment
from forum_pages.models import Topic, TopicComment
from forum_pages.people import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def test_the_earlier_versions_of_a_removed_comment_are_for_moderators(
    topic: Topic, author: User, as_reader: Client, as_moderator: Client
) -> None:
    comment = make.comment(topic, author, "旧")
    edit_comment(comment=comment, user=author, source="新", seen=0)
    url = reverse("forum_pages:comment-history", args=[comment.pk])
    answer = as_reader.get(url)
    assert [revision.source for revision in answer.context["revisions"]] == ["旧"]
    remove_comment(comment=TopicComment.objects.get(), user=author, reason="x")
    assert as_reader.get(url).status_code == 403
    assert "<p>新</p>" in as_moderator.get(url).content.decode()
