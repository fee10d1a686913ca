"""Addresses of comments inside their topic's pages."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from forum_pages.enums import CommentOrder
from forum_pages.models import TopicComment

#: The column each order pages along.
_KEYS = {CommentOrder.THREAD: "path", CommentOrder.TIME: "number"}


def url_of_comment(comment: TopicComment, *, order: CommentOrder = CommentOrder.THREAD) -> str:
    """Return the address of the page that begins with this comment."""
    query = {"start": getattr(comment, _KEYS[order])}
    if order == CommentOrder.TIME:
        query["order"] = order.value
    return f"{reverse('forum_pages:topic', args=[comment.topic_id])}?{urlencode(query)}#{comment.anchor}"
