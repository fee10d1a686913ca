"""Two edits of one text at the same time."""

from __future__ import annotations

from django.http import QueryDict

from forum_pages.views.shared.edit_conflict import accept_conflict


def test_accept_conflict_counts_the_shown_version_as_seen() -> None:
    data = QueryDict("source=新&seen=0")
    accepted = accept_conflict(data, seen=2)
    assert (accepted["source"], accepted["seen"], data["seen"]) == ("新", "2", "0")
