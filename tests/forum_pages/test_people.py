"""The people of the forum."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.utils.functional import SimpleLazyObject
from pytest_django import DjangoAssertNumQueries

from forum_pages.people import groups_of, is_signed_in
from organisation.models import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def test_is_signed_in() -> None:
    people = [None, AnonymousUser(), make.person("gone", is_active=False), make.person("li")]
    assert [is_signed_in(user) for user in people] == [False, False, False, True]


def test_groups_of_a_person_are_read_once_for_every_app(
    reader: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # As a request knows its user: not looked up before it is asked for.
    user = SimpleLazyObject(lambda: User.objects.get(pk=reader.pk))
    assert user.username == "li"
    with django_assert_num_queries(1):
        assert list(groups_of(user).values()) == ["staff"]
        assert list(groups_of(user).values()) == ["staff"]
        assert [group.name for group in user.groups.all()] == ["staff"]


def test_groups_of_a_person_who_joins_another_are_read_again(reader: User) -> None:
    assert len(groups_of(reader)) == 1
    reader.groups.add(Group.objects.create(name="guests"))
    assert set(groups_of(reader).values()) == {"staff", "guests"}
