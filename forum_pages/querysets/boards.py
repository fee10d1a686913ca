"""Which boards."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from wagtail.models import Page, PageViewRestriction
from wagtail.query import PageQuerySet

from forum_pages.conf import conf
from forum_pages.enums import Verb
from forum_pages.people import MaybeUser, User, groups_of, is_signed_in
from forum_pages.querysets.shared import rows_of
from forum_pages.rules.boards import Access, Board
from forum_pages.rules.roles import is_forum_moderator


def grants_of(user: User, verbs: Iterable[Verb]) -> QuerySet:
    """Return the grants of the outer board that name the person or one of their groups."""
    names_user = Q(user_id=user.pk) | Q(group_id__in=list(groups_of(user)))
    return rows_of("BoardGrant").filter(names_user, board_id=OuterRef("pk"), verb__in=[verb.value for verb in verbs])


def privacy_against(user: User) -> QuerySet[PageViewRestriction]:
    """Return the privacy settings of Wagtail, on the outer page or above it, that keep the person out.

    A shared password says nothing about who somebody is, so behind one the forum opens nothing. As in Wagtail, who
    runs the site passes the settings by group.
    """
    passed = Q(restriction_type=PageViewRestriction.LOGIN)
    if user.is_superuser:
        passed |= Q(restriction_type=PageViewRestriction.GROUPS)
    else:
        memberships = PageViewRestriction.groups.through._default_manager.filter(
            pageviewrestriction_id=OuterRef("pk"), group_id__in=list(groups_of(user))
        )
        passed |= Q(Exists(memberships), restriction_type=PageViewRestriction.GROUPS)
    return (
        PageViewRestriction.objects.annotate(board_path=ExpressionWrapper(OuterRef("path"), output_field=CharField()))
        .filter(board_path__startswith=F("page__path"))
        .exclude(passed)
    )


class BoardPageQuerySet(PageQuerySet):
    """Boards."""

    def visible_to(self, user: MaybeUser) -> Self:
        """Boards the person may read."""
        if not is_signed_in(user):
            return self.none()
        boards = self.live().filter(~Exists(privacy_against(user)))
        if is_forum_moderator(user):
            return boards
        readers = rows_of("BoardGrant").filter(board_id=OuterRef("pk"), verb=Verb.READ)
        return boards.filter(~Exists(readers) | Exists(grants_of(user, [Verb.READ, Verb.MODERATE])))

    def moderated_by(self, user: MaybeUser) -> Self:
        """Boards the person moderates."""
        if not is_signed_in(user):
            return self.none()
        boards = self.live().filter(~Exists(privacy_against(user)))
        if is_forum_moderator(user):
            return boards
        return boards.filter(Exists(grants_of(user, [Verb.MODERATE])))

    def access_of(self, user: User, board: Board) -> Access:
        """Return what the board's settings say about the person. One query; a second for a board that is private."""
        ends = range(Page.steplen, len(board.path) + 1, Page.steplen)
        privacy = PageViewRestriction.objects.filter(page__path__in=[board.path[:end] for end in ends])
        # One row for each grant, and one where there is none.
        rows = list(
            self.filter(pk=board.pk, live=True)
            .order_by()
            .values_list(
                "grants__verb",
                "grants__user_id",
                Exists(user.groups.filter(pk=OuterRef("grants__group_id"))),
                Exists(user.groups.filter(name__in=conf.MODERATOR_GROUPS)),
                Exists(privacy),
            )
        )
        if not rows:
            return Access()
        is_private = rows[0][-1]
        return Access(
            is_let_in=not is_private or self.filter(~Exists(privacy_against(user)), pk=board.pk).exists(),
            is_forum_moderator=rows[0][-2],
            restricted=frozenset(verb for verb, *_ in rows if verb),
            granted=frozenset(verb for verb, user_id, names_group, *_ in rows if names_group or user_id == user.pk),
        )

    def with_latest_topic(self) -> Self:
        """Each board with `latest_title`, `latest_pk` and `latest_at` of the topic written in last that all may see,
        and with its tally. One query."""
        latest = rows_of("Topic").filter(board_id=OuterRef("pk")).shown().order_by("-last_activity_at", "-pk")
        return self.select_related("tally").annotate(
            latest_pk=Subquery(latest.values("pk")[:1]),
            latest_title=Subquery(latest.values("title")[:1]),
            latest_at=Subquery(latest.values("last_activity_at")[:1]),
        )


def ids_of_boards(user: MaybeUser) -> tuple[QuerySet, QuerySet]:
    """Return the ids of the boards the person reads, and of those the person moderates, as subqueries."""
    boards = rows_of("BoardPage").order_by()
    return boards.visible_to(user).values("pk"), boards.moderated_by(user).values("pk")
