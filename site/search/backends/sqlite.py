"""SQLite with FTS5."""

from django.db.models import QuerySet
from modelsearch.backends.database.sqlite.sqlite import (
    ObjectIndexer,
    SQLiteAutocompleteQueryCompiler,
    SQLiteIndex,
    SQLiteSearchBackend,
    SQLiteSearchQueryCompiler,
)

from .segmenting import SegmentingCompiler, SegmentingIndex, SegmentingIndexer


class Indexer(SegmentingIndexer, ObjectIndexer):
    """Words of one object."""


class Index(SegmentingIndex, SQLiteIndex):
    """The table of words."""

    object_indexer = Indexer


class Compiler(SegmentingCompiler, SQLiteSearchQueryCompiler):
    """Queries of whole words."""

    def search(self, *args: object, **kwargs: object) -> QuerySet:
        """Return the rows found, looking into the columns the index has."""
        self.fields = ["title"] if self.wants_title_only() else None
        return super().search(*args, **kwargs)


class AutocompleteCompiler(SegmentingCompiler, SQLiteAutocompleteQueryCompiler):
    """Beginnings of words."""

    def search(self, *args: object, **kwargs: object) -> QuerySet:
        """Return the rows found; the index has one column for this."""
        self.fields = None
        return super().search(*args, **kwargs)


class SegmentingSQLiteBackend(SQLiteSearchBackend):
    """Wagtail's SQLite search with a segmenter."""

    query_compiler_class = Compiler
    autocomplete_query_compiler_class = AutocompleteCompiler
    index_class = Index
