"""The forum's Wagtail pages: the index and its boards. Topics are not pages: a board may hold a million."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Value
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable, Page, PageManager, PageViewRestriction
from wagtail.search import index

from forum_pages.authors import author_lines
from forum_pages.conf import conf
from forum_pages.enums import Verb
from forum_pages.querysets.boards import BoardPageQuerySet
from forum_pages.querysets.topics import BOARD_ORDER
from forum_pages.rules.boards import can_moderate_board, can_post_on_board, can_read_board
from forum_pages.rules.roles import is_signed_in
from forum_pages.widgets import PersonInput

#: Marks, among the rows of load_access, the groups of the person who asks; no page has this path.
MINE = "-"


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


@dataclass(frozen=True)
class Access:
    """Who is named on a board, verb by verb, and the privacy settings of Wagtail on it and above it."""

    groups: dict[str, frozenset[int]]
    users: dict[str, frozenset[int]]
    #: For each privacy setting "groups": whom it lets in.
    private_to: tuple[frozenset[int], ...]
    #: A shared password says nothing about who somebody is, so behind one the forum opens nothing.
    behind_password: bool

    def is_restricted(self, verb: Verb) -> bool:
        """Whether anybody at all is named for the verb."""
        return bool(self.groups[verb] or self.users[verb])


def load_access(boards: Iterable[BoardPage], *, user: Any = None) -> None:
    """Read the access of many boards in one query and keep it on each; with a user, their groups by the same query."""
    boards = list(boards)
    ask_groups = user is not None and not hasattr(user, "_forum_pages_groups")
    step = Page.steplen
    paths = {board.path[:end] for board in boards for end in range(step, len(board.path) + 1, step)}
    grants = BoardGrant.objects.filter(board_id__in=[board.pk for board in boards]).order_by()
    privacy = PageViewRestriction.objects.filter(page__path__in=paths).order_by()
    rows = grants.values_list("board__path", "verb", "group_id", "user_id").union(
        privacy.values_list("page__path", "restriction_type", "groups__pk", "pk"), all=True
    )
    if ask_groups:
        own = user.groups.order_by().annotate(path=Value(MINE), nobody=Value(None, models.IntegerField()))
        rows = rows.union(own.values_list("path", "name", "pk", "nobody"), all=True)
        user._forum_pages_groups = {}
    groups: dict[tuple[str, str], set[int]] = defaultdict(set)
    users: dict[tuple[str, str], set[int]] = defaultdict(set)
    private: dict[tuple[str, int], set[int]] = {}
    passwords: set[str] = set()
    for path, kind, group_id, other_id in rows:
        if path == MINE:
            user._forum_pages_groups[group_id] = kind
        elif kind in Verb.values:
            (groups if group_id else users)[path, kind].add(group_id or other_id)
        elif kind == PageViewRestriction.GROUPS:
            private.setdefault((path, other_id), set()).update([group_id] if group_id else [])
        elif kind == PageViewRestriction.PASSWORD:
            passwords.add(path)
    for board in boards:
        board.access = Access(
            groups={verb: frozenset(groups[board.path, verb]) for verb in Verb.values},
            users={verb: frozenset(users[board.path, verb]) for verb in Verb.values},
            private_to=tuple(
                frozenset(members) for (path, _pk), members in private.items() if board.path.startswith(path)
            ),
            behind_password=any(board.path.startswith(path) for path in passwords),
        )


class SignedInPage(Page):
    """A page of the forum: strangers are asked to sign in."""

    class Meta:
        abstract = True

    def may_read(self, user: Any) -> bool:
        """Whether the person may open this page."""
        return is_signed_in(user)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer the page, the sign-in, or 404 to those who may not know it exists."""
        user = request.user
        if not user.is_authenticated:
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        # Editors preview drafts, which nobody may read yet.
        if not getattr(request, "is_preview", False) and not self.may_read(user):
            raise Http404
        response = super().serve(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-cache"
        return response


class ForumIndexPage(SignedInPage):
    """The list of boards."""

    introduction = RichTextField(_("introduction"), blank=True, features=["bold", "link", "ul"])

    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    subpage_types: ClassVar[list[str]] = ["forum_pages.BoardPage"]
    template = "forum_pages/boards/overview.html"

    class Meta:
        verbose_name = _("forum")
        verbose_name_plural = _("forums")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the boards this person may read."""
        context = super().get_context(request, *args, **kwargs)
        boards = BoardPage.objects.child_of(self).visible_to(request.user).order_by("path")
        context["boards"] = list(boards.with_latest_topic())
        return context

    def route(self, request: HttpRequest, path_components: list[str]) -> Any:
        """Find a board in one query instead of two."""
        if path_components:
            board = BoardPage.objects.child_of(self).filter(slug=path_components[0]).first()
            if board is not None:
                return board.route(request, path_components[1:])
        return super().route(request, path_components)


class BoardPage(SignedInPage):
    """A board. Who may do what is said by its grants; none for a verb means every signed-in person."""

    description = RichTextField(pgettext_lazy("forum", "description"), blank=True, features=["bold", "link", "ul"])
    moderated = models.BooleanField(
        _("moderated"), default=False, help_text=_("What is written is shown once a moderator has approved it.")
    )
    opens_at = models.DateTimeField(_("open from"), null=True, blank=True)
    closes_at = models.DateTimeField(_("open until"), null=True, blank=True)
    prompt = models.TextField(
        _("question or call for essays"),
        blank=True,
        help_text=_("Shown above the form of a new topic, for a campaign."),
    )

    objects = PageManager.from_queryset(BoardPageQuerySet)()

    content_panels = [
        *Page.content_panels,
        FieldPanel("description"),
        FieldPanel("prompt"),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("opens_at"), FieldPanel("closes_at")]), FieldPanel("moderated")],
            heading=_("When and how"),
        ),
        InlinePanel(
            "grants",
            heading=_("Who may do what"),
            label=_("permission"),
            help_text=_("Where nobody is named for reading, starting topics or commenting, all signed-in people may."),
        ),
    ]
    search_fields = [*Page.search_fields, index.SearchField("description")]
    parent_page_types: ClassVar[list[str]] = ["forum_pages.ForumIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "forum_pages/boards/board.html"

    class Meta:
        verbose_name = _("board")
        verbose_name_plural = _("boards")

    def clean(self) -> None:
        super().clean()
        if self.opens_at and self.closes_at and self.closes_at <= self.opens_at:
            raise ValidationError({"closes_at": _("The board must close after it opens.")})

    @cached_property
    def access(self) -> Access:
        """Who is named here. One query, once for this object."""
        load_access([self])
        return self.__dict__["access"]

    @property
    def is_not_open_yet(self) -> bool:
        """Whether its opening lies ahead."""
        return self.opens_at is not None and timezone.now() < self.opens_at

    @property
    def is_over(self) -> bool:
        """Whether its closing has passed."""
        return self.closes_at is not None and timezone.now() >= self.closes_at

    @property
    def is_open_now(self) -> bool:
        """Whether anything may be written now."""
        return not self.is_not_open_yet and not self.is_over

    def may_read(self, user: Any) -> bool:
        """Whether the person may open this board. One query for access and groups."""
        load_access([self], user=user)
        return can_read_board(user, self)

    def route(self, request: HttpRequest, path_components: list[str]) -> Any:
        """Answer as every page; note that `serve` will ask about Wagtail's privacy settings itself."""
        self._is_served = True
        return super().route(request, path_components)

    def get_view_restrictions(self) -> Any:
        """Return the privacy settings, but none to Wagtail's own check before `serve`, which asks with the grants."""
        if getattr(self, "_is_served", False):
            return PageViewRestriction.objects.none()
        return super().get_view_restrictions()

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add one page of topics, each with its read mark, and what this person may do here."""
        context = super().get_context(request, *args, **kwargs)
        context.update(self.topic_list(request))
        return context

    def topic_list(self, request: HttpRequest) -> dict[str, Any]:
        """Return what the board's page shows. Two queries at most: topics with their marks, authors."""
        from forum_pages.models.reading import BoardMark  # noqa: PLC0415 - it refers to this module
        from forum_pages.models.topic import Topic  # noqa: PLC0415 - it refers to this module

        user = request.user
        topics = (
            Topic.objects.on_board(self, user=user)
            .select_related("author")
            .defer("source", "html")
            .with_read_mark(user)
        )
        day = parse_day(request.GET.get("day", ""))
        page = BOARD_ORDER.page(
            topics,
            size=conf.TOPICS_PER_PAGE,
            after=request.GET.get("after", "") or (cursor_at_end_of(day) if day else ""),
            before=request.GET.get("before", ""),
            last="last" in request.GET,
        )
        read_before = BoardMark.horizon()
        if page.rows and page.rows[0].board_read_at:
            read_before = max(read_before, page.rows[0].board_read_at)
        for topic in page:
            topic.is_unread = topic.last_activity_at > max(read_before, topic.read_at or read_before)
        return {
            "board": self,
            "topics": page,
            "author_lines": author_lines(topic.author_id for topic in page),
            # A preview of a board that was never saved has no place to post to.
            "may_post": self.pk is not None and can_post_on_board(user, self),
            "may_moderate": can_moderate_board(user, self),
            "day": day,
            "has_unread": any(topic.is_unread for topic in page),
        }


class BoardGrant(Orderable):
    """One line of "who may do what" on a board: a group or a person, and a verb."""

    board = ParentalKey(BoardPage, on_delete=models.CASCADE, related_name="grants")
    verb = models.CharField(pgettext_lazy("forum", "may"), max_length=10, choices=Verb)
    group = models.ForeignKey(
        Group, verbose_name=_("group"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )

    panels = [
        FieldRowPanel(
            [
                FieldPanel("verb"),
                FieldPanel("group"),
                FieldPanel("user", widget=PersonInput, help_text=_("User name")),
            ]
        )
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("permission on a board")
        verbose_name_plural = _("permissions on boards")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(group__isnull=False, user__isnull=True)
                | models.Q(group__isnull=True, user__isnull=False),
                name="forum_pages_grant_names_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()}: {self.group or self.user}"

    def clean(self) -> None:
        super().clean()
        if bool(self.group_id) == bool(self.user_id):
            raise ValidationError(_("Name either a group or a person."))
