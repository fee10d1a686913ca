"""Invitations in Wagtail's admin: print, export, mail."""

from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from organisation.views import invitations
from organisation.viewsets.shared import ManagerMenuItem


class InvitationViewSet(ViewSet):
    """Invitations 邀请."""

    name = "organisation_invitations"
    url_prefix = "organisation/invitations"
    url_namespace = "organisation_invitations"
    icon = "mail"
    menu_label = _("Invitations")

    @cached_property
    def menu_item_class(self) -> type[MenuItem]:
        return ManagerMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", invitations.InvitationListView.as_view(), name="index"),
            path("give-out/", invitations.InvitationGiveOutView.as_view(), name="give_out"),
            path("renew/<int:pk>/", invitations.InvitationRenewView.as_view(), name="renew"),
        ]
