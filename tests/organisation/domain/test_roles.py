"""Roles are handed out, taken back and recorded."""

import pytest
from wagtail.models import GroupPagePermission, ModelLogEntry, Page

from organisation.domain.roles import assign_role, follow_staff_record, grant_pages, set_roles, withdraw_role
from organisation.enums import DERIVED_ROLES, GRANTED_ROLES, Role
from organisation.exceptions import DerivedRole, NeedsGrant
from organisation.models import RoleGrant
from tests.factories.organisation import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("role", sorted(GRANTED_ROLES - DERIVED_ROLES))
def test_roles_that_see_results_hold_keys_inspect_or_administer_are_not_handed_out(role: Role) -> None:
    user = UserFactory()

    for verb in (assign_role, withdraw_role):
        with pytest.raises(NeedsGrant):
            verb(user=user, role=role)
    assert not user.groups.exists()


def test_editors_may_write_below_a_page_but_not_publish() -> None:
    page = Page.objects.get(depth=1).add_child(instance=Page(title="公开", slug="gongkai"))
    editor, staff = UserFactory(roles=[Role.EDITOR]), UserFactory(roles=[Role.STAFF])

    grant_pages(page=page)
    grant_pages(page=page)

    assert page.permissions_for_user(editor).can_add_subpage()
    assert not page.permissions_for_user(editor).can_publish()
    assert not page.permissions_for_user(staff).can_add_subpage()
    assert GroupPagePermission.objects.filter(page=page).count() == 3


@pytest.mark.parametrize(
    ("is_current", "is_head", "held"),
    [(True, False, {"staff"}), (True, True, {"staff", "section_head"}), (False, True, set())],
)
def test_roles_follow_the_staff_record(is_current: bool, is_head: bool, held: set[str]) -> None:
    person = StaffFactory(roles=[Role.SECTION_HEAD, Role.EDITOR])
    if not is_current:
        person.left = person.joined

    follow_staff_record(staff=person, heads=person.memberships.get().section if is_head else None)

    assert set(person.user.groups.values_list("name", flat=True)) == held | {"editor"}


def test_setting_roles_leaves_those_of_the_record_alone() -> None:
    person = StaffFactory(roles=[Role.EDITOR])

    set_roles(user=person.user, roles=[Role.STAFF, Role.SCRUTINEER, Role.MODERATOR])

    assert set(person.user.groups.values_list("name", flat=True)) == {"staff", "moderator"}
    assert not RoleGrant.objects.exists()


def test_setting_roles_leaves_those_by_grant_alone() -> None:
    admin = UserFactory(roles=[Role.ADMINISTRATOR])

    set_roles(user=admin, roles=[Role.EDITOR], by=admin)

    assert set(admin.groups.values_list("name", flat=True)) == {"administrator", "editor"}
