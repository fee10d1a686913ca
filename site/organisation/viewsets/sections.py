"""Sections in Wagtail's admin."""

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from organisation.domain.sections import move_section
from organisation.forms.sections import SectionForm
from organisation.models import Section
from organisation.permission_policies import ManagePolicy
from organisation.viewsets.shared import RefusalMixin


class SectionEditView(RefusalMixin, generic.EditView):
    """Moving a section goes through the domain, which locks the tree."""

    def save_instance(self) -> Section:
        section = super().save_instance()
        return move_section(section=section, parent=section.parent)


class SectionViewSet(ModelViewSet):
    """Sections 科室."""

    model = Section
    icon = "group"
    menu_label = _("Sections")
    name = "sections"
    url_prefix = "organisation/sections"
    list_display = ["name", "code", "parent", "sort_order"]
    search_fields = ["name", "code"]
    ordering = ["sort_order", "code"]
    copy_view_enabled = False
    edit_view_class = SectionEditView
    add_to_reference_index = False

    @cached_property
    def permission_policy(self) -> ManagePolicy:
        return ManagePolicy(self.model)

    def get_form_class(self, for_update: bool = False) -> type[SectionForm]:
        return SectionForm
