"""Hand out roles that need no second person, take them back, and let editors into parts of the page tree.

Roles that see results, hold keys, inspect or administer are given in `domain.grants`.
"""

from collections.abc import Iterable

from django.contrib.auth.models import Permission
from django.db import transaction
from wagtail.log_actions import log
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from organisation.domain.grants import end_all, follow_headships
from organisation.enums import DERIVED_ROLES, GRANTED_ROLES, Role
from organisation.exceptions import DerivedRole, NeedsGrant
from organisation.models import Section, Staff, User
from organisation.roles import group_of

# Publishing is left to the workflow: whoever writes does not approve.
PAGE_ACTIONS: dict[Role, tuple[str, ...]] = {
    Role.EDITOR: ("add_page", "change_page"),
    Role.SECTION_HEAD: ("add_page",),
}
#: Given and taken in the staff record by one person.
FREE_ROLES = tuple(role for role in Role if role not in DERIVED_ROLES | GRANTED_ROLES)
#: Whoever drafts for one section uploads and uses files; only who writes for all may change those of others.
MEDIA_ACTIONS: dict[Role, tuple[str, ...]] = {
    Role.EDITOR: ("add_image", "change_image", "choose_image", "add_document", "change_document", "choose_document"),
    Role.SECTION_HEAD: ("add_image", "choose_image", "add_document", "choose_document"),
}


def assign_role(*, user: User, role: Role, by: User | None = None) -> None:
    """Give somebody a role. Doing it twice changes nothing.

    Raises: DerivedRole for roles that follow from the staff record; NeedsGrant for those that a second person confirms.
    """
    _check_free(role)
    with transaction.atomic():
        group = group_of(role)
        if not user.groups.filter(pk=group.pk).exists():
            user.groups.add(group)
            log(user, "organisation.assign_role", user=by, data={"role": role.value})


def withdraw_role(*, user: User, role: Role, by: User | None = None) -> None:
    """Take a role back. Doing it twice changes nothing.

    Raises: DerivedRole for roles that follow from the staff record; NeedsGrant for those by grant.
    """
    _check_free(role)
    with transaction.atomic():
        group = group_of(role)
        if user.groups.filter(pk=group.pk).exists():
            user.groups.remove(group)
            log(user, "organisation.withdraw_role", user=by, data={"role": role.value})


def _check_free(role: Role) -> None:
    if role in DERIVED_ROLES:
        raise DerivedRole
    if role in GRANTED_ROLES:
        raise NeedsGrant


def set_roles(*, user: User, roles: Iterable[Role], by: User | None = None) -> None:
    """Give and take roles until somebody holds exactly these, besides those by record and by grant."""
    wanted = set(roles)
    with transaction.atomic():
        for role in FREE_ROLES:
            if role in wanted:
                assign_role(user=user, role=role, by=by)
            else:
                withdraw_role(user=user, role=role, by=by)


def follow_staff_record(*, staff: Staff, heads: Section | None, by: User | None = None) -> None:
    """Follow the record: give the role of staff, propose the section head; take everything from whoever has left."""
    if staff.is_current:
        staff.user.groups.add(group_of(Role.STAFF))
        follow_headships(headed={staff.user_id: heads.pk if heads is not None else None}, by=by)
    else:
        staff.user.groups.remove(group_of(Role.STAFF))
        end_all(user_ids=[staff.user_id], by=by)


def grant_pages(*, page: Page) -> None:
    """Let editors write below a page and section heads draft there; let both use images and documents.

    Doing it twice changes nothing.
    """
    root = Collection.get_first_root_node()
    for role, actions in PAGE_ACTIONS.items():
        group = group_of(role)
        for permission in Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=actions):
            GroupPagePermission.objects.get_or_create(group=group, page=page, permission=permission)
        for permission in Permission.objects.filter(codename__in=MEDIA_ACTIONS[role]):
            if root is not None:
                GroupCollectionPermission.objects.get_or_create(group=group, collection=root, permission=permission)
