"""How authors are called on a page."""

from __future__ import annotations

import pytest
from django.utils import translation
from pytest_django import Settings

from forum_pages.authors import author_lines, author_name
from organisation.models import User


def sections(user_ids: set[int]) -> dict[int, str]:
    """A site's own labels."""
    return {user_id: f"科室 {user_id}" for user_id in user_ids}


def test_author_name_is_the_name_or_the_user_name_or_a_phrase() -> None:
    assert author_name(User(username="wang", name="王秀英")) == "王秀英"
    assert author_name(User(username="wang")) == "wang"
    with translation.override("en"):
        assert author_name(None) == "Former member"


def test_author_lines_are_asked_once_for_the_authors_there_are(settings: Settings) -> None:
    settings.FORUM_PAGES_AUTHOR_LINE = f"{__name__}.sections"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("forum_pages.conf.import_string", lambda path: sections)
        assert author_lines([1, None, 2, 1]) == {1: "科室 1", 2: "科室 2"}
        assert author_lines([None]) == {}


def test_author_lines_are_empty_without_a_function_of_the_site(settings: Settings) -> None:
    settings.FORUM_PAGES_AUTHOR_LINE = None
    assert author_lines([1]) == {}
