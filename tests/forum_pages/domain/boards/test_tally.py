"""The number of topics on a board."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from forum_pages.domain.boards.tally import count_topics
from forum_pages.models import BoardPage, BoardTally

pytestmark = pytest.mark.django_db


def test_count_topics_begins_a_tally_and_goes_on_with_it(
    board: BoardPage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    count_topics(board.pk, +1)
    with django_assert_num_queries(1):
        count_topics(board.pk, +1)
    count_topics(board.pk, -1)
    assert BoardTally.objects.get(board=board).topic_count == 1
