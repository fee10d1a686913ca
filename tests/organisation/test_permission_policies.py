"""Wagtail's admin asks the rules."""

import pytest

from organisation.enums import Role
from organisation.models import Section, Staff
from organisation.permission_policies import ManagePolicy
from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db


def test_policy_and_its_queryset_of_users_agree() -> None:
    policy = ManagePolicy(Section)
    users = [UserFactory(roles=[role]) for role in Role]
    users += [UserFactory(is_superuser=True), UserFactory(is_superuser=True, is_active=False)]

    allowed = set(policy.users_with_any_permission(["change"]))

    assert allowed == {user for user in users if policy.user_has_permission(user, "change")}
    assert len(allowed) == 1


def test_nobody_may_delete_staff() -> None:
    policy = ManagePolicy(Staff, impossible={"delete"})
    user = UserFactory(roles=[Role.ADMINISTRATOR])

    assert policy.user_has_permission(user, "change")
    assert not policy.user_has_permission(user, "delete")
    assert not policy.users_with_any_permission(["delete"]).exists()
