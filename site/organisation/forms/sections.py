"""A section in Wagtail's admin."""

from wagtail.admin.forms.models import WagtailAdminModelForm

from organisation.models import Section


class SectionForm(WagtailAdminModelForm):
    """A section, and what it is part of."""

    class Meta:
        model = Section
        fields = ["code", "name", "parent", "sort_order"]
