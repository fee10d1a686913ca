"""What several querysets share."""

from __future__ import annotations

from typing import Any

from django.apps import apps


def _rows(name: str, *, app: str = "forum_pages") -> Any:
    """Return the manager of a model; it is named, since models import this module."""
    return apps.get_model(app, name)._default_manager
