"""Topic pages."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from forum_pages.enums import CommentOrder
from forum_pages.models import BoardPage, Topic, TopicRead
from forum_pages.views.shared.addresses import url_of_comment
from organisation.models import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def test_topic_query_count_is_the_same_for_one_and_many_comments(
    as_reader: Client,
    author: User,
    board: BoardPage,
    django_assert_num_queries: DjangoAssertNumQueries,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    topic = make.topic(board, author)
    make.comment(topic, author)
    as_reader.get(topic.get_absolute_url())
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        as_reader.get(topic.get_absolute_url())
    for _ in range(25):
        make.comment(topic, make.person(f"p{_}"))
    as_reader.get(topic.get_absolute_url())
    with CaptureQueriesContext(connection) as many:
        as_reader.get(topic.get_absolute_url())
    assert len(few) == len(many)
    assert len(few) <= 12


def test_a_topic_is_read_by_thread_and_by_time(topic: Topic, author: User, as_reader: Client) -> None:
    first, second = make.comment(topic, author), make.comment(topic, author)
    reply = make.comment(topic, author, parent=first)
    url = topic.get_absolute_url()
    assert [row.comment for row in as_reader.get(url).context["rows"]] == [first, reply, second]
    assert [row.comment for row in as_reader.get(f"{url}?order=time").context["rows"]] == [first, second, reply]


def test_a_number_leads_to_the_comment_or_the_next_one(topic: Topic, author: User, as_reader: Client) -> None:
    first, second = make.comment(topic, author), make.comment(topic, author)
    url = topic.get_absolute_url()
    table = {
        "1": url_of_comment(first),
        "2": url_of_comment(second),
        "3": f"{url}?order=thread&last=1",
        "x": url,
        "9" * 10: url,
    }
    for number, address in table.items():
        assert as_reader.get(f"{url}?number={number}").headers["Location"] == address
    answer = as_reader.get(f"{url}?number=2&order=time")
    assert answer.headers["Location"] == url_of_comment(second, order=CommentOrder.TIME)


def test_reading_a_topic_marks_it(topic: Topic, reader: User, as_reader: Client) -> None:
    as_reader.get(topic.get_absolute_url())
    assert (TopicRead.objects.get().topic, TopicRead.objects.get().user) == (topic, reader)


def test_a_topic_offers_each_person_their_own_actions(
    topic: Topic, as_author: Client, as_reader: Client, as_moderator: Client
) -> None:
    def offers(client: Client) -> list[bool]:
        page = client.get(topic.get_absolute_url()).content.decode()
        return [f"{topic.get_absolute_url()}{action}/" in page for action in ("edit", "withdraw", "report", "moderate")]

    assert offers(as_author) == [True, True, False, False]
    assert offers(as_reader) == [False, False, True, False]
    assert offers(as_moderator) == [False, False, True, True]


def test_only_others_may_press_the_reactions(topic: Topic, as_author: Client, as_reader: Client) -> None:
    pages = [client.get(topic.get_absolute_url()).content.decode() for client in (as_author, as_reader)]
    assert [page.count(" disabled") for page in pages] == [2, 0]
