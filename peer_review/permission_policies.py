"""Permission policies, by which Wagtail's admin asks our rules."""

from collections.abc import Iterable

from django.db.models import Model, QuerySet
from wagtail.permission_policies.base import BasePermissionPolicy

from peer_review.roles import users_with_role
from peer_review.rules.roles import has_perm
from peer_review.users import AnyUser, User


class SchemePermissionPolicy(BasePermissionPolicy):
    """Organisers may do everything with schemes, nobody else anything: not even a superuser by being one."""

    def user_has_permission(self, user: AnyUser | None, action: str) -> bool:
        return bool(has_perm("peer_review.manage_schemes", user))

    def users_with_any_permission(self, actions: Iterable[str]) -> "QuerySet[User]":
        return users_with_role("organiser")

    def user_has_permission_for_instance(self, user: AnyUser | None, action: str, instance: Model) -> bool:
        return self.user_has_permission(user, action)

    def instances_user_has_any_permission_for(self, user: AnyUser | None, actions: Iterable[str]) -> "QuerySet[Model]":
        return self.model._default_manager.manageable_by(user)

    def users_with_any_permission_for_instance(self, actions: Iterable[str], instance: Model) -> "QuerySet[User]":
        return self.users_with_any_permission(actions)
