"""Predicates that are false for nobody, for strangers and for nothing by construction."""

from __future__ import annotations

import pytest
import rules
from django.contrib.auth.models import AnonymousUser

from forum_pages.models import Topic
from forum_pages.people import MaybeUser, User
from forum_pages.rules.shared import predicate_about, predicate_of_person
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db

PERMISSIONS = sorted(name for name in rules.permissions.permissions if name.startswith("forum_pages."))


def strangers() -> list[MaybeUser]:
    """Everybody who is not signed in and active, though some of them would be moderators."""
    return [None, AnonymousUser(), make.person("gone", "moderator", is_active=False)]


def test_a_predicate_asks_its_test_only_about_people_who_are_signed_in(reader: User) -> None:
    asked: list[User] = []

    @predicate_of_person
    def is_asked(user: User) -> bool:
        asked.append(user)
        return True

    assert [is_asked(user) for user in [*strangers(), reader]] == [False, False, False, True]
    assert asked == [reader]


def test_a_predicate_about_something_asks_its_test_never_about_nothing(reader: User) -> None:
    asked: list[tuple[User, int]] = []

    @predicate_about
    def is_asked(user: User, target: int) -> bool:
        asked.append((user, target))
        return True

    assert [is_asked(user, 0) for user in [*strangers(), reader]] == [False, False, False, True]
    assert is_asked(reader, None) is False
    assert asked == [(reader, 0)]


def test_a_predicate_keeps_its_name_and_composes(reader: User) -> None:
    @predicate_about
    def is_even(user: User, target: int) -> bool:
        return target % 2 == 0

    assert is_even.__doc__ is None
    assert is_even.name == "is_even"
    assert (~is_even).test(reader, 3) is True


@pytest.mark.parametrize("permission", PERMISSIONS)
def test_every_permission_is_false_for_strangers_and_for_nothing(
    topic: Topic, author: User, moderator: User, permission: str
) -> None:
    comment = make.comment(topic, author)
    kind = permission.rpartition("_")[2]
    target = {"board": topic.board, "topic": topic, "comment": comment, "forum": None}[kind]
    assert [rules.has_perm(permission, user, target) for user in strangers()] == [False, False, False]
    if kind != "forum":
        assert rules.has_perm(permission, author, None) is False
        assert rules.has_perm(permission, moderator, None) is False
        assert any(rules.has_perm(permission, user, target) for user in (author, moderator))
