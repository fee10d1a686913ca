"""Predicates about the person alone."""

from __future__ import annotations

from forum_pages.conf import conf
from forum_pages.people import User, groups_of
from forum_pages.rules.shared import predicate_of_person


@predicate_of_person
def is_forum_moderator(user: User) -> bool:
    """Moderates every board: a member of the named groups. Who runs the site does not, by virtue of that alone."""
    return not set(conf.MODERATOR_GROUPS).isdisjoint(groups_of(user).values())
