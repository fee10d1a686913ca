"""The root of the site: the page that answers "what waits for me?"."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from disclosures.models import DisclosurePage
from forum_pages.models import BoardPage, Topic
from home.waiting import waiting_for

NEWEST = 8


class HomePage(Page):
    """The first page of the site. It has no text of its own; its children are the sections of the site."""

    max_count = 1
    template = "home/home_page.html"
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, object]:
        """Add what waits, and the newest of what this person may see. The number of queries does not grow."""
        context: dict[str, object] = super().get_context(request, *args, **kwargs)
        user = request.user
        boards = BoardPage.objects.visible_to(user).order_by().values("pk")
        context["waiting"] = [] if user.is_anonymous else waiting_for(user)
        context["topics"] = list(
            Topic.objects.shown()
            .filter(board__in=boards)
            .select_related("board", "author")
            .defer("source", "html")
            .order_by("-last_activity_at", "-pk")[:NEWEST]
        )
        context["disclosures"] = list(
            DisclosurePage.objects.visible_to(user).for_rows().order_by("-first_published_at", "-pk")[:NEWEST]
        )
        return context
