"""Keeping the search index up to date."""

from __future__ import annotations

from django.db import transaction

from forum_pages.tasks import index_comment, index_discussion, index_topic


def index_later(topic_id: int, *, comment_id: int | None = None, whole: bool = False) -> None:
    """Index the topic, the comment or the whole discussion in the background, once the transaction has committed."""
    if comment_id is not None:
        transaction.on_commit(lambda: index_comment.enqueue(comment_id))
    elif whole:
        transaction.on_commit(lambda: index_discussion.enqueue(topic_id))
    else:
        transaction.on_commit(lambda: index_topic.enqueue(topic_id))
