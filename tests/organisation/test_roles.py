"""Roles are Django groups, made after every migrate."""

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser, Group
from pytest_django import DjangoAssertNumQueries

from organisation.enums import Role
from organisation.models import User
from organisation.roles import create_roles, group_of, groups_of, has_role, is_signed_in, once_for
from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db


def test_migrating_again_makes_missing_roles_and_leaves_changed_ones_alone() -> None:
    Group.objects.get(name=Role.EDITOR).permissions.clear()
    Group.objects.filter(name=Role.INSPECTOR).delete()

    create_roles(sender=apps.get_app_config("organisation"), using="default")

    assert not Group.objects.get(name=Role.EDITOR).permissions.exists()
    assert Group.objects.get(name=Role.INSPECTOR).permissions.count() == 1
    assert set(Role.values) <= set(Group.objects.values_list("name", flat=True))


@pytest.mark.parametrize("using", ["box", "other"])
def test_roles_are_made_in_the_main_database_only(
    using: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        create_roles(sender=apps.get_app_config("organisation"), using=using)


def test_group_of_a_role_is_made_once() -> None:
    Group.objects.filter(name=Role.MODERATOR).delete()

    assert group_of(Role.MODERATOR) == group_of(Role.MODERATOR)
    assert group_of(Role.MODERATOR).name == "moderator"


@pytest.mark.parametrize(
    ("user", "is_in"),
    [
        (None, False),
        (AnonymousUser(), False),
        (User(is_active=False), False),
        (User(), True),
    ],
)
def test_signed_in_is_whoever_has_an_open_account(user: User | AnonymousUser | None, is_in: bool) -> None:
    assert is_signed_in(user) is is_in


def test_groups_are_read_once_for_each_user_object(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    user = UserFactory(roles=[Role.EDITOR, Role.INSPECTOR])
    user = User.objects.get(pk=user.pk)

    with django_assert_num_queries(1):
        held = [role for role in Role if has_role(user, role)]
        groups = groups_of(user)

    assert held == [Role.EDITOR, Role.INSPECTOR]
    assert groups == {group_of(role).pk: role.value for role in held}
    user.groups.clear()
    assert has_role(user, Role.EDITOR)
    assert not has_role(User.objects.get(pk=user.pk), Role.EDITOR)


def test_strangers_hold_no_role_and_ask_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    locked = UserFactory(is_active=False, roles=[Role.EDITOR])

    with django_assert_num_queries(0):
        for user in (None, AnonymousUser(), locked):
            assert groups_of(user) == {}
            assert not has_role(user, Role.EDITOR)


def test_answer_is_read_once_for_each_question_and_user() -> None:
    first, second = User(), AnonymousUser()
    asked: list[str] = []

    def read(question: str) -> str:
        asked.append(question)
        return question.upper()

    for user in (first, second, first):
        assert once_for(user, "a", lambda: read("a")) == "A"
    assert once_for(first, "b", lambda: read("b")) == "B"
    assert asked == ["a", "a", "b"]


def test_answer_of_none_is_remembered_too() -> None:
    user, asked = User(), []

    for _time in range(2):
        assert once_for(user, "a", lambda: asked.append(1)) is None

    assert asked == [1]
