"""Comments on topics."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django_comments_xtd.models import XtdComment
from pytest_django import DjangoAssertNumQueries, Settings

from forum_pages.models import Topic, TopicComment, insert_comment
from forum_pages.people import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("state", "awaiting"),
    [({}, False), ({"is_public": False}, True), ({"is_public": False, "is_removed": True}, False)],
)
def test_awaiting(state: dict[str, bool], awaiting: bool) -> None:
    assert TopicComment(**state).awaiting is awaiting


def test_insert_comment_takes_three_queries(
    topic: Topic, reader: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    parent = make.comment(topic, reader)
    with django_assert_num_queries(3):
        comment = insert_comment(topic=topic, user=reader, number=2, parent=parent, text="文", html="<p>文</p>")
    stored = TopicComment.objects.get(pk=comment.pk)
    assert (stored.path, stored.level, stored.thread_id, stored.parent_id) == (
        "00000010000002",
        1,
        parent.pk,
        parent.pk,
    )
    assert (stored.comment, stored.user_name, stored.is_public, stored.submission) == ("文", "李建国", True, None)
    assert XtdComment.objects.get(pk=comment.pk).level == 1


def test_insert_comment_holds_back_what_awaits_approval(topic: Topic, reader: User) -> None:
    comment = insert_comment(topic=topic, user=reader, number=1, parent=None, text="x", html="x", is_public=False)
    assert TopicComment.objects.get(pk=comment.pk).awaiting is True


def test_the_database_gives_each_number_of_a_topic_once(topic: Topic, reader: User) -> None:
    make.comment(topic, reader)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_comment(topic=topic, user=reader, number=1, parent=None, text="x", html="x")


def test_names_and_addresses(topic: Topic, reader: User, settings: Settings) -> None:
    settings.FORUM_PAGES_SEGMENTER = "builtins.str"
    comment = make.comment(topic, reader, "文")
    assert (str(comment), comment.anchor, comment.search_text()) == (f"{topic.pk}#1", f"c{comment.pk}", "文")
    assert comment.get_absolute_url() == f"/discuss/comments/{comment.pk}/"
