"""Attacks from inside on roles, with ordinary rights or a shell of Django: none gives a role to one person alone."""

from collections.abc import Callable

import pytest
import rules
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from organisation.enums import GRANTED_ROLES, Role
from organisation.models import User
from organisation.roles import group_of, has_role
from organisation.rules import MANAGE, MANAGE_ROLES
from peer_review.roles import role_names, users_with_role
from peer_review.rules.permissions import GENERAL
from tests.factories.organisation import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db

#: Roles of peer review, by the name of this site.
REVIEW = (Role.LEADERSHIP, Role.ORGANISER, Role.SCRUTINEER, Role.INSPECTOR)


@pytest.fixture
def admin() -> User:
    return UserFactory(roles=[Role.ADMINISTRATOR])


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def powers(user: User) -> list[str]:
    """Return what a person may do that takes a confirmed role."""
    user = User.objects.get(pk=user.pk)
    permissions = [f"peer_review.{name}" for name in GENERAL] + [MANAGE, MANAGE_ROLES]
    held = [name for name in permissions if rules.has_perm(name, user)]
    held += [role.value for role in GRANTED_ROLES if has_role(user, role)]
    held += sorted(role_names(user))
    return held + [role.value for role in REVIEW if users_with_role(role.value).filter(pk=user.pk).exists()]


def in_groups(user: User) -> None:
    user.groups.add(*(group_of(role) for role in Role))


def through_table(user: User) -> None:
    User.groups.through.objects.bulk_create(
        User.groups.through(user=user, group=group_of(role)) for role in GRANTED_ROLES
    )


def as_superuser(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_superuser=True, is_staff=True)


def with_every_permission(user: User) -> None:
    user.user_permissions.set(Permission.objects.all())


@pytest.mark.parametrize("way", [in_groups, through_table, as_superuser, with_every_permission])
def test_shell_of_django_without_a_grant_gives_no_power(way: Callable[[User], None]) -> None:
    user = UserFactory()

    way(user)

    assert powers(user) == []


def test_createsuperuser_reads_no_results_and_manages_nobody() -> None:
    user = get_user_model().objects.create_superuser("root", "", "korrekt-pferd")

    assert powers(user) == []
    client = signed_in(user)
    assert client.get(reverse("staff:index")).status_code in (302, 403)
    assert client.post(reverse("roles"), {"person": "root", "role": "leadership", "reason": "x"}).status_code == 403


def test_administrator_gives_no_role_in_wagtails_form_of_accounts(admin: User) -> None:
    client, accomplice = signed_in(admin), StaffFactory().user
    groups = [group_of(role).pk for role in Role]

    for user in (admin, accomplice):
        client.post(
            reverse("wagtailusers_users:edit", args=[user.pk]),
            {"username": user.username, "name": user.name, "email": "", "is_active": "on", "groups": groups},
        )
    client.post(
        reverse("wagtailusers_users:add"),
        {
            "username": "neu",
            "name": "新",
            "email": "",
            "groups": groups,
            "password1": "korrekt-pferd-batterie",
            "password2": "korrekt-pferd-batterie",
        },
    )

    assert set(powers(admin)) == {MANAGE, MANAGE_ROLES, "administrator"}
    assert powers(accomplice) == []
    assert [powers(user) for user in User.objects.filter(username="neu")] in ([], [[]])


def test_administrator_gives_no_role_in_the_staff_record(admin: User) -> None:
    person = StaffFactory(user=admin)
    place = person.memberships.get()

    signed_in(admin).post(
        reverse("staff:edit", args=[person.pk]),
        {
            "employee_number": person.employee_number,
            "name": admin.name,
            "section": place.section_id,
            "rank": place.rank_id,
            "is_head": "on",
            "joined": "2020-01-01",
            "roles": ["leadership", "inspector", "scrutineer", "organiser"],
        },
    )

    assert set(powers(admin)) == {MANAGE, MANAGE_ROLES, "administrator"}


def test_administrator_gives_no_role_by_wagtails_action_on_many_accounts(admin: User) -> None:
    target = UserFactory()

    url = reverse("wagtail_bulk_action", args=["organisation", "user", "assign_role"])
    signed_in(admin).post(f"{url}?id={target.pk}", {"role": group_of(Role.INSPECTOR).pk})

    assert not User.objects.get(pk=target.pk).groups.exists()
    assert powers(target) == []
