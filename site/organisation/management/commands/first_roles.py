"""Name the first administrator and the first inspector. Each of them then confirms the other."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from foundation.refusals import Refusal
from organisation.domain.grants import propose_first
from organisation.domain.invitations import invite
from organisation.domain.second_factor import has_factor, is_required, show_enrolment_code
from organisation.models import Staff, User


class Command(BaseCommand):
    """`first_roles --administrator 1001 --inspector 1002` prints links for those who have no password yet.

    And, where a second factor is required, the codes with which they enrol it."""

    help = "Name the first administrator and the first inspector by user name; works once, before any other role."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--administrator", required=True, metavar="USERNAME")
        parser.add_argument("--inspector", required=True, metavar="USERNAME")

    def handle(self, *args: object, administrator: str, inspector: str, **options: object) -> None:
        people = User.objects.in_bulk([administrator, inspector], field_name="username")
        for name in (administrator, inspector):
            if name not in people:
                raise CommandError(_("There is no account %(name)s.") % {"name": name})
        try:
            propose_first(administrator=people[administrator], inspector=people[inspector])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        waiting = Staff.objects.awaiting_invitation().filter(user__in=people.values()).select_related("user")
        for slip in invite(people=waiting):
            self.stdout.write(f"{slip.staff.user.get_username()} {slip.url}")
        for user in people.values():
            if is_required(user) and not has_factor(user):
                code = show_enrolment_code(account=user, by=None)
                self.stdout.write(f"{user.get_username()} {code[:4]} {code[4:]}")
        self.stdout.write(_("Both sign in now, and each confirms the other under “Roles”."))
