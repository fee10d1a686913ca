"""The page of a board: its topics, page by page."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import rules
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from forum_pages.authors import author_lines
from forum_pages.conf import conf
from forum_pages.models import BoardPage, Topic
from forum_pages.paging import KeysetPage
from forum_pages.querysets.topics import BOARD_ORDER
from forum_pages.rules.boards import can_moderate_board, can_post_on_board
from forum_pages.views.shared.base import ForumView


class BoardView(ForumView):
    """A board, answered in place of Wagtail's own view: three queries (access, topics with their marks, authors)."""

    def get(self, request: HttpRequest, board: BoardPage) -> HttpResponse:
        if not rules.has_perm("forum_pages.read_board", self.user, board):
            raise Http404
        day = parse_day(request.GET.get("day", ""))
        topics = self.topics(board, day=day)
        context = {
            **board.get_context(request),
            "topics": topics,
            "author_lines": author_lines(topic.author_id for topic in topics),
            "may_post": board.is_open_now and can_post_on_board(self.user, board),
            "may_moderate": can_moderate_board(self.user, board),
            "day": day,
            "has_unread": any(topic.is_unread for topic in topics),
        }
        return self.answer(board.get_template(request), context)

    def topics(self, board: BoardPage, *, day: date | None) -> KeysetPage[Topic]:
        """Return the page of topics that the URL asks for. One query."""
        user, asked = self.user, self.request.GET
        topics = Topic.objects.on_board(board, user=user).select_related("author").defer("source", "html")
        return BOARD_ORDER.page(
            topics.with_read_mark(user),
            size=conf.TOPICS_PER_PAGE,
            after=asked.get("after", "") or (cursor_at_end_of(day) if day else ""),
            before=asked.get("before", ""),
            last="last" in asked,
        )


def parse_day(text: str) -> date | None:
    """Return the day, or None if the text is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def cursor_at_end_of(day: date) -> str:
    """Return the cursor from which the topics last active on that day, and before it, follow."""
    try:
        midnight = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    except OverflowError:
        return ""
    return BOARD_ORDER.write(False, midnight, 0)
