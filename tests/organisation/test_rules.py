"""Who may do what with the records of people."""

import pytest
import rules
from django.contrib.auth.models import AnonymousUser
from rules.predicates import Predicate

from organisation.enums import Role
from organisation.models import Staff
from organisation.rules import BROWSE, MANAGE, MANAGE_ROLES, is_administrator, is_inspector, is_signed_in
from tests.factories.organisation import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


MANAGERS = {Role.ADMINISTRATOR}
GRANTORS = {Role.ADMINISTRATOR, Role.INSPECTOR}


ENTERS_ADMIN = set(Role) - {Role.STAFF, Role.SCRUTINEER}


@pytest.mark.parametrize("role", list(Role))
def test_role_table(role: Role) -> None:
    user = UserFactory(roles=[role])

    assert rules.has_perm(MANAGE, user) is (role in MANAGERS)
    assert rules.has_perm(MANAGE_ROLES, user) is (role in GRANTORS)
    assert rules.has_perm(BROWSE, user) is True
    assert user.has_perm("wagtailadmin.access_admin") is (role in ENTERS_ADMIN)
    assert user.has_perm("organisation.change_user") is (role in MANAGERS)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("is_active", [True, False])
def test_directory_predicate_and_queryset_agree(role: Role, is_active: bool) -> None:
    person = StaffFactory()
    user = UserFactory(roles=[role], is_active=is_active)

    assert Staff.objects.visible_to(user).filter(pk=person.pk).exists() is rules.has_perm(BROWSE, user)


def test_strangers_and_nobody_see_and_manage_nothing() -> None:
    StaffFactory()

    for user in (None, AnonymousUser()):
        assert not Staff.objects.visible_to(user).exists()
        assert not rules.has_perm(BROWSE, user)
        assert not rules.has_perm(MANAGE, user)


@pytest.mark.parametrize("predicate", [is_signed_in, is_administrator, is_inspector])
def test_predicates_are_false_for_nobody_strangers_and_closed_accounts(predicate: Predicate) -> None:
    locked = UserFactory(is_active=False, is_superuser=True, roles=[Role.ADMINISTRATOR])

    assert [predicate(user) for user in (None, AnonymousUser(), locked)] == [False, False, False]


def test_superuser_is_nobody_in_particular() -> None:
    superuser = UserFactory(is_superuser=True)

    assert (is_administrator(superuser), is_inspector(superuser)) == (False, False)
    assert not rules.has_perm(MANAGE, superuser)
    assert not rules.has_perm(MANAGE_ROLES, superuser)
