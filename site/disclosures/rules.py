"""Who may do what with disclosures. Predicates are pure, and false for None and strangers.

The queryset twins are in querysets.py: `can_read` and `visible_to`, `can_see_in_ledger` and `in_ledger_of`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rules
from wagtail.models import PageViewRestriction

from disclosures.enums import Audience
from organisation.enums import Role
from organisation.models import Membership, Section
from organisation.roles import has_role

if TYPE_CHECKING:
    from disclosures.models import DisclosurePage

SEE_LEDGER = "disclosures.see_ledger"
READ = "disclosures.read"
COMMENT = "disclosures.comment"
DRAFT = "disclosures.draft"


@rules.predicate
def is_signed_in(user: Any) -> bool:
    """True of anyone with an open account."""
    return bool(user is not None and user.is_authenticated and user.is_active)


@rules.predicate
def is_editor(user: Any) -> bool:
    """Writes for every section."""
    return has_role(user, Role.EDITOR)


@rules.predicate
def is_section_head(user: Any) -> bool:
    """Drafts for the own section."""
    return has_role(user, Role.SECTION_HEAD)


@rules.predicate
def is_leader(user: Any) -> bool:
    """Approves."""
    return has_role(user, Role.LEADERSHIP)


@rules.predicate
def is_inspector(user: Any) -> bool:
    """Reviews for secrecy."""
    return has_role(user, Role.INSPECTOR)


@rules.predicate
def is_moderator(user: Any) -> bool:
    """Takes comments away."""
    return has_role(user, Role.MODERATOR)


def group_ids_of(user: Any) -> frozenset[int]:
    """Return the groups of a person, read once for each user object."""
    if not is_signed_in(user):
        return frozenset()
    if not hasattr(user, "_group_ids_for_disclosures"):
        user._group_ids_for_disclosures = frozenset(user.groups.values_list("pk", flat=True))
    ids: frozenset[int] = user._group_ids_for_disclosures
    return ids


def closed_paths(user: Any) -> list[str]:
    """Return the tree paths below which Wagtail's privacy settings keep this person out. Two queries."""
    groups = group_ids_of(user)
    restrictions = PageViewRestriction.objects.select_related("page").prefetch_related("groups")
    closed = []
    for restriction in restrictions:
        passes = (restriction.restriction_type == PageViewRestriction.LOGIN and is_signed_in(user)) or (
            restriction.restriction_type == PageViewRestriction.GROUPS
            and not groups.isdisjoint(group.pk for group in restriction.groups.all())
        )
        if not passes:
            closed.append(restriction.page.path)
    return closed


@rules.predicate
def is_addressed(user: Any, page: DisclosurePage) -> bool:
    """The audience of the document includes this person."""
    if page is None:
        return False
    if page.audience == Audience.PUBLIC:
        return True
    if page.audience == Audience.STAFF:
        return bool(is_signed_in(user))
    return not group_ids_of(user).isdisjoint(group.pk for group in page.audience_groups.all())


@rules.predicate
def can_read(user: Any, page: DisclosurePage) -> bool:
    """It is published, for this person, and nothing above it is closed to them."""
    if page is None or not page.live or not is_addressed(user, page):
        return False
    return not any(page.path.startswith(path) for path in closed_paths(user))


@rules.predicate
def is_open_for_comments(user: Any, page: DisclosurePage) -> bool:
    """Comments are on."""
    return bool(page is not None and page.comments_open)


def headed_section_ids(user: Any) -> set[int]:
    """Return the sections somebody heads today, with all below them."""
    if not is_section_head(user):
        return set()
    ids: set[int] = set()
    for section_id in Membership.objects.on().filter(staff__user=user, is_head=True).values_list("section", flat=True):
        ids |= Section.objects.ids_below(section_id)
    return ids


@rules.predicate
def can_draft_for(user: Any, section: Any) -> bool:
    """Editors write for every section, section heads for their own and those below it."""
    if section is None:
        return False
    return bool(is_editor(user)) or section.pk in headed_section_ids(user)


@rules.predicate
def can_see_in_ledger(user: Any, page: DisclosurePage) -> bool:
    """Section heads see the documents of their sections; whoever writes, reviews or approves sees all."""
    if page is None:
        return False
    return bool(sees_whole_ledger(user)) or page.section_id in headed_section_ids(user)


sees_whole_ledger = is_editor | is_inspector | is_leader
can_withdraw = is_leader

rules.add_perm(READ, can_read)
rules.add_perm(COMMENT, is_signed_in & is_open_for_comments & can_read)
rules.add_perm(DRAFT, can_draft_for)
rules.add_perm(SEE_LEDGER, sees_whole_ledger | is_section_head)
