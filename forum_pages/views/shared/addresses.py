"""Addresses of comments inside their topic's pages."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from forum_pages.enums import CommentOrder
from forum_pages.models import TopicComment
from forum_pages.querysets.comments import COMMENT_ORDERS


def url_of_comment(comment: TopicComment, *, order: CommentOrder = CommentOrder.THREAD) -> str:
    """Return the address of the page that begins with this comment."""
    query = {"start": COMMENT_ORDERS[order].cursor(comment)}
    if order == CommentOrder.TIME:
        query["order"] = order.value
    return f"{reverse('forum_pages:topic', args=[comment.topic_id])}?{urlencode(query)}#{comment.anchor}"
