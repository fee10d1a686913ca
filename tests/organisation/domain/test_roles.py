"""Roles are handed out, taken back and recorded."""

import pytest
from wagtail.models import GroupPagePermission, ModelLogEntry, Page

from organisation.domain.roles import assign_role, grant_pages, set_roles, withdraw_role
from organisation.enums import DERIVED_ROLES, Role
from organisation.exceptions import DerivedRole, NotLeftAlone
from tests.factories.organisation import UserFactory

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


def test_administrators_cannot_take_the_role_from_themselves() -> None:
    admin = UserFactory(roles=[Role.ADMINISTRATOR])

    with pytest.raises(NotLeftAlone):
        withdraw_role(user=admin, role=Role.ADMINISTRATOR, by=admin)


def test_editors_may_write_below_a_page_but_not_publish() -> None:
    page = Page.objects.get(depth=1).add_child(instance=Page(title="公开", slug="gongkai"))
    editor, staff = UserFactory(roles=[Role.EDITOR]), UserFactory(roles=[Role.STAFF])

    grant_pages(page=page)
    grant_pages(page=page)

    assert page.permissions_for_user(editor).can_add_subpage()
    assert not page.permissions_for_user(editor).can_publish()
    assert not page.permissions_for_user(staff).can_add_subpage()
    assert GroupPagePermission.objects.filter(page=page).count() == 3
