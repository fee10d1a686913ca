"""The roles of the design as Django groups, and what each may do in Wagtail's admin.

What a role may do in the forum, in peer review or with a disclosure is decided in the `rules.py` of those apps.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias, TypeGuard, TypeVar

from django.apps import AppConfig, apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.db.models import Q

from organisation.enums import Role

if TYPE_CHECKING:
    # The name that Django's stubs give to the site's user model: models lie above this module.
    from django.contrib.auth.models import _User as Account
else:
    from django.contrib.auth.models import AbstractUser as Account

#: Whoever asks: an account, a stranger, or nobody.
Visitor: TypeAlias = Account | AnonymousUser | None
Answer = TypeVar("Answer")

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


def is_signed_in(user: Visitor) -> TypeGuard[Account]:
    """Return whether somebody has signed in with an open account."""
    return user is not None and user.is_authenticated and user.is_active


def once_for(user: Account | AnonymousUser, question: str, read: Callable[[], Answer]) -> Answer:
    """Return what `read` answers, asked once for each user object: one request asks the same of its user many times.

    The answer stays with the object. Whoever changes what it rests on loads the user again.
    """
    answers: dict[str, Answer] | None = getattr(user, "_answers", None)
    if answers is None:
        answers = {}
        user._answers = answers  # type: ignore[union-attr]  # an attribute of our own on Django's account
    if question not in answers:
        answers[question] = read()
    return answers[question]


def groups_of(user: Visitor) -> dict[int, str]:
    """Return the groups of somebody, their names by primary key; empty for strangers. One query a user object."""
    if not is_signed_in(user):
        return {}
    return once_for(user, "organisation.groups", lambda: dict(user.groups.values_list("pk", "name")))


def has_role(user: Visitor, role: Role) -> bool:
    """Return whether somebody holds a role. One query a user object."""
    return role.value in groups_of(user).values()


def create_roles(sender: AppConfig, using: str, **kwargs: object) -> None:
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
