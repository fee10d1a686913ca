"""The roles of the design as Django groups, who holds them, and what each may do in Wagtail's admin.

Roles that see results, hold keys, inspect or administer are held by a confirmed grant (`domain.grants`). Membership of
their group alone gives nothing here, wherever it was set; the group is for what Wagtail asks of groups.

What a role may do in the forum, in peer review or with a disclosure is decided in the `rules.py` of those apps.
"""

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, TypeAlias, TypeGuard, TypeVar

from django.apps import AppConfig, apps
from django.contrib.auth import get_user_model
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from organisation.enums import GRANTED_ROLES, Role

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


def groups_that_count(user: Account) -> QuerySet[Group]:
    """Return the groups of an account, without those of roles that it holds no confirmed grant of."""
    grants = _effective_grants().filter(person=user.pk, role=OuterRef("name"))
    return user.groups.filter(~Q(name__in=GRANTED_ROLES) | Exists(grants))


def groups_of(user: Visitor) -> dict[int, str]:
    """Return the groups that count of somebody, their names by primary key; empty for strangers.

    One query a user object.
    """
    if not is_signed_in(user):
        return {}
    return once_for(user, "organisation.groups", lambda: dict(groups_that_count(user).values_list("pk", "name")))


def has_role(user: Visitor, role: Role) -> bool:
    """Return whether somebody holds a role. One query a user object. No superuser holds one by being a superuser."""
    return role.value in groups_of(user).values()


def holders_of(*roles: Role) -> QuerySet[Account]:
    """Return the active accounts that hold any of these roles by a confirmed grant, each once.

    Raises: ValueError for a role that needs no grant.
    """
    if not GRANTED_ROLES.issuperset(roles):
        raise ValueError("only roles by grant have holders")
    grants = _effective_grants().filter(
        person=OuterRef("pk"), role__in=[role.value for role in roles], person__groups__name=F("role")
    )
    return get_user_model()._default_manager.filter(Exists(grants), is_active=True)


class GrantedRoles:
    """Who holds the roles of peer review: PEER_REVIEW_ROLE_SOURCE of this site."""

    def roles_of(self, user: Account) -> Iterable[str]:
        """Return the roles that an account holds now. One query a user object."""
        return groups_of(user).values()

    def holders_of(self, roles: Collection[str]) -> QuerySet[Account]:
        """Return the active accounts that hold any of these roles now, each once."""
        return holders_of(*(Role(role) for role in roles))


def _effective_grants() -> QuerySet:
    """Return the grants that give power; the model is named, since models import this module."""
    return apps.get_model("organisation", "RoleGrant")._default_manager.effective()


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
