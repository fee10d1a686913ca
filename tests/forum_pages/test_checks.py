"""System checks."""

from __future__ import annotations

import pytest
from django.urls import NoReverseMatch

from forum_pages.checks import check_comment_routes


def test_the_routes_of_comments_xtd_are_warned_of_only_where_they_are_mounted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_comment_routes(None) == []
    monkeypatch.setattr("forum_pages.checks.reverse", lambda name, kwargs: "/comments/")
    assert [warning.id for warning in check_comment_routes(None)] == ["forum_pages.W001"]

    def fail(name: str, kwargs: dict[str, object]) -> str:
        raise NoReverseMatch

    monkeypatch.setattr("forum_pages.checks.reverse", fail)
    assert check_comment_routes(None) == []
