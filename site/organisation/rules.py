"""Who may do what with the records of people. Predicates are pure, and false for None and strangers."""

from typing import Any

import rules

from organisation.enums import Role
from organisation.roles import has_role

MANAGE = "organisation.manage"
BROWSE = "organisation.browse_directory"


@rules.predicate
def is_signed_in(user: Any) -> bool:
    """True of anyone with an open account."""
    return bool(user is not None and user.is_authenticated and user.is_active)


@rules.predicate
def is_administrator(user: Any) -> bool:
    """True of whoever holds the technical settings."""
    return has_role(user, Role.ADMINISTRATOR)


@rules.predicate
def is_superuser(user: Any) -> bool:
    """True of the account that set the site up."""
    return bool(user is not None and user.is_active and user.is_superuser)


# Sections, ranks, staff, roles, imports and invitations are one task of one role.
rules.add_perm(MANAGE, is_administrator | is_superuser)
rules.add_perm(BROWSE, is_signed_in)
