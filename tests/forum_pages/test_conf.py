"""Settings of the plugin."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from forum_pages.conf import conf
from forum_pages.text import bigrams


def test_a_setting_is_read_when_it_is_used(settings: Settings) -> None:
    assert conf.MAX_LEVEL == 3
    settings.FORUM_PAGES_MAX_LEVEL = 1
    assert conf.MAX_LEVEL == 1


def test_an_unknown_setting_is_an_error() -> None:
    with pytest.raises(AttributeError):
        conf.MAX_LEVELS  # noqa: B018 - it is the access that fails


def test_functions_of_the_site(settings: Settings) -> None:
    settings.FORUM_PAGES_SEGMENTER = "forum_pages.text.bigrams"
    settings.FORUM_PAGES_AUTHOR_LINE = None
    assert (conf.segmenter(), conf.author_line()) == (bigrams, None)
    settings.FORUM_PAGES_AUTHOR_LINE = "builtins.dict"
    assert conf.author_line() is dict


def test_unread_since(settings: Settings) -> None:
    settings.FORUM_PAGES_UNREAD_DAYS = 3
    assert abs(timezone.now() - timedelta(days=3) - conf.unread_since()) < timedelta(minutes=1)
