"""Who may do what with the records of people."""

import pytest
import rules
from django.contrib.auth.models import AnonymousUser

from organisation.enums import Role
from organisation.models import Staff
from organisation.rules import BROWSE, MANAGE
from tests.factories.organisation import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


MANAGERS = {Role.ADMINISTRATOR}


ENTERS_ADMIN = set(Role) - {Role.STAFF, Role.SCRUTINEER}


@pytest.mark.parametrize("role", list(Role))
def test_role_table(role: Role) -> None:
    user = UserFactory(roles=[role])

    assert rules.has_perm(MANAGE, user) is (role in MANAGERS)
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
