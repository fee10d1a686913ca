"""Predicates about the person alone."""

from __future__ import annotations

from typing import Any

import rules

from forum_pages.conf import conf


def group_ids_of(user: Any) -> frozenset[int]:
    """Return the ids of the person's groups. One query for a person, however often asked."""
    return frozenset(_groups_of(user))


def _groups_of(user: Any) -> dict[int, str]:
    if not hasattr(user, "_forum_pages_groups"):
        user._forum_pages_groups = dict(user.groups.values_list("pk", "name"))
    return user._forum_pages_groups


@rules.predicate
def is_signed_in(user: Any) -> bool:
    """Somebody, and still active."""
    return bool(user and user.is_authenticated and user.is_active)


@rules.predicate
def is_forum_moderator(user: Any) -> bool:
    """Moderates every board: a member of the named groups, or who runs the site."""
    if not is_signed_in(user):
        return False
    return user.is_superuser or not set(conf.MODERATOR_GROUPS).isdisjoint(_groups_of(user).values())
