"""The entry of organisation in the admin's menu."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.base import ViewSetGroup

from organisation.viewsets.imports import ImportViewSet
from organisation.viewsets.invitations import InvitationViewSet
from organisation.viewsets.ranks import RankViewSet
from organisation.viewsets.sections import SectionViewSet
from organisation.viewsets.staff import StaffViewSet


class OrganisationViewSetGroup(ViewSetGroup):
    """Everything about people, under one entry of the menu."""

    menu_label = _("Organisation")
    menu_icon = "group"
    menu_order = 350
    items = (StaffViewSet, SectionViewSet, RankViewSet, ImportViewSet, InvitationViewSet)
