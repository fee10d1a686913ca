"""Let mail addresses hold that somebody else entered, once the owners have had their week. For a nightly timer."""

from django.core.management.base import BaseCommand

from organisation.domain.addresses import settle_addresses


class Command(BaseCommand):
    """`settle_addresses` prints how many hold from now on."""

    help = "Let mail addresses hold that somebody else entered more than ADDRESS_DAYS ago."

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(str(settle_addresses()))
