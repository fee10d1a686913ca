"""Let Wagtail's admin ask rules.py."""

from collections.abc import Collection

import rules
from django.contrib.auth import get_user_model
from django.db.models import Model, Q, QuerySet
from wagtail.permission_policies.base import BasePermissionPolicy

from organisation.enums import Role
from organisation.roles import Visitor
from organisation.rules import MANAGE


class ManagePolicy(BasePermissionPolicy):
    """Everything for those who manage the organisation, except the actions named as impossible for everyone."""

    def __init__(self, model: type[Model], *, impossible: Collection[str] = ()) -> None:
        super().__init__(model)
        self.impossible = frozenset(impossible)

    def user_has_permission(self, user: Visitor, action: str) -> bool:
        return action not in self.impossible and rules.has_perm(MANAGE, user)

    def users_with_any_permission(self, actions: Collection[str]) -> QuerySet:
        users = get_user_model()._default_manager.filter(is_active=True)
        if not set(actions) - self.impossible:
            return users.none()
        return users.filter(Q(is_superuser=True) | Q(groups__name=Role.ADMINISTRATOR.value)).distinct()

    def users_with_any_permission_for_instance(self, actions: Collection[str], instance: Model) -> QuerySet:
        return self.users_with_any_permission(actions)
