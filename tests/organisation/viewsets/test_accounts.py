"""Accounts in Wagtail's admin."""

import pytest
from django.test import Client
from django.urls import reverse

from organisation.enums import Role
from organisation.models import User
from tests.factories.organisation import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(UserFactory(roles=[Role.ADMINISTRATOR]))
    return client


def test_wagtail_accounts_have_one_name_and_make_no_superusers(admin: Client) -> None:
    person = StaffFactory(name="张三")
    assert "张三" in admin.get(reverse("wagtailusers_users:index")).content.decode()
    url = reverse("wagtailusers_users:edit", args=[person.user_id])
    assert admin.get(url).status_code == 200

    response = admin.post(
        url, {"username": person.user.username, "name": "李四", "email": "", "is_active": "on", "is_superuser": "on"}
    )

    assert response.status_code == 302
    person.refresh_from_db()
    assert (person.user.name, person.user.is_superuser, person.name_key) == ("李四", False, "li si")


def test_new_account_has_no_password_and_the_address_at_once(admin: Client) -> None:
    url = reverse("wagtailusers_users:add")
    assert set(admin.get(url).context["form"].fields) == {"username", "name", "email"}

    answer = admin.post(url, {"username": "neu", "name": "新", "email": "neu@example.org"})

    assert answer.status_code == 302
    user = User.objects.get(username="neu")
    assert (user.name, user.email, user.has_usable_password()) == ("新", "neu@example.org", False)


def test_another_address_waits_and_ones_own_account_is_not_closed(admin: Client) -> None:
    person = StaffFactory(name="张三")
    me = User.objects.get(pk=admin.session["_auth_user_id"])

    for user in (person.user, me):
        admin.post(
            reverse("wagtailusers_users:edit", args=[user.pk]),
            {"username": user.username, "name": user.name, "email": "b@example.org"},
        )

    person.user.refresh_from_db()
    me.refresh_from_db()
    assert (person.user.email, person.user.is_active, person.user.address_change.address) == (
        "",
        False,
        "b@example.org",
    )
    assert (me.email, me.is_active) == ("", True)
