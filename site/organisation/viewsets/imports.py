"""Imports in Wagtail's admin: upload, compare, confirm."""

from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from organisation.views import imports
from organisation.viewsets.shared import ManagerMenuItem


class ImportViewSet(ViewSet):
    """Imports 导入."""

    name = "organisation_imports"
    url_prefix = "organisation/imports"
    url_namespace = "organisation_imports"
    icon = "upload"
    menu_label = _("Import")

    @cached_property
    def menu_item_class(self) -> type[MenuItem]:
        return ManagerMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", imports.ImportListView.as_view(), name="index"),
            path("<int:pk>/", imports.ImportView.as_view(), name="run"),
            path("<int:pk>/status/", imports.ImportStatusView.as_view(), name="status"),
            path("<int:pk>/confirm/", imports.ImportConfirmView.as_view(), name="confirm"),
            path("<int:pk>/cancel/", imports.ImportCancelView.as_view(), name="cancel"),
            path("<int:pk>/again/", imports.ImportAgainView.as_view(), name="again"),
        ]
