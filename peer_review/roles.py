"""The roles that a user holds, as groups named in PEER_REVIEW_GROUPS."""

from typing import TypeGuard

from django.contrib.auth import get_user_model
from django.db import models

from peer_review.conf import conf
from peer_review.users import AnyUser, User


def role_names(user: AnyUser | None) -> frozenset[str]:
    """Return the roles a signed-in, active user holds, as keys of conf.GROUPS; empty for None and strangers.

    One query per user object: the answer is kept on it, as Django keeps its own permissions.
    """
    if not is_known(user):
        return frozenset()
    cached: frozenset[str] | None = getattr(user, "_peer_review_roles", None)
    if cached is None:
        groups = set(user.groups.values_list("name", flat=True))
        cached = frozenset(role for role, group in conf.GROUPS.items() if group in groups)
        user._peer_review_roles = cached  # type: ignore[attr-defined]  # a cache of ours on Django's object
    return cached


def users_with_role(*roles: str) -> "models.QuerySet[User]":
    """Return the active users of the groups that hold any of `roles`."""
    names = [conf.GROUPS[role] for role in roles]
    return get_user_model()._default_manager.filter(is_active=True, groups__name__in=names).distinct()


def is_known(user: AnyUser | None) -> TypeGuard[User]:
    """Whether this is a signed-in person with an active account."""
    return bool(user is not None and getattr(user, "is_active", False) and getattr(user, "is_authenticated", False))
