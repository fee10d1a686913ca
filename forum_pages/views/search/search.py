"""The search over the topics and comments a person may see."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from forum_pages.authors import author_lines
from forum_pages.conf import conf
from forum_pages.domain.search.find import find_comments, find_topics
from forum_pages.forms.search import SearchForm
from forum_pages.models import Topic, TopicComment
from forum_pages.paging import KeysetPage
from forum_pages.views.shared.base import ForumView


class SearchView(ForumView):
    """The search page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = SearchForm(request.GET)
        is_valid = form.is_valid()
        kind = form.cleaned_data.get("kind") or "topics"
        query = form.cleaned_data.get("q", "")
        context: dict[str, object] = {"form": form, "query": query, "kind": kind, "page": None}
        if is_valid and query:
            page = self.page(kind=kind, query=query, below=form.cleaned_data["below"])
            authors = [row.author_id if isinstance(row, Topic) else row.user_id for row in page]
            context |= {"page": page, "author_lines": author_lines(authors)}
        return self.answer("forum_pages/search/search.html", context, status=200 if is_valid else 422)

    def page(self, *, kind: str, query: str, below: int | None) -> KeysetPage[Topic] | KeysetPage[TopicComment]:
        """Return the page of results that the URL asks for."""
        find = find_comments if kind == "comments" else find_topics
        return find(user=self.user, query=query, below=below, size=conf.RESULTS_PER_PAGE)
