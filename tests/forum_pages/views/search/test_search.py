"""The search page."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from forum_pages.models import BoardPage
from organisation.models import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def test_results_are_paged_newest_first(
    as_reader: Client,
    author: User,
    board: BoardPage,
    settings: Settings,
    committed: Callable[[], AbstractContextManager[object]],
) -> None:
    settings.FORUM_PAGES_RESULTS_PER_PAGE = 2
    with committed():
        topics = [make.topic(board, author, f"整改 {number}").pk for number in range(3)]
    first = as_reader.get(reverse("forum_pages:search"), {"q": "整改"})
    assert [row.pk for row in first.context["page"]] == [topics[2], topics[1]]
    rest = as_reader.get(reverse("forum_pages:search"), {"q": "整改", "below": first.context["page"].next})
    assert [row.pk for row in rest.context["page"]] == [topics[0]]
    assert "<mark>整改</mark>" not in first.content.decode()  # titles hold it, texts do not


def test_what_was_found_is_marked(
    as_reader: Client, author: User, board: BoardPage, committed: Callable[[], AbstractContextManager[object]]
) -> None:
    with committed():
        make.topic(board, author, "题", "关于<b>整改</b>期限")
    page = as_reader.get(reverse("forum_pages:search"), {"q": "整改"}).content.decode()
    assert "<mark>整改</mark>" in page
    assert "<b>整改" not in page
