"""Wagtail's own lists and choosers, without what their visitor may not know.

Wagtail lists every page below one that somebody may write in, and every file of a collection that somebody may choose
from. Its views ask two policies for these rows; both are narrowed here, for all views at once.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet
from wagtail.documents import permissions as document_permissions
from wagtail.images import permissions as image_permissions
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy
from wagtail.permission_policies.pages import PagePermissionPolicy
from wagtail.query import PageQuerySet

from disclosures.file_access import opened_by
from organisation.models import User
from search.hidden_pages import hidden_from

CHOOSE = {"choose"}


class KnownFilesPolicy(CollectionOwnershipPermissionPolicy):
    """A policy by which nobody chooses a file or picture that they may not open."""

    def instances_user_has_any_permission_for(self, user: User, actions: Collection[str]) -> QuerySet:
        files = super().instances_user_has_any_permission_for(user, actions)
        return opened_by(files, user) if set(actions) == CHOOSE else files


def narrow_policies() -> None:
    """Replace the rows that Wagtail's policies answer with. Some views make a policy of their own, from its class."""
    explorable = PagePermissionPolicy.explorable_instances

    def explorable_and_known(self: PagePermissionPolicy, user: User) -> PageQuerySet:
        return explorable(self, user).exclude(pk__in=hidden_from(user).order_by().values("pk"))

    PagePermissionPolicy.explorable_instances = explorable_and_known
    for policy in (document_permissions.permission_policy, image_permissions.permission_policy):
        policy.__class__ = KnownFilesPolicy
