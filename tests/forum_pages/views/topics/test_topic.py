"""Topic pages."""

import pytest
from django.urls import reverse

from forum_pages.models import Topic
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def test_topic_start_posts_and_shows_on_the_board(as_author, board):
    page = as_author.get(reverse("forum_pages:topic-start", args=[board.pk]))
    answer = as_author.post(
        reverse("forum_pages:topic-start", args=[board.pk]),
        {
            "title": "如何 提升\u200b履职能力",
            "source": "**先** 谈谈",
            "submission": page.context["form"]["submission"].value(),
        },
    )
    topic = Topic.objects.get()
    assert answer.headers["Location"] == f"/discuss/topics/{topic.pk}/"
    assert topic.title == "如何 提升履职能力"
    assert topic.html == "<p><strong>先</strong> 谈谈</p>\n"
    assert board.tally.topic_count == 1
    listed = as_author.get(board.url)
    assert "如何 提升履职能力" in listed.content.decode()
    shown = as_author.get(topic.get_absolute_url())
    assert "<strong>先</strong>" in shown.content.decode()


def test_topic_query_count_is_the_same_for_one_and_many_comments(
    as_reader, author, board, django_assert_num_queries, django_assert_max_num_queries
):
    topic = make.topic(board, author)
    make.comment(topic, author)
    as_reader.get(topic.get_absolute_url())
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        as_reader.get(topic.get_absolute_url())
    for _ in range(25):
        make.comment(topic, make.person(f"p{_}"))
    as_reader.get(topic.get_absolute_url())
    with CaptureQueriesContext(connection) as many:
        as_reader.get(topic.get_absolute_url())
    assert len(one) == len(many)
    assert len(one) <= 12
