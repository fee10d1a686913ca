"""End the sessions of everybody, after a theft of keys, say. On the server's shell only."""

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from organisation.domain.sessions import end_everybodys


class Command(BaseCommand):
    """`end_sessions`: everybody signs in again."""

    help = "End every session of this site: everybody has to sign in again."

    def handle(self, *args: object, **options: object) -> None:
        count = end_everybodys()
        words = ngettext("%(count)d session ended.", "%(count)d sessions ended.", count)
        self.stdout.write(words % {"count": count})
