"""Marking a board as read."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from forum_pages.enums import Verb
from forum_pages.models import BoardMark, BoardPage
from forum_pages.people import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def test_board_read_marks_the_board_and_goes_back_to_it(board: BoardPage, reader: User, as_reader: Client) -> None:
    url = reverse("forum_pages:board-read", args=[board.pk])
    assert as_reader.get(url).status_code == 405
    assert as_reader.post(url).headers["Location"] == board.url
    assert (BoardMark.objects.get().user, BoardMark.objects.get().board) == (reader, board)


def test_board_read_is_404_for_a_board_of_others(as_reader: Client) -> None:
    leaders = make.board("leaders", grants={Verb.READ: ["leadership"]})
    assert as_reader.post(reverse("forum_pages:board-read", args=[leaders.pk])).status_code == 404
    assert not BoardMark.objects.exists()
