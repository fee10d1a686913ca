"""Marking a board as read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from forum_pages.domain.reading.marks import mark_board_read
from forum_pages.views.shared.base import ForumView


class BoardReadView(ForumView):
    """Mark a whole board as read."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        board = self.board(pk)
        mark_board_read(board=board, user=self.user)
        return redirect(board.get_url(request) or "forum_pages:overview")
