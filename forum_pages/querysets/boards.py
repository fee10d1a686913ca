"""Which boards."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery
from wagtail.models import PageViewRestriction
from wagtail.query import PageQuerySet

from forum_pages.enums import Verb
from forum_pages.querysets.shared import _rows
from forum_pages.rules.roles import group_ids_of, is_forum_moderator, is_signed_in


def _grants(user: Any, verbs: Iterable[Verb]) -> Any:
    """Grants of the outer board that name the person or one of their groups."""
    named = Q(user_id=user.pk) | Q(group_id__in=list(group_ids_of(user)))
    return _rows("BoardGrant").filter(named, board_id=OuterRef("pk"), verb__in=[str(verb) for verb in verbs])


def _closed_to(user: Any) -> Any:
    """Privacy settings of Wagtail, on the outer page or above it, that keep the person out."""
    passed = Q(restriction_type=PageViewRestriction.LOGIN)
    if user.is_superuser:
        passed |= Q(restriction_type=PageViewRestriction.GROUPS)
    else:
        members = PageViewRestriction.groups.through.objects.filter(
            pageviewrestriction_id=OuterRef("pk"), group_id__in=list(group_ids_of(user))
        )
        passed |= Q(Exists(members), restriction_type=PageViewRestriction.GROUPS)
    return (
        PageViewRestriction.objects.annotate(board_path=ExpressionWrapper(OuterRef("path"), output_field=CharField()))
        .filter(board_path__startswith=F("page__path"))
        .exclude(passed)
    )


class BoardPageQuerySet(PageQuerySet):
    """Boards."""

    def visible_to(self, user: Any) -> BoardPageQuerySet:
        """Boards the person may read."""
        if not is_signed_in(user):
            return self.none()
        boards = self.live().filter(~Exists(_closed_to(user)))
        if is_forum_moderator(user):
            return boards
        restricted = _rows("BoardGrant").filter(board_id=OuterRef("pk"), verb=Verb.READ)
        return boards.filter(~Exists(restricted) | Exists(_grants(user, [Verb.READ, Verb.MODERATE])))

    def moderated_by(self, user: Any) -> BoardPageQuerySet:
        """Boards the person moderates."""
        if not is_signed_in(user):
            return self.none()
        boards = self.live().filter(~Exists(_closed_to(user)))
        if is_forum_moderator(user):
            return boards
        return boards.filter(Exists(_grants(user, [Verb.MODERATE])))

    def with_latest_topic(self) -> BoardPageQuerySet:
        """Each board with `latest_title`, `latest_pk` and `latest_at` of the topic written in last that all may see,
        and `topic_count`. One query."""
        latest = _rows("Topic").filter(board_id=OuterRef("pk")).shown().order_by("-last_activity_at", "-pk")
        return self.select_related("tally").annotate(
            latest_pk=Subquery(latest.values("pk")[:1]),
            latest_title=Subquery(latest.values("title")[:1]),
            latest_at=Subquery(latest.values("last_activity_at")[:1]),
        )


def _boards(user: Any) -> tuple[Any, Any]:
    boards = _rows("BoardPage").all().order_by()
    return boards.visible_to(user).values("pk"), boards.moderated_by(user).values("pk")
