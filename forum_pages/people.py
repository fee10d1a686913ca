"""The people of the forum: users of whatever model the site has, as long as it builds on Django's AbstractUser."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeGuard

from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.db.models import prefetch_related_objects

if TYPE_CHECKING:
    # What the stubs of Django call the model that AUTH_USER_MODEL names.
    from django.contrib.auth.models import _User as User
else:
    User = AbstractUser
MaybeUser: TypeAlias = "User | AnonymousUser | None"


def is_signed_in(user: MaybeUser) -> TypeGuard[User]:
    """Return whether this is somebody, and still active."""
    return bool(user and user.is_authenticated and user.is_active)


def groups_of(user: User) -> dict[int, str]:
    """Return {group id: name}. One query for a person, however often asked: Django keeps what it has prefetched."""
    prefetch_related_objects([user], "groups")
    return {group.pk: group.name for group in user.groups.all()}
