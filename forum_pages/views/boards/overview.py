"""The boards a person may read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from forum_pages.models import BoardPage
from forum_pages.rules.roles import is_forum_moderator
from forum_pages.views.shared.base import ForumView


class OverviewView(ForumView):
    """All boards, wherever editors have put them."""

    def get(self, request: HttpRequest) -> HttpResponse:
        boards = BoardPage.objects.visible_to(self.user).with_latest_topic().order_by("path")
        context = {"boards": list(boards), "may_moderate": is_forum_moderator(self.user)}
        return self.answer("forum_pages/boards/overview.html", context)
