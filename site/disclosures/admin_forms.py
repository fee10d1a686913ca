"""The form of a document in Wagtail's admin. The model names it, as Wagtail wants."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm

from disclosures import rules
from disclosures.enums import Audience
from organisation.models import Section


class DisclosurePageForm(WagtailAdminPageForm):
    """The form of a document in Wagtail's admin."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        # A section head who is no editor drafts for the own sections; the one already chosen stays possible.
        if "section" in self.fields and rules.is_section_head(self.for_user) and not rules.is_editor(self.for_user):
            sections = set(rules.headed_section_ids(self.for_user))
            if self.instance.section_id:
                sections.add(self.instance.section_id)
            self.fields["section"].queryset = Section.objects.filter(pk__in=sections)

    def clean(self) -> dict[str, object]:
        """Move a due date that was computed along with its document date, and ask for groups where they matter."""
        cleaned: dict[str, object] = super().clean()
        if (
            "document_date" in self.changed_data
            and "publication_due_date" not in self.changed_data
            and self.instance.pk
        ):
            cleaned["publication_due_date"] = None
        if "publication_due_date" in self.changed_data:
            self.instance.due_is_provisional = False
        if cleaned.get("audience") == Audience.GROUPS and not cleaned.get("audience_groups"):
            self.add_error("audience_groups", _("Choose at least one group."))
        return cleaned
