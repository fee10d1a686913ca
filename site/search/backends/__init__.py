"""Wagtail's search in the main database, made to know Chinese. Name this package in WAGTAILSEARCH_BACKENDS.

Everything that Wagtail indexes goes through it: pages, documents, images, people, topics, comments; so the
search of Wagtail's own admin finds Chinese words too.
"""

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from modelsearch.backends.base import BaseSearchBackend


def SearchBackend(params: dict[str, object]) -> BaseSearchBackend:
    """Return the backend for the database in use."""
    # Each module can only be imported on its own database: Wagtail's index has other columns on each.
    if connection.vendor == "sqlite":
        from .sqlite import SegmentingSQLiteBackend  # noqa: PLC0415 - see above

        return SegmentingSQLiteBackend(params)
    if connection.vendor == "postgresql":
        from .postgres import SegmentingPostgresBackend  # noqa: PLC0415 - see above

        return SegmentingPostgresBackend(params)
    raise ImproperlyConfigured(f"search.backends works on SQLite and PostgreSQL, not on {connection.vendor}.")
