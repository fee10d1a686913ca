"""Which rows: chainable reads, no writes. `visible_to` answers for many rows what rules.py answers for one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import CharField, DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from wagtail.models import PageViewRestriction
from wagtail.query import PageQuerySet
from wagtail.search.queryset import SearchableQuerySetMixin

from forum_pages import rules
from forum_pages.enums import Reaction, ReportState, Verb


def _rows(name: str, *, app: str = "forum_pages") -> Any:
    """Return the manager of a model; it is named, since models import this module."""
    return apps.get_model(app, name)._default_manager


def _grants(user: Any, verbs: Iterable[Verb]) -> Any:
    """Grants of the outer board that name the person or one of their groups."""
    named = Q(user_id=user.pk) | Q(group_id__in=list(rules.group_ids_of(user)))
    return _rows("BoardGrant").filter(named, board_id=OuterRef("pk"), verb__in=[str(verb) for verb in verbs])


def _closed_to(user: Any) -> Any:
    """Privacy settings of Wagtail, on the outer page or above it, that keep the person out."""
    passed = Q(restriction_type=PageViewRestriction.LOGIN)
    if user.is_superuser:
        passed |= Q(restriction_type=PageViewRestriction.GROUPS)
    else:
        members = PageViewRestriction.groups.through.objects.filter(
            pageviewrestriction_id=OuterRef("pk"), group_id__in=list(rules.group_ids_of(user))
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
        if not rules.is_signed_in(user):
            return self.none()
        boards = self.live().filter(~Exists(_closed_to(user)))
        if rules.is_forum_moderator(user):
            return boards
        restricted = _rows("BoardGrant").filter(board_id=OuterRef("pk"), verb=Verb.READ)
        return boards.filter(~Exists(restricted) | Exists(_grants(user, [Verb.READ, Verb.MODERATE])))

    def moderated_by(self, user: Any) -> BoardPageQuerySet:
        """Boards the person moderates."""
        if not rules.is_signed_in(user):
            return self.none()
        boards = self.live().filter(~Exists(_closed_to(user)))
        if rules.is_forum_moderator(user):
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


def topic_visibility(user: Any, *, readable: Any, moderated: Any, prefix: str = "") -> Q:
    """Return the condition under which the person may see a topic.

    `readable` and `moderated` are boards: querysets for an ordinary query, lists of ids for the search.
    """

    def on(**conditions: Any) -> Q:
        return Q(**{f"{prefix}{name}": value for name, value in conditions.items()})

    shown = on(hidden=False) & (on(awaiting=False) | on(author_id=user.pk))
    return on(board_id__in=readable) & (shown | on(board_id__in=moderated))


def _boards(user: Any) -> tuple[Any, Any]:
    boards = _rows("BoardPage").all().order_by()
    return boards.visible_to(user).values("pk"), boards.moderated_by(user).values("pk")


class TopicQuerySet(SearchableQuerySetMixin, QuerySet):
    """Topics."""

    def shown(self) -> TopicQuerySet:
        """Topics that everybody who reads the board sees."""
        return self.filter(hidden=False, awaiting=False)

    def visible_to(self, user: Any) -> TopicQuerySet:
        """Topics the person may see."""
        if not rules.is_signed_in(user):
            return self.none()
        readable, moderated = _boards(user)
        return self.filter(topic_visibility(user, readable=readable, moderated=moderated))

    def on_board(self, board: Any, *, user: Any) -> TopicQuerySet:
        """Topics of one board that a reader of that board may see. One index serves it in order."""
        topics = self.filter(board_id=board.pk)
        if rules.can_moderate_board(user, board):
            return topics
        return topics.filter(Q(awaiting=False) | Q(author_id=user.pk), hidden=False)

    def awaiting_decision_of(self, user: Any) -> TopicQuerySet:
        """Topics that wait for this moderator's approval."""
        _readable, moderated = _boards(user)
        return self.filter(awaiting=True, hidden=False, board_id__in=moderated)

    def with_read_mark(self, user: Any) -> TopicQuerySet:
        """Each topic with `read_at` and `board_read_at`: when this person last read it, and marked its board as read;
        None without a mark."""
        marks = _rows("TopicRead").filter(topic_id=OuterRef("pk"), user_id=user.pk).values("read_at")
        boards = _rows("BoardMark").filter(board_id=OuterRef("board_id"), user_id=user.pk).values("marked_at")
        return self.annotate(
            read_at=Subquery(marks[:1], output_field=DateTimeField()),
            board_read_at=Subquery(boards[:1], output_field=DateTimeField()),
        )

    def with_reaction_of(self, user: Any) -> TopicQuerySet:
        """Each topic with `my_reaction`: this person's flag, None without."""
        flags = _rows("TopicFlag").filter(topic_id=OuterRef("pk"), user_id=user.pk).values("flag")
        return self.annotate(my_reaction=Subquery(flags[:1]))


class TopicCommentQuerySet(SearchableQuerySetMixin, QuerySet):
    """Comments on topics."""

    def shown(self) -> TopicCommentQuerySet:
        """Comments everybody sees, the removed ones (whose place stays marked) included."""
        return self.filter(is_public=True)

    def on_topic(self, topic: Any, *, user: Any) -> TopicCommentQuerySet:
        """Comments of one topic that a reader of that topic may see."""
        comments = self.filter(topic_id=topic.pk)
        if rules.can_moderate_topic(user, topic):
            return comments
        return comments.filter(Q(is_public=True) | Q(user_id=user.pk))

    def visible_to(self, user: Any) -> TopicCommentQuerySet:
        """Comments the person may see."""
        if not rules.is_signed_in(user):
            return self.none()
        readable, moderated = _boards(user)
        topic = topic_visibility(user, readable=readable, moderated=moderated, prefix="topic__")
        return self.filter(topic & (Q(is_public=True) | Q(user_id=user.pk) | Q(topic__board_id__in=moderated)))

    def awaiting_decision_of(self, user: Any) -> TopicCommentQuerySet:
        """Comments that wait for this moderator's approval."""
        _readable, moderated = _boards(user)
        return self.filter(is_public=False, is_removed=False, topic__hidden=False, topic__board_id__in=moderated)

    def with_reaction_of(self, user: Any) -> TopicCommentQuerySet:
        """Each comment with `my_reaction`: this person's flag, None without."""
        flags = _rows("CommentFlag", app="django_comments").filter(
            comment_id=OuterRef("pk"), user_id=user.pk, flag__in=Reaction.values
        )
        return self.annotate(my_reaction=Subquery(flags.values("flag")[:1]))


class ReportQuerySet(QuerySet):
    """Reports to the moderators."""

    def open(self) -> ReportQuerySet:
        """Reports nobody has decided yet."""
        return self.filter(state=ReportState.OPEN)

    def visible_to(self, user: Any) -> ReportQuerySet:
        """Reports about boards this person moderates."""
        if not rules.is_signed_in(user):
            return self.none()
        _readable, moderated = _boards(user)
        return self.filter(topic__board_id__in=moderated)

    def with_target(self) -> ReportQuerySet:
        """Each report with topic, board, comment and people. One query."""
        return self.select_related("topic__board", "topic__author", "comment__user", "reporter", "decided_by")
