"""PostgreSQL with tsvector."""

from django.db.models import F
from modelsearch.backends.database.postgres.postgres import (
    ObjectIndexer,
    PostgresAutocompleteQueryCompiler,
    PostgresIndex,
    PostgresSearchBackend,
    PostgresSearchQueryCompiler,
)
from modelsearch.query import SearchQuery

from .segmenting import SegmentingCompiler, SegmentingIndex, SegmentingIndexer


class Indexer(SegmentingIndexer, ObjectIndexer):
    """Words of one object."""


class Index(SegmentingIndex, PostgresIndex):
    """The table of words."""

    object_indexer = Indexer


class Compiler(SegmentingCompiler, PostgresSearchQueryCompiler):
    """Queries of whole words. They always ask the index: the columns of the models are not cut into words."""

    def get_search_vectors(self, search_query: SearchQuery) -> list[tuple[F, F]]:
        """Return the columns of the index to look into, with their weights."""
        if self.wants_title_only():
            return [(F("index_entries__title"), F("index_entries__title_norm"))]
        vectors: list[tuple[F, F]] = self.get_index_vectors(search_query)
        return vectors


class AutocompleteCompiler(SegmentingCompiler, PostgresAutocompleteQueryCompiler):
    """Beginnings of words."""

    def get_search_vectors(self, search_query: SearchQuery) -> list[tuple[F, F]]:
        """Return the one column the index has for this."""
        vectors: list[tuple[F, F]] = self.get_index_vectors(search_query)
        return vectors


class SegmentingPostgresBackend(PostgresSearchBackend):
    """Wagtail's PostgreSQL search with a segmenter, without the stemming of any one language."""

    query_compiler_class = Compiler
    autocomplete_query_compiler_class = AutocompleteCompiler
    index_class = Index

    def __init__(self, params: dict[str, object]) -> None:
        super().__init__({"SEARCH_CONFIG": "simple", **params})
