"""The site-wide search page."""

from dataclasses import dataclass

from django.utils.http import urlencode
from django.views.generic import TemplateView

from foundation.matching import is_searchable
from foundation.segment import QUERY_CHARACTERS
from search.forms import SearchForm
from search.sources import SOURCES, Hit, Source

FEW = 5
ROWS = 20


@dataclass(frozen=True)
class Group:
    """The results of one kind on the page over all kinds."""

    source: Source
    hits: list[Hit]
    all_url: str


class SearchView(TemplateView):
    """A few results of every kind, or one kind page by page."""

    template_name = "search/search.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Search as asked."""
        context: dict[str, object] = super().get_context_data(**kwargs)
        form = SearchForm(self.request.GET)
        form.is_valid()
        words: str = form.cleaned_data.get("q", "")
        query = words[:QUERY_CHARACTERS]
        source = SOURCES.get(form.cleaned_data.get("kind", ""))
        context.update(
            {
                "form": form,
                "words": words,
                "query": query,
                "was_cut": len(words) > QUERY_CHARACTERS,
                "is_empty": not words,
                "is_unsearchable": bool(words) and not is_searchable(query),
                "source": source,
                "kinds": [("", None), *SOURCES.items()],
                "kept": urlencode({"q": query}),
            }
        )
        if is_searchable(query):
            context.update(self._one_kind(source, query) if source else self._all_kinds(query))
        return context

    def _one_kind(self, source: Source, query: str) -> dict[str, object]:
        """Return one page of one kind."""
        page = source.page(
            self.request.user,
            query,
            size=ROWS,
            after=self.request.GET.get("after", ""),
            before=self.request.GET.get("before", ""),
        )
        kept = {"q": query, "kind": source.kind}
        return {
            "hits": source.hits(page.rows, query, self.request),
            "next_url": f"?{urlencode({**kept, 'after': page.after})}" if page.after else "",
            "previous_url": f"?{urlencode({**kept, 'before': page.before})}" if page.before else "",
        }

    def _all_kinds(self, query: str) -> dict[str, object]:
        """Return the first few of every kind that has any."""
        groups = []
        for source in SOURCES.values():
            page = source.page(self.request.user, query, size=FEW)
            if page.rows:
                all_url = f"?{urlencode({'q': query, 'kind': source.kind})}" if page.after else ""
                groups.append(Group(source, source.hits(page.rows, query, self.request), all_url))
        return {"groups": groups}
