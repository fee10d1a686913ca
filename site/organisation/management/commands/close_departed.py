"""Mark as closed the accounts of those whose day of leaving has come. For a nightly timer."""

from django.core.management.base import BaseCommand

from organisation.domain.staff import close_departed


class Command(BaseCommand):
    """`close_departed` prints how many accounts it closed."""

    help = "Close the accounts of those whose announced day of leaving has come."

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(str(close_departed()))
