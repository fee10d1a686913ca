"""What several querysets share."""

from __future__ import annotations

from typing import Any

from django.apps import apps


def rows_of(name: str, *, app: str = "forum_pages") -> Any:
    """Return the manager of a model; the model is named, since models import the querysets.

    Which querysets its rows have, only the registry of the running site knows.
    """
    return apps.get_model(app, name)._default_manager
