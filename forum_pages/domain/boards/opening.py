"""Opening times of boards."""

from __future__ import annotations

from forum_pages.exceptions.boards import BoardClosed, BoardNotOpenYet
from forum_pages.models import BoardPage


def check_board_open(board: BoardPage) -> None:
    """Refuse outside the board's opening times."""
    if board.is_not_open_yet:
        raise BoardNotOpenYet
    if board.is_over:
        raise BoardClosed
