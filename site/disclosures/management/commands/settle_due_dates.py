"""manage.py settle_due_dates: once the holidays of another year are known."""

from django.core.management.base import BaseCommand

from disclosures.domain.due_dates import settle_provisional_due_dates


class Command(BaseCommand):
    """Recompute provisional due dates."""

    help = "Computes provisional due dates of disclosures again, after the package chinesecalendar was updated."

    def handle(self, *args: object, **options: object) -> None:
        """Print how many changed."""
        self.stdout.write(f"{settle_provisional_due_dates()} due dates changed.")
