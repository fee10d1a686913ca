"""The roles that a user holds, as PEER_REVIEW_ROLE_SOURCE knows them: by group, if the site names no source."""

from typing import TypeGuard

from django.db import models
from django.utils.module_loading import import_string

from peer_review.conf import conf
from peer_review.providers.roles import RoleSource
from peer_review.users import AnyUser, User


def role_names(user: AnyUser | None) -> frozenset[str]:
    """Return the roles a signed-in, active user holds, as keys of conf.GROUPS; empty for None and strangers.

    One query per user object: the answer is kept on it, as Django keeps its own permissions.
    """
    if not is_known(user):
        return frozenset()
    cached: frozenset[str] | None = getattr(user, "_peer_review_roles", None)
    if cached is None:
        cached = frozenset(conf.GROUPS.keys() & set(_source().roles_of(user)))
        user._peer_review_roles = cached  # type: ignore[attr-defined]  # a cache of ours on Django's object
    return cached


def users_with_role(*roles: str) -> "models.QuerySet[User]":
    """Return the active users who hold any of `roles`.

    Raises: KeyError for a role that conf.GROUPS does not know.
    """
    if unknown := set(roles) - conf.GROUPS.keys():
        raise KeyError(*sorted(unknown))
    return _source().holders_of(roles)


def _source() -> RoleSource:
    source: type[RoleSource] = import_string(conf.ROLE_SOURCE)
    return source()


def is_known(user: AnyUser | None) -> TypeGuard[User]:
    """Whether this is a signed-in person with an active account."""
    return bool(user is not None and getattr(user, "is_active", False) and getattr(user, "is_authenticated", False))
