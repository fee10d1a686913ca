"""Topic pages."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from forum_pages.models import BoardPage
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

    with CaptureQueriesContext(connection) as one:
        as_reader.get(topic.get_absolute_url())
    for _ in range(25):
        make.comment(topic, make.person(f"p{_}"))
    as_reader.get(topic.get_absolute_url())
    with CaptureQueriesContext(connection) as many:
        as_reader.get(topic.get_absolute_url())
    assert len(one) == len(many)
    assert len(one) <= 12
