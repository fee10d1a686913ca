"""Who may what: tables of role and action, and predicates equal to their querysets."""

import pytest
import rules
from django.apps import apps
from django.contrib.auth.models import AnonymousUser, Group
from wagtail.models import GroupPagePermission, ModelLogEntry, Page

from organisation.domain.roles import assign_role, grant_pages, set_roles, withdraw_role
from organisation.enums import DERIVED_ROLES, Role
from organisation.exceptions import DerivedRole, NotLeftAlone
from organisation.models import Section, Staff
from organisation.permission_policies import ManagePolicy
from organisation.roles import create_roles
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


def test_policy_and_its_queryset_of_users_agree() -> None:
    policy = ManagePolicy(Section)
    users = [UserFactory(roles=[role]) for role in Role]
    users += [UserFactory(is_superuser=True), UserFactory(is_superuser=True, is_active=False)]

    allowed = set(policy.users_with_any_permission(["change"]))

    assert allowed == {user for user in users if policy.user_has_permission(user, "change")}
    assert len(allowed) == 2


def test_nobody_may_delete_staff() -> None:
    policy = ManagePolicy(Staff, impossible={"delete"})
    user = UserFactory(is_superuser=True)

    assert policy.user_has_permission(user, "change")
    assert not policy.user_has_permission(user, "delete")
    assert not policy.users_with_any_permission(["delete"]).exists()


def test_roles_are_given_taken_and_recorded() -> None:
    admin = UserFactory(roles=[Role.ADMINISTRATOR])
    user = UserFactory()

    assign_role(user=user, role=Role.EDITOR, by=admin)
    assign_role(user=user, role=Role.EDITOR, by=admin)
    set_roles(user=user, roles=[Role.MODERATOR], by=admin)

    assert set(user.groups.values_list("name", flat=True)) == {"moderator"}
    entries = ModelLogEntry.objects.order_by("pk").values_list("action", "user", "data")
    assert list(entries) == [
        ("organisation.assign_role", admin.pk, {"role": "editor"}),
        ("organisation.withdraw_role", admin.pk, {"role": "editor"}),
        ("organisation.assign_role", admin.pk, {"role": "moderator"}),
    ]


@pytest.mark.parametrize("role", sorted(DERIVED_ROLES))
def test_roles_that_follow_from_the_record_are_not_handed_out(role: Role) -> None:
    user = UserFactory()

    for verb in (assign_role, withdraw_role):
        with pytest.raises(DerivedRole):
            verb(user=user, role=role)


def test_administrators_cannot_take_the_role_from_themselves() -> None:
    admin = UserFactory(roles=[Role.ADMINISTRATOR])

    with pytest.raises(NotLeftAlone):
        withdraw_role(user=admin, role=Role.ADMINISTRATOR, by=admin)


def test_migrating_again_makes_missing_roles_and_leaves_changed_ones_alone() -> None:
    Group.objects.get(name=Role.EDITOR).permissions.clear()
    Group.objects.filter(name=Role.INSPECTOR).delete()

    create_roles(sender=apps.get_app_config("organisation"), using="default")

    assert not Group.objects.get(name=Role.EDITOR).permissions.exists()
    assert Group.objects.get(name=Role.INSPECTOR).permissions.count() == 1
    assert set(Role.values) <= set(Group.objects.values_list("name", flat=True))


def test_editors_may_write_below_a_page_but_not_publish() -> None:
    page = Page.objects.get(depth=1).add_child(instance=Page(title="公开", slug="gongkai"))
    editor, staff = UserFactory(roles=[Role.EDITOR]), UserFactory(roles=[Role.STAFF])

    grant_pages(page=page)
    grant_pages(page=page)

    assert page.permissions_for_user(editor).can_add_subpage()
    assert not page.permissions_for_user(editor).can_publish()
    assert not page.permissions_for_user(staff).can_add_subpage()
    assert GroupPagePermission.objects.filter(page=page).count() == 3
