"""Predicates about roles."""

import rules

from peer_review.roles import role_names
from peer_review.users import AnyUser

has_perm = rules.has_perm


@rules.predicate
def is_organiser(user: AnyUser | None) -> bool:
    """The user holds the role of organiser."""
    return "organiser" in role_names(user)


@rules.predicate
def is_inspector(user: AnyUser | None) -> bool:
    """The user holds the role of inspector."""
    return "inspector" in role_names(user)


@rules.predicate
def is_administrator(user: AnyUser | None) -> bool:
    """The user holds the role of administrator of the site."""
    return "administrator" in role_names(user)


@rules.predicate
def is_leader(user: AnyUser | None) -> bool:
    """The user holds the role of leadership."""
    return "leadership" in role_names(user)
