"""Imports and invitations in Wagtail's admin: upload, compare, confirm; print, export, mail."""

from typing import Any

import rules
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from organisation.rules import MANAGE
from organisation.views import imports, invitations


class ManagerMenuItem(MenuItem):
    """Shown to those who manage the organisation."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(rules.has_perm(MANAGE, request.user))


class ImportViewSet(ViewSet):
    """导入."""

    name = "organisation_imports"
    url_prefix = "organisation/imports"
    url_namespace = "organisation_imports"
    icon = "upload"
    menu_label = _("Import")

    @cached_property
    def menu_item_class(self) -> type[MenuItem]:
        return ManagerMenuItem

    def get_urlpatterns(self) -> list[Any]:
        patterns: list[URLPattern] = [
            path("", imports.ImportListView.as_view(), name="index"),
            path("<int:pk>/", imports.ImportView.as_view(), name="run"),
            path("<int:pk>/status/", imports.ImportStatusView.as_view(), name="status"),
            path("<int:pk>/confirm/", imports.ImportConfirmView.as_view(), name="confirm"),
            path("<int:pk>/cancel/", imports.ImportCancelView.as_view(), name="cancel"),
            path("<int:pk>/again/", imports.ImportAgainView.as_view(), name="again"),
        ]
        return patterns


class InvitationViewSet(ViewSet):
    """邀请."""

    name = "organisation_invitations"
    url_prefix = "organisation/invitations"
    url_namespace = "organisation_invitations"
    icon = "mail"
    menu_label = _("Invitations")

    @cached_property
    def menu_item_class(self) -> type[MenuItem]:
        return ManagerMenuItem

    def get_urlpatterns(self) -> list[Any]:
        patterns: list[URLPattern] = [
            path("", invitations.InvitationListView.as_view(), name="index"),
            path("give-out/", invitations.InvitationGiveOutView.as_view(), name="give_out"),
            path("renew/<int:pk>/", invitations.InvitationRenewView.as_view(), name="renew"),
        ]
        return patterns
