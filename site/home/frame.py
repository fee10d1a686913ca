"""The frame around every page: the bureau's name, the main navigation, the link to the admin."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import Permission
from django.db.models import Q
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, Site

from organisation.roles import groups_that_count

# Kinds of page that have a place in the navigation, by their content type's name.
FORUM = ("forum_pages", "forumindexpage")
DISCLOSURES = ("disclosures", "disclosureindexpage")


@dataclass(frozen=True)
class NavigationEntry:
    """One entry of the main navigation."""

    label: str | Promise
    url: str
    is_here: bool
    is_exact: bool


def route(name: str) -> str:
    """Return the address of a route, or nothing where an app is not installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


class Frame:
    """Answers lazily: a fragment or a ballot page that shows no navigation asks the database nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def site(self) -> Site | None:
        """The Wagtail site this request is for. One query, shared with Wagtail's own look-up."""
        return Site.find_for_request(self.request)

    @cached_property
    def bureau(self) -> str:
        """The organisation's name: the name of the site in the admin's settings."""
        return self.site.site_name if self.site else ""

    @cached_property
    def page_urls(self) -> dict[tuple[str, str], str]:
        """Return the addresses of the forum and the disclosures. One query."""
        if self.site is None:
            return {}
        root = self.site.root_page.url_path
        kinds = Q()
        for app_label, model in (FORUM, DISCLOSURES):
            kinds |= Q(content_type__app_label=app_label, content_type__model=model)
        rows = (
            Page.objects.live()
            .filter(kinds, url_path__startswith=root)
            .order_by("-path")
            .values_list("content_type__app_label", "content_type__model", "url_path")
        )
        # Ordered backwards, so that the first page of a kind wins.
        return {(app, model): reverse("wagtail_serve", args=[path[len(root) :]]) for app, model, path in rows}

    @property
    def forum_url(self) -> str:
        """The address of the forum."""
        return self.page_urls.get(FORUM) or route("forum_pages:overview")

    @property
    def disclosures_url(self) -> str:
        """The address of the disclosures."""
        return self.page_urls.get(DISCLOSURES, "")

    @cached_property
    def places(self) -> list[NavigationEntry]:
        """The main navigation, with the entry that this request belongs to."""
        here = self.request.path
        entries: list[tuple[str | Promise, list[str]]] = [
            (_("Forum"), [self.forum_url, route("forum_pages:overview")]),
            (_("Disclosures"), [self.disclosures_url]),
            (_("Peer review"), [route("peer_review:round-list")]),
            (_("Directory"), [route("organisation:directory")]),
        ]
        places = [NavigationEntry(_("Home"), "/", here == "/", here == "/")]
        for label, (url, *others) in entries:
            if url:
                is_here = any(here.startswith(prefix) for prefix in (url, *others) if prefix)
                places.append(NavigationEntry(label, url, is_here, here == url))
        return places

    @cached_property
    def may_enter_admin(self) -> bool:
        """Whether to show the way into the admin. One query, where `has_perm` would read every permission in two."""
        user = self.request.user
        if not user.is_authenticated or user.is_superuser:
            return bool(user.is_authenticated)
        granted = Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin")
        return granted.filter(Q(group__in=groups_that_count(user)) | Q(user=user)).exists()


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Context processor: `frame` in every template."""
    return {"frame": Frame(request)}
