"""Which topics."""

from __future__ import annotations

from typing import Self

from django.db.models import DateTimeField, OuterRef, Q, QuerySet, Subquery
from wagtail.search.queryset import SearchableQuerySetMixin

from forum_pages.paging import Keyset, flag_column, moment_column, number_column
from forum_pages.people import MaybeUser, User, is_signed_in
from forum_pages.querysets.boards import ids_of_boards
from forum_pages.querysets.shared import rows_of
from forum_pages.rules.boards import Board, can_moderate_board

#: Boards: a subquery for an ordinary query, a list of ids for the search.
BoardIds = QuerySet | list[int]
#: The order of a board: pinned topics first, then the latest activity.
BOARD_ORDER = Keyset(
    (
        flag_column("pinned", descending=True),
        moment_column("last_activity_at", descending=True),
        number_column("pk", descending=True),
    )
)


def topic_visibility(user: User, *, readable: BoardIds, moderated: BoardIds, prefix: str = "") -> Q:
    """Return the condition under which the person may see a topic.

    `readable` and `moderated` are boards; `prefix` leads to the topic from the rows asked for.
    """

    def on(**conditions: object) -> Q:
        return Q(**{f"{prefix}{name}": value for name, value in conditions.items()})

    shown = on(hidden=False) & (on(awaiting=False) | on(author_id=user.pk))
    return on(board_id__in=readable) & (shown | on(board_id__in=moderated))


class TopicQuerySet(SearchableQuerySetMixin, QuerySet):
    """Topics."""

    def shown(self) -> Self:
        """Topics that everybody who reads the board sees."""
        return self.filter(hidden=False, awaiting=False)

    def visible_to(self, user: MaybeUser) -> Self:
        """Topics the person may see."""
        if not is_signed_in(user):
            return self.none()
        readable, moderated = ids_of_boards(user)
        return self.filter(topic_visibility(user, readable=readable, moderated=moderated))

    def on_board(self, board: Board, *, user: User) -> Self:
        """Topics of one board that a reader of that board may see. One index serves it in order."""
        topics = self.filter(board_id=board.pk)
        if can_moderate_board(user, board):
            return topics
        return topics.filter(Q(awaiting=False) | Q(author_id=user.pk), hidden=False)

    def awaiting_decision_of(self, user: User) -> Self:
        """Topics that wait for this moderator's approval."""
        _, moderated = ids_of_boards(user)
        return self.filter(awaiting=True, hidden=False, board_id__in=moderated)

    def with_read_mark(self, user: User) -> Self:
        """Each topic with `read_at` and `board_read_at`: when this person last read it, and marked its board as read;
        None without a mark."""
        marks = rows_of("TopicRead").filter(topic_id=OuterRef("pk"), user_id=user.pk).values("read_at")
        boards = rows_of("BoardMark").filter(board_id=OuterRef("board_id"), user_id=user.pk).values("marked_at")
        return self.annotate(
            read_at=Subquery(marks[:1], output_field=DateTimeField()),
            board_read_at=Subquery(boards[:1], output_field=DateTimeField()),
        )

    def with_reaction_of(self, user: User) -> Self:
        """Each topic with `my_reaction`: this person's flag, None without."""
        flags = rows_of("TopicFlag").filter(topic_id=OuterRef("pk"), user_id=user.pk).values("flag")
        return self.annotate(my_reaction=Subquery(flags[:1]))
