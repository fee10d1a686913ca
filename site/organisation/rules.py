"""Permissions on the records of people. Predicates are pure, and false for None and strangers."""

import rules

from organisation import roles
from organisation.enums import Role
from organisation.roles import Visitor, has_role

MANAGE = "organisation.manage"
MANAGE_ROLES = "organisation.manage_roles"
BROWSE = "organisation.browse_directory"


is_signed_in = rules.predicate(roles.is_signed_in)


@rules.predicate
def is_administrator(user: Visitor) -> bool:
    """True of whoever holds the technical settings."""
    return has_role(user, Role.ADMINISTRATOR)


@rules.predicate
def is_inspector(user: Visitor) -> bool:
    """True of whoever inspects."""
    return has_role(user, Role.INSPECTOR)


# Sections, ranks, staff, imports and invitations are one task of one role. Who set the site up has no part in it.
rules.add_perm(MANAGE, is_administrator)
# Proposing, confirming and withdrawing roles takes two of them: see domain.grants.
rules.add_perm(MANAGE_ROLES, is_administrator | is_inspector)
rules.add_perm(BROWSE, is_signed_in)
