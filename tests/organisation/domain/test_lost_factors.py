"""A lost second factor: two people, notice, days in which its owner may stop it."""

import pytest
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from freezegun import freeze_time

from organisation.domain import lost_factors, second_factor
from organisation.enums import Role
from organisation.exceptions import (
    FactorUnknown,
    NotForYourself,
    NotGrantors,
    NotSecondPerson,
    ResetOpen,
    ResetSettled,
    TooEarly,
)
from organisation.models import AccountNotice, LostFactor, User
from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    """Somebody with an app whom two people call without it."""
    owner: User = UserFactory(username="wang", roles=[Role.LEADERSHIP])
    second_factor.TOTP.activate(owner, generate_totp_secret())
    return owner


@pytest.fixture
def administrator() -> User:
    administrator: User = UserFactory(roles=[Role.ADMINISTRATOR])
    return administrator


@pytest.fixture
def inspector() -> User:
    inspector: User = UserFactory(roles=[Role.INSPECTOR])
    return inspector


def test_factor_goes_by_two_people_after_the_days_and_everybody_is_told(
    owner: User, administrator: User, inspector: User
) -> None:
    with freeze_time("2026-11-28 08:00") as clock:
        lost = lost_factors.propose(account=owner, by=administrator, reason="telephone in the river")
        with pytest.raises(ResetOpen):
            lost_factors.propose(account=owner, by=inspector, reason="again")
        with pytest.raises(ResetSettled):
            lost_factors.carry_out(lost=lost, by=inspector)
        with pytest.raises(NotSecondPerson):
            lost_factors.confirm(lost=lost, by=administrator)
        lost_factors.confirm(lost=lost, by=inspector)
        clock.tick(47 * 3600)
        with pytest.raises(TooEarly):
            lost_factors.carry_out(lost=lost, by=administrator)
        assert second_factor.has_factor(owner)
        clock.tick(2 * 3600)
        lost_factors.carry_out(lost=lost, by=administrator)

    assert not second_factor.has_factor(owner)
    kinds = AccountNotice.objects.filter(to=owner).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["lost_proposed", "lost_confirmed", "factor_removed"]
    assert AccountNotice.objects.filter(to=inspector, kind="lost_proposed").exists()


def test_owner_stops_it(owner: User, administrator: User, inspector: User) -> None:
    lost = lost_factors.propose(account=owner, by=administrator, reason="x")
    lost_factors.confirm(lost=lost, by=inspector)

    lost_factors.withdraw(lost=lost, by=owner)

    with freeze_time("2030-01-01"), pytest.raises(ResetSettled):
        lost_factors.carry_out(lost=lost, by=inspector)
    assert second_factor.has_factor(owner)


def test_others_propose_nothing_and_nobody_for_themselves(owner: User, administrator: User) -> None:
    with pytest.raises(NotGrantors):
        lost_factors.propose(account=owner, by=UserFactory(roles=[Role.ORGANISER]), reason="x")
    with pytest.raises(NotForYourself):
        lost_factors.propose(account=administrator, by=administrator, reason="x")
    with pytest.raises(FactorUnknown):
        lost_factors.propose(account=UserFactory(), by=administrator, reason="x")


def test_database_refuses_one_person_for_two(owner: User, administrator: User) -> None:
    lost = lost_factors.propose(account=owner, by=administrator, reason="x")
    for by in (owner, administrator):
        with pytest.raises(IntegrityError), transaction.atomic():
            LostFactor.objects.filter(pk=lost.pk).update(confirmed_by=by)


def test_pages_lead_through_it_and_are_shut_to_others(owner: User, administrator: User, inspector: User) -> None:
    page = reverse("lost_factors")
    first, second, other = Client(), Client(), Client()
    first.force_login(administrator)
    second.force_login(inspector)
    other.force_login(UserFactory())

    assert other.post(page, {"account": "wang", "reason": "x"}).status_code == 403
    assert first.post(page, {"account": "nobody", "reason": "x"}).status_code == 422
    assert first.post(page, {"account": "wang", "reason": "x"})["Location"] == page
    lost = LostFactor.objects.get()
    confirm, carry_out = (reverse(f"lost_factor_{step}", args=[lost.pk]) for step in ("confirm", "carry_out"))
    assert other.post(confirm).status_code == 404
    assert confirm not in first.get(page).content.decode()
    assert confirm in second.get(page).content.decode()
    second.post(confirm)
    assert carry_out not in first.get(page).content.decode()
    first.post(carry_out)
    assert second_factor.has_factor(owner)
    LostFactor.objects.update(confirmed_at="2026-01-01T00:00Z")
    assert carry_out in first.get(page).content.decode()
    first.post(carry_out)
    assert not second_factor.has_factor(owner)
