"""Due dates that rested on holidays not yet announced."""

from django.db import transaction

from disclosures.models import DisclosurePage


@transaction.atomic
def settle_provisional_due_dates() -> int:
    """Compute every provisional due date again and return how many changed (in day or in being provisional).

    Run after the calendar was updated. Dates that people set by hand are not provisional and stay.
    """
    changed = 0
    for page in DisclosurePage.objects.filter(due_is_provisional=True).only(
        "document_date", "publication_due_date", "due_is_provisional"
    ):
        day, provisional = page.computed_due_date
        if (day, provisional) != (page.publication_due_date, True):
            DisclosurePage.objects.filter(pk=page.pk).update(publication_due_date=day, due_is_provisional=provisional)
            changed += 1
    return changed
