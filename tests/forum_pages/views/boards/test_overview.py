"""The boards a person may read."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from forum_pages.enums import Verb
from forum_pages.models import BoardPage
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("where", ["overview", "index page"])
def test_the_overview_shows_the_boards_a_person_may_read(
    board: BoardPage, as_reader: Client, as_moderator: Client, where: str
) -> None:
    leaders = make.board("leaders", grants={Verb.READ: ["leadership"]})
    url = reverse("forum_pages:overview") if where == "overview" else board.get_parent().url
    assert as_reader.get(url).context["boards"] == [board]
    assert as_moderator.get(url).context["boards"] == [board, leaders]


def test_the_overview_leads_moderators_to_the_queue(as_reader: Client, as_moderator: Client) -> None:
    url, queue = reverse("forum_pages:overview"), reverse("forum_pages:queue")
    assert [queue in client.get(url).content.decode() for client in (as_reader, as_moderator)] == [False, True]
