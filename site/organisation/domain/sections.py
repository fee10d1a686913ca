"""Change the tree of sections."""

from django.db import transaction

from organisation.exceptions import SectionCycle
from organisation.models import Section


def move_section(*, section: Section, parent: Section | None) -> Section:
    """Put a section below another one, or at the top.

    Raises: SectionCycle if the new parent lies below the section. Every section is locked meanwhile, so that two
        moves at once cannot make a cycle together.
    """
    with transaction.atomic():
        list(Section.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
        if parent is not None and parent.pk in Section.objects.ids_below(section.pk):
            raise SectionCycle
        section.parent = parent
        section.save(update_fields=["parent"])
    return section
