"""Wagtail's admin, asked for one page, file or picture that its visitor is not to know of: 404, as for one that is not.

Many of its views answer "you may not edit this" with the title, on the page or in a message on the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import ResolverMatch
from wagtail.documents.models import Document
from wagtail.images.models import Image

from disclosures.file_access import may_open
from search.hidden_pages import hidden_from

#: How Wagtail's routes call the id of a page; the comparison of revisions has it first, without a name.
PAGE_PARAMETERS = ("page_id", "page_pk", "parent_page_id", "page_to_move_id", "destination_id")
PAGES = "wagtailadmin_pages"
CHOSEN_PAGES = "wagtailadmin_choose_page_chosen_multiple"
#: Shows the page of each type that was edited last, whoever asks.
WHOLE_TREE = {"wagtailadmin_reports:page_types_usage", "wagtailadmin_reports:page_types_usage_results"}
CHOOSERS = {"wagtaildocs_chooser": Document, "wagtailimages_chooser": Image}
FILE_PARAMETERS = ("pk", "image_id")


class HiddenPagesMiddleware:
    """Answer 404 in the admin for what the visitor is not to know of."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: Sequence[object],
        kwargs: Mapping[str, object],
    ) -> None:
        """Raise Http404 for a hidden page, file or picture; two queries at most, none outside the admin."""
        match = request.resolver_match
        if match is None or not match.route.startswith("admin/") or not request.user.is_authenticated:
            return
        pages = set(_named_pages(request, match))
        if pages and hidden_from(request.user).filter(pk__in=pages).exists():
            raise Http404
        if match.view_name in WHOLE_TREE and hidden_from(request.user).exists():
            raise Http404
        if match.namespace in CHOOSERS:
            keys = [str(kwargs[name]) for name in FILE_PARAMETERS if name in kwargs]
            for file in CHOOSERS[match.namespace].objects.filter(pk__in=filter(str.isdecimal, keys)):
                if not may_open(file, request.user):
                    raise Http404


def _named_pages(request: HttpRequest, match: ResolverMatch) -> Iterator[int]:
    named = [match.kwargs[name] for name in PAGE_PARAMETERS if name in match.kwargs]
    if match.namespace == PAGES:
        named += match.args[:1]
    if match.view_name == CHOSEN_PAGES:
        named += request.GET.getlist("id")
    for value in named:
        # What no id can be is the view's to refuse.
        if str(value).isdecimal() and len(str(value)) < 19:
            yield int(value)
