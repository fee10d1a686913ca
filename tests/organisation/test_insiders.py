"""Attacks from inside on accounts and roles, with ordinary rights or a shell: one person alone gains nothing."""

import re
from collections.abc import Callable

import pytest
import rules
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from organisation.domain.addresses import settle_addresses
from organisation.enums import GRANTED_ROLES, Role
from organisation.models import AccountNotice, Invitation, PasswordReset, User
from organisation.roles import group_of, has_role
from organisation.rules import MANAGE, MANAGE_ROLES
from peer_review.roles import role_names, users_with_role
from peer_review.rules.permissions import GENERAL
from tests.factories.organisation import PASSWORD, StaffFactory, UserFactory

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


NEW = "korrekt-pferd-batterie-2026"


def test_administrator_sets_nobodys_password_in_wagtail(admin: User) -> None:
    client, leader = signed_in(admin), StaffFactory(roles=[Role.LEADERSHIP]).user
    url = reverse("wagtailusers_users:edit", args=[leader.pk])

    answer = client.post(
        url,
        {
            "username": leader.username,
            "name": leader.name,
            "email": "",
            "is_active": "on",
            "password1": NEW,
            "password2": NEW,
        },
    )

    assert answer.status_code == 302
    assert not Client().login(username=leader.username, password=NEW)
    assert Client().login(username=leader.username, password=PASSWORD)
    assert not {"password1", "password2", "groups", "is_superuser"} & set(client.get(url).context["form"].fields)


def test_password_and_address_are_not_changed_on_wagtails_page_of_ones_own_account(admin: User) -> None:
    client = signed_in(admin)

    client.post(
        reverse("wagtailadmin_account"),
        {
            "name_email-first_name": "a",
            "name_email-last_name": "b",
            "name_email-email": "elsewhere@example.org",
            "password-old_password": PASSWORD,
            "password-new_password1": NEW,
            "password-new_password2": NEW,
        },
    )

    after = User.objects.get(pk=admin.pk)
    assert (after.email, after.check_password(PASSWORD)) == (admin.email, True)


@pytest.mark.parametrize("role", sorted(GRANTED_ROLES))
def test_administrator_takes_no_account_over_by_renewing_its_invitation(role: Role, admin: User) -> None:
    client, person = signed_in(admin), StaffFactory(roles=[role])

    renewed = client.post(reverse("organisation_invitations:renew", args=[person.pk]))
    listed = client.post(reverse("organisation_invitations:give_out"), {"way": "print"})

    assert "/accounts/invitation/" not in renewed.content.decode() + listed.content.decode()
    assert not Invitation.objects.exists()
    assert Client().login(username=person.user.username, password=PASSWORD)


def test_administrator_resets_nobody_alone(admin: User) -> None:
    client, person = signed_in(admin), StaffFactory(roles=[Role.INSPECTOR])

    client.post(reverse("resets"), {"account": person.user.username, "reason": "x"})
    reset = PasswordReset.objects.get()
    client.post(reverse("reset_confirm", args=[reset.pk]))

    assert not Invitation.objects.exists()
    assert AccountNotice.objects.filter(to=person.user, kind="reset_proposed").exists()


def test_link_from_before_the_owner_had_a_password_opens_nothing_afterwards(admin: User) -> None:
    person = StaffFactory()
    person.user.set_unusable_password()
    person.user.save()
    page = signed_in(admin).post(reverse("organisation_invitations:renew", args=[person.pk])).content.decode()
    (link,) = set(re.findall(r"/accounts/invitation/[\w-]+/", page))
    person.user.set_password(PASSWORD)
    person.user.save()

    answer = Client().post(link, {"new_password1": NEW, "new_password2": NEW})

    assert answer.status_code == 410
    assert User.objects.get(pk=person.user_id).check_password(PASSWORD)


def test_administrator_turns_no_mail_of_an_owner_to_themselves_within_a_week(admin: User) -> None:
    client, person = signed_in(admin), StaffFactory(roles=[Role.LEADERSHIP])
    User.objects.filter(pk=person.user_id).update(email="owner@example.org")
    place = person.memberships.get()

    client.post(
        reverse("wagtailusers_users:edit", args=[person.user_id]),
        {"username": person.user.username, "name": person.user.name, "email": "thief@example.org", "is_active": "on"},
    )
    client.post(
        reverse("staff:edit", args=[person.pk]),
        {
            "employee_number": person.employee_number,
            "name": person.user.name,
            "section": place.section_id,
            "rank": place.rank_id,
            "joined": "2020-01-01",
            "email": "thief@example.org",
        },
    )
    settle_addresses()

    assert User.objects.get(pk=person.user_id).email == "owner@example.org"
    assert AccountNotice.objects.filter(to=person.user, kind="address_entered").count() == 1


def test_open_session_changes_no_address_without_the_password() -> None:
    user = UserFactory(email="own@example.org", roles=[Role.SECTION_HEAD])
    client = signed_in(user)

    wrong = client.post(reverse("address"), {"email": "thief@example.org", "password": "wrong"})
    missing = client.post(reverse("address"), {"email": "thief@example.org"})

    assert (wrong.status_code, missing.status_code) == (422, 422)
    assert User.objects.get(pk=user.pk).email == "own@example.org"


def test_superuser_deletes_and_changes_no_account() -> None:
    client, person = signed_in(UserFactory(is_superuser=True)), UserFactory()

    client.post(reverse("wagtailusers_users:delete", args=[person.pk]))
    client.post(
        reverse("wagtailusers_users:edit", args=[person.pk]),
        {"username": person.username, "name": "x", "email": "", "is_active": "on", "is_superuser": "on"},
    )
    client.post(reverse("wagtail_bulk_action", args=["organisation", "user", "delete"]) + f"?id={person.pk}")

    after = User.objects.get(pk=person.pk)
    assert (after.is_superuser, after.name) == (False, person.name)


@pytest.mark.parametrize("door", ["wagtailadmin_login", "wagtailcore_login"])
def test_wagtails_own_sign_ins_let_nobody_in_past_the_second_factor(door: str) -> None:
    leader = UserFactory(username="leader", roles=[Role.LEADERSHIP])
    insider = UserFactory()

    for client in (Client(), signed_in(insider)):
        answer = client.post(reverse(door), {"username": "leader", "password": PASSWORD})
        assert answer["Location"].startswith(reverse("login"))
        assert client.session.get("_auth_user_id") != str(leader.pk)
