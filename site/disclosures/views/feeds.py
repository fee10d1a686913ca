"""RSS: the newest documents, all or of one column.

A feed reader that is not signed in gets what is addressed to everybody; a signed-in browser gets what its reader
may see, and nothing between them may keep that answer.
"""

from __future__ import annotations

import datetime

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import gettext as _

from disclosures.models import DisclosureColumnPage, DisclosureIndexPage, DisclosurePage
from disclosures.rules import closed_paths

ITEMS = 30
#: What a database takes for a primary key; a route takes more digits.
LARGEST_ID = 2**63 - 1


#: The reader's request, and the list that is fed: one column, or the index.
Feeding = tuple[HttpRequest, DisclosureIndexPage | DisclosureColumnPage]


class DisclosureFeed(Feed):
    """Newest publications first."""

    feed_type = Rss201rev2Feed

    def __call__(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer, and say that the answer is for this reader only."""
        response: HttpResponse = super().__call__(request, *args, **kwargs)
        patch_cache_control(response, private=True)
        patch_vary_headers(response, ["Cookie", "Accept-Language"])
        return response

    def get_object(self, request: HttpRequest, column_id: int | None = None) -> Feeding:
        """Return the reader and the list page: one column, or the index."""
        pages = (
            DisclosureIndexPage.objects.live()
            if column_id is None
            else DisclosureColumnPage.objects.live().filter(pk=min(column_id, LARGEST_ID))
        )
        page = pages.first()
        if page is None or any(page.path.startswith(path) for path in closed_paths(request.user)):
            raise Http404
        return request, page

    def title(self, obj: Feeding) -> str:
        return str(obj[1].title)

    def link(self, obj: Feeding) -> str:
        return obj[1].get_url(obj[0]) or "/"

    def feed_url(self, obj: Feeding) -> str:
        page = obj[1]
        if isinstance(page, DisclosureIndexPage):
            return reverse("disclosures:feed")
        return reverse("disclosures:column-feed", args=[page.pk])

    def description(self, obj: Feeding) -> str:
        return str(obj[1].introduction or _("Newly published documents"))

    def items(self, obj: Feeding) -> list[DisclosurePage]:
        request, page = obj
        documents = DisclosurePage.objects.descendant_of(page).visible_to(request.user).for_rows()
        newest = list(documents.order_by("-first_published_at", "-pk")[:ITEMS])
        for document in newest:
            document.feed_link = document.get_url(request)
        return newest

    def item_title(self, item: DisclosurePage) -> str:
        return item.title

    def item_description(self, item: DisclosurePage) -> str:
        return item.summary

    def item_link(self, item: DisclosurePage) -> str:
        link: str = item.feed_link
        return link

    def item_guid(self, item: DisclosurePage) -> str:
        return str(item.index_number)

    item_guid_is_permalink = False

    def item_pubdate(self, item: DisclosurePage) -> datetime.datetime | None:
        return item.first_published_at

    def item_updateddate(self, item: DisclosurePage) -> datetime.datetime | None:
        return item.last_published_at

    def item_author_name(self, item: DisclosurePage) -> str:
        return item.section.name
