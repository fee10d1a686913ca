"""Permissions on disclosures. Predicates are pure, and false for None and strangers.

The queryset twins are in querysets.py: `can_read` and `visible_to`, `can_see_in_ledger` and `in_ledger_of`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import rules
from django.contrib.auth.models import AbstractUser, AnonymousUser, Group
from django.db.models import Exists, OuterRef
from wagtail.models import PageViewRestriction

from disclosures.enums import Audience
from organisation.enums import Role
from organisation.models import Membership, RoleGrant, Section
from organisation.roles import Visitor, groups_of, has_role, once_for
from organisation.rules import is_signed_in

SEE_LEDGER = "disclosures.see_ledger"
READ = "disclosures.read"
COMMENT = "disclosures.comment"
DRAFT = "disclosures.draft"

CLOSED_PATHS = "disclosures.closed_paths"
HEADED_SECTIONS = "disclosures.headed_sections"


class Groups(Protocol):
    """The groups of an audience."""

    def all(self) -> Iterable[Group]:
        """Return each of them."""


class Document(Protocol):
    """The fields of a document that the rules read. The model lies above this module."""

    live: bool
    path: str
    audience: str
    comments_open: bool
    section_id: int

    @property
    def audience_groups(self) -> Groups:
        """The groups it is addressed to."""


@rules.predicate
def is_editor(user: Visitor) -> bool:
    """True of editors, who write for every section."""
    return has_role(user, Role.EDITOR)


@rules.predicate
def is_section_head(user: Visitor) -> bool:
    """True of section heads, who draft for their own section."""
    return has_role(user, Role.SECTION_HEAD)


@rules.predicate
def is_leader(user: Visitor) -> bool:
    """True of the leadership, which approves."""
    return has_role(user, Role.LEADERSHIP)


@rules.predicate
def is_inspector(user: Visitor) -> bool:
    """True of inspectors, who review for secrecy."""
    return has_role(user, Role.INSPECTOR)


@rules.predicate
def is_moderator(user: Visitor) -> bool:
    """True of moderators, who remove comments."""
    return has_role(user, Role.MODERATOR)


def closed_paths(user: Visitor) -> list[str]:
    """Return the tree paths below which Wagtail's privacy settings keep somebody out. Two queries a user object."""
    return _read_closed_paths(user) if user is None else once_for(user, CLOSED_PATHS, lambda: _read_closed_paths(user))


def _read_closed_paths(user: Visitor) -> list[str]:
    groups = groups_of(user).keys()
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
def is_addressed(user: Visitor, page: Document | None) -> bool:
    """True if the audience of the document includes somebody."""
    if page is None:
        return False
    if page.audience == Audience.PUBLIC:
        return True
    if page.audience == Audience.STAFF:
        return bool(is_signed_in(user))
    return not groups_of(user).keys().isdisjoint(group.pk for group in page.audience_groups.all())


@rules.predicate
def can_read(user: Visitor, page: Document | None) -> bool:
    """True if it is published and addressed to somebody, and nothing above it is closed to them."""
    if page is None or not page.live or not is_addressed(user, page):
        return False
    return not any(page.path.startswith(path) for path in closed_paths(user))


@rules.predicate
def is_open_for_comments(user: Visitor, page: Document | None) -> bool:
    """True if readers may comment on the document."""
    return bool(page is not None and page.comments_open)


def headed_section_ids(user: Visitor) -> set[int]:
    """Return the sections somebody heads today, with all below them. At most two queries a user object."""
    if user is None or not is_section_head(user):
        return set()
    return once_for(user, HEADED_SECTIONS, lambda: _read_headed_section_ids(user))


def _read_headed_section_ids(user: AbstractUser | AnonymousUser) -> set[int]:
    confirmed = RoleGrant.objects.in_force().filter(person=user.pk, role=Role.SECTION_HEAD, section=OuterRef("section"))
    heads = Membership.objects.on().filter(Exists(confirmed), staff__user=user.pk, is_head=True)
    headed = list(heads.values_list("section", flat=True))
    return Section.objects.ids_below(*headed) if headed else set()


@rules.predicate
def can_draft_for(user: Visitor, section: Section | None) -> bool:
    """True of editors for every section, of section heads for their own and those below it."""
    if section is None:
        return False
    return bool(is_editor(user)) or section.pk in headed_section_ids(user)


@rules.predicate
def can_see_in_ledger(user: Visitor, page: Document | None) -> bool:
    """True of section heads for the documents of their sections; of whoever writes, reviews or approves, for all."""
    if page is None:
        return False
    return bool(sees_whole_ledger(user)) or page.section_id in headed_section_ids(user)


sees_whole_ledger = is_editor | is_inspector | is_leader
can_withdraw = is_leader

rules.add_perm(READ, can_read)
rules.add_perm(COMMENT, is_signed_in & is_open_for_comments & can_read)
rules.add_perm(DRAFT, can_draft_for)
rules.add_perm(SEE_LEDGER, sees_whole_ledger | is_section_head)
