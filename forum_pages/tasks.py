"""Background tasks of the search index. Each is safe to run twice, and again after a crash."""

from __future__ import annotations

from django_tasks import task
from wagtail.search import index

from forum_pages.models import Topic, TopicComment


@task()
def index_topic(topic_id: int) -> None:
    """Index the topic's own text."""
    topic = Topic.objects.filter(pk=topic_id).first()
    if topic is not None:
        index.insert_or_update_object(topic)


@task()
def index_comment(comment_id: int) -> None:
    """Index one comment."""
    comment = TopicComment.objects.select_related("topic").filter(pk=comment_id).first()
    if comment is not None:
        index.insert_or_update_object(comment)


@task()
def index_discussion(topic_id: int) -> None:
    """Index a topic and every comment in it, after it was moved, hidden or shown: search servers outside the database
    keep copies of what the permission filter asks about."""
    index_topic.func(topic_id)
    comments = TopicComment.objects.select_related("topic").filter(topic_id=topic_id).order_by("path")
    for comment in comments.iterator(chunk_size=500):
        index.insert_or_update_object(comment)
