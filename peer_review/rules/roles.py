"""Predicates about roles."""

import rules

from peer_review.roles import role_names
from peer_review.users import AnyUser

has_perm = rules.has_perm


@rules.predicate
def is_organiser(user: AnyUser | None) -> bool:
    """The user is a member of the organisers' group."""
    return "organiser" in role_names(user)


@rules.predicate
def is_inspector(user: AnyUser | None) -> bool:
    """The user is a member of the inspectors' group."""
    return "inspector" in role_names(user)


@rules.predicate
def is_leader(user: AnyUser | None) -> bool:
    """The user is a member of the leadership group."""
    return "leadership" in role_names(user)
