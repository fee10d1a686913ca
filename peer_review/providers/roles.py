"""Roles of users. A site that confirms roles itself names its own source in PEER_REVIEW_ROLE_SOURCE."""

from collections.abc import Collection, Iterable
from typing import Protocol

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from peer_review.conf import conf
from peer_review.users import User


class RoleSource(Protocol):
    """What a site answers about roles; they are named as the keys of conf.GROUPS are."""

    def roles_of(self, user: User) -> Iterable[str]:
        """Return the roles that an active user holds now. One query."""

    def holders_of(self, roles: Collection[str]) -> "QuerySet[User]":
        """Return the active users who hold any of these roles now, each once."""


class GroupRoles:
    """Roles by membership of the groups in PEER_REVIEW_GROUPS, for a site without confirmed roles.

    Whoever may edit users then hands out every role of peer review, without a second person.
    """

    def roles_of(self, user: User) -> Iterable[str]:
        """Return the roles whose groups the user is a member of. One query."""
        names = set(user.groups.values_list("name", flat=True))
        return (role for role, group in conf.GROUPS.items() if group in names)

    def holders_of(self, roles: Collection[str]) -> "QuerySet[User]":
        """Return the active members of the groups of these roles, each once."""
        names = [conf.GROUPS[role] for role in roles]
        return get_user_model()._default_manager.filter(is_active=True, groups__name__in=names).distinct()
