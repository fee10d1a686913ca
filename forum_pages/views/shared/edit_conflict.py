"""Two edits of one text."""

from __future__ import annotations

from typing import Any

from django import forms


def forget_conflict(form: forms.Form, seen: int) -> Any:
    """Return the form's data such that saving again replaces the version its author has now been shown."""
    data = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict
    data["seen"] = seen
    return data
