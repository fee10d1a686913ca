"""What waits for a person about accounts."""

import datetime

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import timezone
from freezegun import freeze_time
from pytest_django import DjangoAssertNumQueries

from organisation.domain import lost_factors as lost
from organisation.domain.grants import propose
from organisation.enums import Role
from organisation.models import User
from organisation.waiting import lost_factors, notices, roles
from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db


def test_roles_wait_for_those_who_may_confirm_them(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    admin, inspector = UserFactory(roles=[Role.ADMINISTRATOR]), UserFactory(roles=[Role.INSPECTOR])
    person = UserFactory()
    propose(person=person, role=Role.LEADERSHIP, by=admin)

    assert [item.count for item in roles(inspector)] == [1]
    assert [list(roles(user)) for user in (admin, person, UserFactory(is_superuser=True))] == [[], [], []]
    inspector = User.objects.get(pk=inspector.pk)
    with django_assert_num_queries(2):  # the roles of the person, once, and the count
        list(roles(inspector))


def test_notices_wait_until_they_are_read() -> None:
    admin, person = UserFactory(roles=[Role.ADMINISTRATOR]), UserFactory()
    propose(person=person, role=Role.LEADERSHIP, by=admin)

    assert [item.count for item in notices(person)] == [1]
    assert list(notices(admin)) == []
    person.account_notices.update(is_read=True)
    assert list(notices(person)) == []


def titles(user: User) -> list[str]:
    return [item.title for item in lost_factors(User.objects.get(pk=user.pk))]


@pytest.mark.usefixtures("in_english")
def test_lost_factors_wait_for_the_second_person_then_for_the_day_and_the_owner_sees_it_throughout() -> None:
    first, second = UserFactory(roles=[Role.ADMINISTRATOR]), UserFactory(roles=[Role.INSPECTOR])
    owner, other = UserFactory(roles=[Role.INSPECTOR]), UserFactory()
    TOTP.activate(owner, generate_totp_secret())
    own = ["Your second factor is said to be lost"]

    removal = lost.propose(account=owner, by=first, reason="telephone in the river")
    assert [titles(user) for user in (first, second, owner, other)] == [[], ["Lost second factors to confirm"], own, []]

    lost.confirm(lost=removal, by=second)
    assert [titles(user) for user in (first, second, owner, other)] == [[], [], own, []]

    with freeze_time(timezone.now() + datetime.timedelta(days=2, minutes=1)):
        due = ["Lost second factors to remove"]
        assert [titles(user) for user in (first, second, owner, other)] == [due, due, own, []]
        lost.carry_out(lost=removal, by=first)
        assert [titles(user) for user in (first, second, owner, other)] == [[], [], [], []]


def test_withdrawn_removal_waits_for_nobody() -> None:
    first, second, owner = UserFactory(roles=[Role.ADMINISTRATOR]), UserFactory(roles=[Role.INSPECTOR]), UserFactory()
    TOTP.activate(owner, generate_totp_secret())

    lost.withdraw(lost=lost.propose(account=owner, by=first, reason="x"), by=owner)

    assert [titles(user) for user in (first, second, owner)] == [[], [], []]
