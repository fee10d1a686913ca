"""The page of a board."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from forum_pages.models import BoardPage
from organisation.models import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def test_jump_to_a_day(author: User, as_reader: Client, board: BoardPage) -> None:
    for number in range(25):
        make.topic(board, author, f"t{number}")
    yesterday = (timezone.localdate() - dt.timedelta(days=1)).isoformat()
    assert len(as_reader.get(f"{board.url}?day={yesterday}").context["topics"]) == 0
    assert len(as_reader.get(f"{board.url}?day={timezone.localdate().isoformat()}").context["topics"]) == 20
    assert as_reader.get(f"{board.url}?day=9999-12-31").status_code == 200
    assert as_reader.get(f"{board.url}?day=x").status_code == 200
