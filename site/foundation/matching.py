"""Rows that answer a query, as a queryset that may be filtered and paged like any other."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from modelsearch.query import PlainText
from wagtail.search.backends import get_search_backend

from foundation.segment import segment_query

Row = TypeVar("Row", bound=Model)
#: A search engine outside the database hands over this many of its best hits at most.
ENGINE_HITS = 2_000


def is_searchable(text: str) -> bool:
    """Return whether the text holds a word to look for."""
    return bool(segment_query(text))


def matching(rows: QuerySet[Row], text: str) -> QuerySet[Row]:
    """Return those of `rows` whose index entry holds every word of `text`; none if it holds no word.

    `rows` may carry any condition, so what a person may not see is never found. Its order stays; without one, the
    newest primary key comes first.
    """
    if not is_searchable(text):
        return rows.none()
    backend: Any = get_search_backend()
    query = PlainText(text, operator="and")
    compiler = backend.query_compiler_class(rows, query, order_by_relevance=False)
    results = backend.results_class(backend, compiler)
    if hasattr(results, "get_queryset"):
        # Wagtail lets a database search be filtered by declared fields only, so that every backend could answer.
        # The databases need no such limit.
        answering: QuerySet[Row] = results.get_queryset()
        return answering
    hits = backend.search(query, rows.model._default_manager.all())[:ENGINE_HITS]
    return rows.filter(pk__in=[hit.pk for hit in hits])
