"""Hand out roles, take them back, and let editors into parts of the page tree."""

from collections.abc import Iterable

from django.contrib.auth.models import Permission
from django.db import transaction
from wagtail.log_actions import log
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from organisation.enums import DERIVED_ROLES, Role
from organisation.exceptions import DerivedRole, NotLeftAlone
from organisation.models import Staff, User
from organisation.roles import group_of

# Publishing is left to the workflow: whoever writes does not approve.
PAGE_ACTIONS: dict[Role, tuple[str, ...]] = {
    Role.EDITOR: ("add_page", "change_page"),
    Role.SECTION_HEAD: ("add_page",),
}
MEDIA_PERMISSIONS = ("add_image", "change_image", "choose_image", "add_document", "change_document", "choose_document")


def assign_role(*, user: User, role: Role, by: User | None = None) -> None:
    """Give somebody a role. Doing it twice changes nothing.

    Raises: DerivedRole for roles that follow from the staff record.
    """
    if role in DERIVED_ROLES:
        raise DerivedRole
    with transaction.atomic():
        group = group_of(role)
        if not user.groups.filter(pk=group.pk).exists():
            user.groups.add(group)
            log(user, "organisation.assign_role", user=by, data={"role": role.value})


def withdraw_role(*, user: User, role: Role, by: User | None = None) -> None:
    """Take a role back. Doing it twice changes nothing.

    Raises: DerivedRole for roles that follow from the staff record; NotLeftAlone if administrators would take the
        role from themselves.
    """
    if role in DERIVED_ROLES:
        raise DerivedRole
    if role == Role.ADMINISTRATOR and by is not None and by.pk == user.pk:
        raise NotLeftAlone
    with transaction.atomic():
        group = group_of(role)
        if user.groups.filter(pk=group.pk).exists():
            user.groups.remove(group)
            log(user, "organisation.withdraw_role", user=by, data={"role": role.value})


def set_roles(*, user: User, roles: Iterable[Role], by: User | None = None) -> None:
    """Give and take roles until somebody holds exactly these, besides those that follow from the record.

    Raises: NotLeftAlone.
    """
    wanted = set(roles)
    with transaction.atomic():
        for role in Role:
            if role in DERIVED_ROLES:
                continue
            if role in wanted:
                assign_role(user=user, role=role, by=by)
            else:
                withdraw_role(user=user, role=role, by=by)


def follow_staff_record(*, staff: Staff, is_head: bool) -> None:
    """Give and take the roles that follow from the record: staff, section head."""
    roles = {Role.STAFF: staff.is_current, Role.SECTION_HEAD: staff.is_current and is_head}
    for role, holds in roles.items():
        if holds:
            staff.user.groups.add(group_of(role))
        else:
            staff.user.groups.remove(group_of(role))


def grant_pages(*, page: Page) -> None:
    """Let editors write below a page and section heads draft there; let both use images and documents.

    Doing it twice changes nothing.
    """
    root = Collection.get_first_root_node()
    media = list(Permission.objects.filter(codename__in=MEDIA_PERMISSIONS))
    for role, actions in PAGE_ACTIONS.items():
        group = group_of(role)
        for permission in Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=actions):
            GroupPagePermission.objects.get_or_create(group=group, page=page, permission=permission)
        for permission in media:
            if root is not None:
                GroupCollectionPermission.objects.get_or_create(group=group, collection=root, permission=permission)
