"""Which reports."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from forum_pages.enums import ReportState
from forum_pages.querysets.boards import _boards
from forum_pages.rules.roles import is_signed_in


class ReportQuerySet(QuerySet):
    """Reports to the moderators."""

    def open(self) -> ReportQuerySet:
        """Reports nobody has decided yet."""
        return self.filter(state=ReportState.OPEN)

    def visible_to(self, user: Any) -> ReportQuerySet:
        """Reports about boards this person moderates."""
        if not is_signed_in(user):
            return self.none()
        _readable, moderated = _boards(user)
        return self.filter(topic__board_id__in=moderated)

    def with_target(self) -> ReportQuerySet:
        """Each report with topic, board, comment and people. One query."""
        return self.select_related("topic__board", "topic__author", "comment__user", "reporter", "decided_by")
