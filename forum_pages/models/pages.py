"""The forum's Wagtail pages: the index and its boards. Topics are not pages: a board may hold a million."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable, Page, PageManager
from wagtail.search import index
from wagtail.url_routing import RouteResult

from forum_pages.enums import Verb
from forum_pages.paging import KeysetPage
from forum_pages.people import MaybeUser, User, is_signed_in
from forum_pages.querysets.boards import BoardPageQuerySet
from forum_pages.rules.boards import Access, can_read_board
from forum_pages.widgets import PersonInput


class SignedInPage(Page):
    """A page of the forum: strangers are asked to sign in."""

    class Meta:
        abstract = True

    def is_readable_by(self, user: MaybeUser) -> bool:
        """Whether the person may open this page."""
        return is_signed_in(user)

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer the page, or the sign-in to strangers, or 404 to people who may not read it."""
        user = request.user
        if not user.is_authenticated:
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        # Editors preview drafts, which nobody may read yet.
        if not getattr(request, "is_preview", False) and not self.is_readable_by(user):
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

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, object]:
        """Add the boards this person may read."""
        context = super().get_context(request, *args, **kwargs)
        boards = BoardPage.objects.child_of(self).visible_to(request.user).order_by("path")
        context["boards"] = list(boards.with_latest_topic())
        return context

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Return the route to a board, which one query finds instead of two."""
        if path_components:
            board = BoardPage.objects.child_of(self).filter(slug=path_components[0]).first()
            if board is not None:
                return board.route(request, path_components[1:])
        return super().route(request, path_components)


class BoardPage(SignedInPage):
    """A board. Its grants name who may do what; a verb without grants is allowed to everybody who is signed in."""

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
    def _access(self) -> dict[int, Access]:
        return {}

    def access_of(self, user: User) -> Access:
        """Return what the board's settings say about this person. One query, kept with this object."""
        if user.pk not in self._access:
            self._access[user.pk] = BoardPage.objects.access_of(user, self)
        return self._access[user.pk]

    @property
    def is_not_open_yet(self) -> bool:
        """Whether the board opens later."""
        return self.opens_at is not None and timezone.now() < self.opens_at

    @property
    def is_over(self) -> bool:
        """Whether the board has closed."""
        return self.closes_at is not None and timezone.now() >= self.closes_at

    @property
    def is_open_now(self) -> bool:
        """Whether anything may be written now."""
        return not self.is_not_open_yet and not self.is_over

    def is_readable_by(self, user: MaybeUser) -> bool:
        """Whether the person may open this board. One query."""
        return can_read_board(user, self)

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, object]:
        """Add the board under its name. Its topics come from the view that answers it; a preview shows none."""
        return {**super().get_context(request, *args, **kwargs), "board": self, "topics": KeysetPage()}


class BoardGrant(Orderable):
    """A permission on a board: a verb, and the group or the person that it is given to."""

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
