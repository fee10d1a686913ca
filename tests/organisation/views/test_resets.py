"""Pages of a reset, and of one's own account."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from organisation.domain.addresses import enter
from organisation.enums import Role
from organisation.models import AddressChange, PasswordReset, User
from organisation.roles import has_role
from tests.factories.organisation import PASSWORD, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
NEW = "neun-lange-worte-2026"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_from_the_proposal_to_the_owners_word() -> None:
    admin = signed_in(UserFactory(roles=[Role.ADMINISTRATOR]))
    inspector = signed_in(UserFactory(roles=[Role.INSPECTOR]))
    owner = StaffFactory(name="局长", roles=[Role.LEADERSHIP]).user
    User.objects.filter(pk=owner.pk).update(email="owner@example.org")

    admin.post(reverse("resets"), {"account": owner.username, "reason": "当面申请"})
    reset = PasswordReset.objects.get()
    assert "当面申请" in inspector.get(reverse("resets")).content.decode()
    page = inspector.post(reverse("reset_confirm", args=[reset.pk]))
    assert "no-store" in page["Cache-Control"]
    (link,) = set(re.findall(r"/accounts/invitation/[\w-]+/", page.content.decode()))
    browser = Client()
    assert browser.post(link, {"new_password1": NEW, "new_password2": NEW}).status_code == 302

    assert not has_role(User.objects.get(pk=owner.pk), Role.LEADERSHIP)
    assert reverse("resets") in browser.get(reverse("account")).content.decode()
    browser.post(reverse("reset_ask"))
    mine = re.search(r"/accounts/resets/mine/[\w-]+/", mail.outbox[-1].body)[0]
    assert admin.post(mine).status_code == 302
    assert not has_role(User.objects.get(pk=owner.pk), Role.LEADERSHIP)
    assert browser.get(mine).status_code == 200
    assert not has_role(User.objects.get(pk=owner.pk), Role.LEADERSHIP)
    browser.post(mine)
    assert has_role(User.objects.get(pk=owner.pk), Role.LEADERSHIP)


def test_owner_without_an_address_is_seen_in_person() -> None:
    admin, inspector = UserFactory(roles=[Role.ADMINISTRATOR]), UserFactory(roles=[Role.INSPECTOR])
    owner = UserFactory(roles=[Role.LEADERSHIP])
    reset = PasswordReset.objects.create(
        account=owner, reason="x", proposed_by=admin, confirmed_by=inspector, confirmed_at=owner.date_joined, used=True
    )

    signed_in(inspector).post(reverse("reset_settle", args=[reset.pk]))
    assert not has_role(User.objects.get(pk=owner.pk), Role.LEADERSHIP)
    signed_in(admin).post(reverse("reset_settle", args=[reset.pk]))

    assert has_role(User.objects.get(pk=owner.pk), Role.LEADERSHIP)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR, Role.INSPECTOR}))
def test_others_see_and_change_no_reset_but_their_own(role: Role) -> None:
    client = signed_in(UserFactory(roles=[role]))
    reset = PasswordReset.objects.create(
        account=UserFactory(name="别人"), reason="x", proposed_by=UserFactory(roles=[Role.INSPECTOR])
    )

    assert "别人" not in client.get(reverse("resets")).content.decode()
    assert client.post(reverse("resets"), {"account": "x", "reason": "x"}).status_code == 403
    for step in ("reset_confirm", "reset_withdraw", "reset_settle"):
        assert client.post(reverse(step, args=[reset.pk])).status_code == 404
    reset.refresh_from_db()
    assert (reset.confirmed_at, reset.withdrawn_at, reset.settled) == (None, None, False)


def test_proposal_with_errors_keeps_its_input() -> None:
    inspector = UserFactory(roles=[Role.INSPECTOR])
    client = signed_in(inspector)

    for account in ("niemand", inspector.username, ""):
        answer = client.post(reverse("resets"), {"account": account, "reason": "为什么"})
        assert (answer.status_code, "为什么" in answer.content.decode()) == (422, True)
    assert not PasswordReset.objects.exists()


def test_owner_changes_the_address_with_the_password_and_stops_what_others_entered() -> None:
    user = UserFactory(email="old@example.org")
    client = signed_in(user)
    enter(account=user, address="thief@example.org", by=UserFactory(name="管"))
    assert "thief@example.org" in client.get(reverse("address")).content.decode()

    client.post(reverse("address_stop"))
    assert not AddressChange.objects.exists()
    wrong = client.post(reverse("address"), {"email": "new@example.org", "password": "x"})
    assert wrong.status_code == 422
    assert wrong.wsgi_request.user.email == "old@example.org"
    client.post(reverse("address"), {"email": "new@example.org", "password": PASSWORD})

    assert User.objects.get(pk=user.pk).email == "new@example.org"
    assert "new@example.org" in client.get(reverse("account")).content.decode()
