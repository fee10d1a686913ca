"""Let Wagtail's admin ask rules.py."""

from collections.abc import Collection

import rules
from django.db.models import Model, QuerySet
from wagtail.permission_policies.base import BasePermissionPolicy

from organisation.enums import Role
from organisation.roles import Visitor, holders_of
from organisation.rules import MANAGE


class ManagePolicy(BasePermissionPolicy):
    """Everything for those who manage the organisation, except the actions named as impossible for everyone."""

    def __init__(self, model: type[Model], *, impossible: Collection[str] = ()) -> None:
        super().__init__(model)
        self.impossible = frozenset(impossible)

    def user_has_permission(self, user: Visitor, action: str) -> bool:
        return action not in self.impossible and rules.has_perm(MANAGE, user)

    def users_with_any_permission(self, actions: Collection[str]) -> QuerySet:
        administrators = holders_of(Role.ADMINISTRATOR)
        return administrators if set(actions) - self.impossible else administrators.none()

    def users_with_any_permission_for_instance(self, actions: Collection[str], instance: Model) -> QuerySet:
        return self.users_with_any_permission(actions)
