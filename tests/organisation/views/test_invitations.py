"""Giving out one-time links: slips, a file, mail."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from organisation.domain.invitations import find_invitation
from organisation.enums import Role
from organisation.models import Invitation, Staff, User
from tests.factories.organisation import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


def newcomer(**fields: str) -> Staff:
    person = StaffFactory(**fields)
    person.user.set_unusable_password()
    person.user.save()
    return person


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(UserFactory(roles=[Role.ADMINISTRATOR]))
    return client


def test_slips_and_file_hold_working_links(admin: Client) -> None:
    person = newcomer(name="张三")
    StaffFactory()

    slips = admin.post(reverse("organisation_invitations:give_out"), {"way": "print"})
    token = re.search(r"/accounts/invitation/([\w-]+)/", slips.content.decode())[1]
    assert find_invitation(token=token).user == person.user
    assert "no-store" in slips.headers["Cache-Control"]
    assert "<svg" in slips.content.decode()

    file = b"".join(admin.post(reverse("organisation_invitations:give_out"), {"way": "file"})).decode("utf-8-sig")
    lines = file.splitlines()
    assert len(lines) == 2
    token = re.search(r"/accounts/invitation/([\w-]+)/", lines[1])[1]
    assert find_invitation(token=token).user == person.user


def test_file_of_links_holds_no_formulas(admin: Client) -> None:
    person = newcomer()
    User.objects.filter(pk=person.user_id).update(name="=HYPERLINK(1)")

    file = b"".join(admin.post(reverse("organisation_invitations:give_out"), {"way": "file"})).decode()

    assert ",'=HYPERLINK(1)," in file


def test_new_link_for_one_person_and_mail_for_all(admin: Client) -> None:
    person = newcomer()
    User.objects.filter(pk=person.user_id).update(email="a@example.org")

    page = admin.post(reverse("organisation_invitations:renew", args=[person.pk])).content.decode()
    token = re.search(r"/accounts/invitation/([\w-]+)/", page)[1]
    assert find_invitation(token=token).user == person.user
    admin.post(reverse("organisation_invitations:give_out"), {"way": "mail"})

    assert len(mail.outbox) == 1


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_administrators_give_out_invitations_and_import(client: Client, role: Role) -> None:
    client.force_login(UserFactory(roles=[role]))
    person = newcomer()

    for name in ("organisation_invitations:index", "organisation_imports:index"):
        assert client.get(reverse(name)).status_code == 302
    client.post(reverse("organisation_invitations:give_out"), {"way": "print"})
    client.post(reverse("organisation_invitations:renew", args=[person.pk]))
    assert not Invitation.objects.exists()
