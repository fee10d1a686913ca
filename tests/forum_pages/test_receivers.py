"""Receivers of other apps' signals."""

from __future__ import annotations

import pytest
from django.contrib.contenttypes.models import ContentType
from django_comments.models import Comment
from django_comments.signals import comment_will_be_posted

from forum_pages.models import Topic
from forum_pages.receivers import block_native_endpoint
from organisation.models import User

pytestmark = pytest.mark.django_db


def test_django_comments_posts_no_comment_on_a_topic() -> None:
    comment = Comment(content_type=ContentType.objects.get_for_model(Topic))
    answers = comment_will_be_posted.send(Comment, comment=comment, request=None)
    assert (block_native_endpoint, False) in answers


def test_django_comments_may_comment_on_anything_else() -> None:
    comment = Comment(content_type=ContentType.objects.get_for_model(User))
    assert block_native_endpoint(Comment, comment) is None
