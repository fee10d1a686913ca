"""Predicates about roles."""

from typing import Any

import rules

from peer_review.roles import role_names

has_perm = rules.has_perm


@rules.predicate
def is_organiser(user: Any) -> bool:
    """Member of the organisers' group."""
    return "organiser" in role_names(user)


@rules.predicate
def is_inspector(user: Any) -> bool:
    """Member of the inspectors' group."""
    return "inspector" in role_names(user)


@rules.predicate
def is_leader(user: Any) -> bool:
    """Member of the leadership group."""
    return "leadership" in role_names(user)
