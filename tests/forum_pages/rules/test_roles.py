"""Predicates about the person alone."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from forum_pages.rules.roles import is_forum_moderator
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("groups", "fields", "expected"),
    [
        ((), {}, False),
        (("staff", "administrator"), {}, False),
        (("staff", "moderator"), {}, True),
        (("moderator",), {"is_active": False}, False),
        ((), {"is_superuser": True}, False),
        (("moderator",), {"is_superuser": True}, True),
    ],
)
def test_is_forum_moderator(groups: tuple[str, ...], fields: dict[str, bool], expected: bool) -> None:
    assert is_forum_moderator(make.person("p", *groups, **fields)) is expected


def test_the_site_names_the_groups_of_moderators(settings: Settings) -> None:
    settings.FORUM_PAGES_MODERATOR_GROUPS = ["house", "guests"]
    assert is_forum_moderator(make.person("guest", "guests"))
    assert not is_forum_moderator(make.person("mod", "moderator"))
