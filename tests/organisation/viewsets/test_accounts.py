"""Accounts in Wagtail's admin."""

import pytest
from django.test import Client
from django.urls import reverse

from organisation.enums import Role
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
