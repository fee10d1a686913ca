"""Roles of a user: the groups of PEER_REVIEW_GROUPS, for known users only."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser

from peer_review.roles import is_known, role_names, users_with_role
from tests.factories.peer_review.rounds import make_user

pytestmark = pytest.mark.django_db


def test_roles_are_those_of_the_users_groups() -> None:
    assert role_names(make_user("", "organiser", "inspector")) == {"organiser", "inspector"}
    assert role_names(make_user("", "A group of the forum")) == frozenset()
    assert role_names(make_user(is_superuser=True, is_staff=True)) == frozenset()


def test_strangers_and_inactive_users_hold_no_role() -> None:
    for user in (None, AnonymousUser(), make_user("", "organiser", is_active=False)):
        assert role_names(user) == frozenset()
        assert is_known(user) is False
    assert is_known(make_user()) is True


def test_roles_are_asked_once_for_each_user_object(django_assert_num_queries: Any) -> None:
    user = get_user_model()._default_manager.get(pk=make_user("", "leadership").pk)
    with django_assert_num_queries(1):
        assert role_names(user) == role_names(user) == {"leadership"}


def test_users_with_a_role_are_active_and_named_once() -> None:
    both = make_user("", "organiser", "inspector")
    organiser = make_user("", "organiser")
    make_user("", "inspector", is_active=False)
    make_user("", "staff")

    assert set(users_with_role("organiser")) == {both, organiser}
    assert sorted(users_with_role("organiser", "inspector").values_list("pk", flat=True)) == [both.pk, organiser.pk]


def test_a_role_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        users_with_role("emperor")
