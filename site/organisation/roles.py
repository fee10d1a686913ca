"""The roles of the design as Django groups, and what each may do in Wagtail's admin.

What a role may do in the forum, in peer review or with a disclosure is decided in the `rules.py` of those apps.
"""

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db.models import Q

from organisation.enums import Role

ACCESS_ADMIN = "wagtailadmin.access_admin"
# Given once, when the role is made: what an administrator takes away later stays away.
PERMISSIONS: dict[Role, tuple[str, ...]] = {
    Role.STAFF: (),
    Role.SECTION_HEAD: (ACCESS_ADMIN,),
    Role.LEADERSHIP: (ACCESS_ADMIN,),
    Role.EDITOR: (ACCESS_ADMIN,),
    Role.MODERATOR: (ACCESS_ADMIN,),
    Role.ORGANISER: (ACCESS_ADMIN,),
    Role.SCRUTINEER: (),
    Role.INSPECTOR: (ACCESS_ADMIN,),
    Role.ADMINISTRATOR: (
        ACCESS_ADMIN,
        "organisation.add_user",
        "organisation.change_user",
        "wagtailcore.add_site",
        "wagtailcore.change_site",
        "wagtailcore.delete_site",
        "wagtailcore.add_collection",
        "wagtailcore.change_collection",
        "wagtailcore.delete_collection",
        "wagtailredirects.add_redirect",
        "wagtailredirects.change_redirect",
        "wagtailredirects.delete_redirect",
    ),
}


def group_of(role: Role) -> Group:
    """Return the group that holds a role."""
    return Group.objects.get_or_create(name=role.value)[0]


def has_role(user: Any, role: Role) -> bool:
    """Return whether somebody holds a role; the groups are read once for each user object."""
    if user is None or not user.is_authenticated or not user.is_active:
        return False
    if not hasattr(user, "_role_names"):
        user._role_names = frozenset(user.groups.values_list("name", flat=True))
    return role.value in user._role_names


def create_roles(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """After migrate (and after a flush): make the groups that are missing, with their first permissions."""
    if using != "default":
        return
    missing = set(Role.values) - set(Group.objects.filter(name__in=Role.values).values_list("name", flat=True))
    if not missing:
        return
    wanted = {codename for role in missing for codename in PERMISSIONS[Role(role)]}
    for label in {name.split(".")[0] for name in wanted}:
        # Apps are told of a migration one by one; those after this one have not made their permissions yet.
        create_permissions(apps.get_app_config(label), verbosity=0, interactive=False, using=using)
    for role in sorted(missing):
        group = group_of(Role(role))
        query = Q(pk=None)
        for name in PERMISSIONS[Role(role)]:
            label, codename = name.split(".")
            query |= Q(content_type__app_label=label, codename=codename)
        group.permissions.add(*Permission.objects.filter(query))
