"""Remove the second factors of somebody who has lost them and the recovery codes. On the server's shell only."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from organisation.domain.second_factor import remove_lost
from organisation.models import User


class Command(BaseCommand):
    """`remove_second_factors USERNAME` is logged, and the owner is told."""

    help = "Remove the second factors of an account whose owner has lost them. Logged, and told to the owner."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: object, username: str, **options: object) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(_("There is no account %(name)s.") % {"name": username})
        remove_lost(user=user)
        self.stdout.write(_("Lost second factors of %(name)s removed. The owner was told.") % {"name": user})
