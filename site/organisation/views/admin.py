"""The base of the admin pages of this app."""

import rules
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise
from django.views import View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from organisation.rules import MANAGE


class ManagerView(WagtailAdminTemplateMixin, View):
    """A page for those who manage the organisation; 403 for everyone else."""

    index_url_name = ""
    index_label: str | Promise = ""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not rules.has_perm(MANAGE, request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, object]]:
        items = [*self.breadcrumbs_items, {"url": reverse(self.index_url_name), "label": self.index_label}]
        if subtitle := self.get_page_subtitle():
            items.append({"url": "", "label": subtitle})
        return items
