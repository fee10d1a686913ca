"""Permissions on the records of people. Predicates are pure, and false for None and strangers."""

import rules

from organisation import roles
from organisation.enums import Role
from organisation.roles import Visitor, has_role

MANAGE = "organisation.manage"
BROWSE = "organisation.browse_directory"


is_signed_in = rules.predicate(roles.is_signed_in)


@rules.predicate
def is_administrator(user: Visitor) -> bool:
    """True of whoever holds the technical settings."""
    return has_role(user, Role.ADMINISTRATOR)


@rules.predicate
def is_superuser(user: Visitor) -> bool:
    """True of the account that set the site up."""
    return roles.is_signed_in(user) and user.is_superuser


# Sections, ranks, staff, roles, imports and invitations are one task of one role.
rules.add_perm(MANAGE, is_administrator | is_superuser)
rules.add_perm(BROWSE, is_signed_in)
