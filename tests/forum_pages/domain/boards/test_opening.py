"""Opening times of boards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from forum_pages.domain.boards.opening import check_board_open
from forum_pages.exceptions.base import Refusal
from forum_pages.exceptions.boards import BoardClosed, BoardNotOpenYet
from forum_pages.models import BoardPage

pytestmark = pytest.mark.django_db


def board(opens: int | None, closes: int | None) -> BoardPage:
    """A board that opens and closes so many hours from now."""
    now = timezone.now()
    return BoardPage(
        opens_at=now + timedelta(hours=opens) if opens is not None else None,
        closes_at=now + timedelta(hours=closes) if closes is not None else None,
    )


@pytest.mark.parametrize(("opens", "closes"), [(None, None), (-1, None), (None, 1), (-1, 1)])
def test_check_board_open_lets_pass(opens: int | None, closes: int | None) -> None:
    check_board_open(board(opens, closes))
    assert board(opens, closes).is_open_now


@pytest.mark.parametrize(
    ("opens", "closes", "refusal"), [(1, None, BoardNotOpenYet), (1, 2, BoardNotOpenYet), (-2, -1, BoardClosed)]
)
def test_check_board_open_refuses(opens: int | None, closes: int | None, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        check_board_open(board(opens, closes))
    assert not board(opens, closes).is_open_now
