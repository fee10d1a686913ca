"""Addresses of comments inside their topic's pages."""

from __future__ import annotations

import pytest

from forum_pages.enums import CommentOrder
from forum_pages.models import Topic
from forum_pages.people import User
from forum_pages.views.shared.addresses import url_of_comment
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def test_url_of_comment_begins_with_the_comment_in_either_order(topic: Topic, author: User) -> None:
    comment = make.comment(topic, author, parent=make.comment(topic, author))
    page = f"/discuss/topics/{topic.pk}/"
    assert url_of_comment(comment) == f"{page}?start=00000010000002#c{comment.pk}"
    assert url_of_comment(comment, order=CommentOrder.TIME) == f"{page}?start=2&order=time#c{comment.pk}"
