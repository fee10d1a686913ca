"""The boards a person may read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from forum_pages import rules
from forum_pages.domain.reading.marks import mark_board_read
from forum_pages.models import BoardPage
from forum_pages.views.shared.base import ForumView


class OverviewView(ForumView):
    """All boards, wherever editors have put them."""

    def get(self, request: HttpRequest) -> HttpResponse:
        boards = BoardPage.objects.visible_to(request.user).with_latest_topic().order_by("path")
        context = {"boards": list(boards), "may_moderate": rules.is_forum_moderator(request.user)}
        return self.answer("forum_pages/boards/overview.html", context)


class BoardReadView(ForumView):
    """Mark a whole board as read."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        board = self.board(pk)
        mark_board_read(board=board, user=request.user)
        return redirect(board.get_url(request) or "forum_pages:overview")
