"""Which reports."""

from __future__ import annotations

from typing import Self

from django.db.models import QuerySet

from forum_pages.enums import ReportState
from forum_pages.people import MaybeUser, is_signed_in
from forum_pages.querysets.boards import ids_of_boards


class ReportQuerySet(QuerySet):
    """Reports to the moderators."""

    def open(self) -> Self:
        """Reports nobody has decided yet."""
        return self.filter(state=ReportState.OPEN)

    def visible_to(self, user: MaybeUser) -> Self:
        """Reports about boards this person moderates."""
        if not is_signed_in(user):
            return self.none()
        _, moderated = ids_of_boards(user)
        return self.filter(topic__board_id__in=moderated)

    def with_target(self) -> Self:
        """Each report with topic, board, comment and people. One query."""
        return self.select_related("topic__board", "topic__author", "comment__user", "reporter", "decided_by")
