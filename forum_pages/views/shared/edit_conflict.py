"""Two edits of one text at the same time."""

from __future__ import annotations

from django.http import QueryDict


def accept_conflict(data: QueryDict, *, seen: int) -> QueryDict:
    """Return the data of an edit form such that saving again replaces the version its author has now been shown."""
    accepted = data.copy()
    accepted["seen"] = str(seen)
    return accepted
