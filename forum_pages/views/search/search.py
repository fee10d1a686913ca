"""The search page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from forum_pages.authors import author_lines
from forum_pages.conf import conf
from forum_pages.domain.search.find import find
from forum_pages.forms.search import SearchForm
from forum_pages.views.shared.base import ForumView


class SearchView(ForumView):
    """The search page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = SearchForm(request.GET)
        valid = form.is_valid()
        wanted = form.cleaned_data
        kind = wanted.get("kind") or "topics"
        query = wanted.get("q", "")
        page = None
        if valid and query:
            page = find(user=request.user, query=query, kind=kind, below=wanted["below"], size=conf.RESULTS_PER_PAGE)
        people = [row.user_id if kind == "comments" else row.author_id for row in page or []]
        context = {"form": form, "query": query, "kind": kind, "page": page, "author_lines": author_lines(people)}
        return self.answer("forum_pages/search/search.html", context, status=200 if valid else 422)
