"""Due dates that rested on holidays not yet announced."""

from django.db import transaction

from disclosures.models import DisclosurePage
from disclosures.models.document import DAYS_TO_PUBLISH
from foundation.workdays import after_workdays


@transaction.atomic
def settle_provisional_due_dates() -> int:
    """Compute every provisional due date again and return how many changed (in day or in being provisional).

    Run after the calendar was updated. Dates that people set by hand are not provisional and stay.
    """
    changed = 0
    for page in DisclosurePage.objects.filter(due_is_provisional=True).only(
        "document_date", "publication_due_date", "due_is_provisional"
    ):
        day, provisional = after_workdays(page.document_date, DAYS_TO_PUBLISH)
        if (day, provisional) != (page.publication_due_date, True):
            DisclosurePage.objects.filter(pk=page.pk).update(publication_due_date=day, due_is_provisional=provisional)
            changed += 1
    return changed
