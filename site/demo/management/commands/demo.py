"""`manage.py demo`: load the reference organisation, or what is missing of it, and print the sign-ins."""

import os

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser, call_command
from wagtail.models import Site

from demo.load.disclosures import load_disclosures
from demo.load.forum import load_forum
from demo.load.people import DEMO_PASSWORD, ROOT_SECTION, load_people, sign_ins
from demo.load.rounds import box_key_path, load_rounds

REFERENCE_SIZE = 120


class Command(BaseCommand):
    help = "Load the invented bureau. Run again: only what is missing is added."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--size", type=int, default=0, help=f"employees; {REFERENCE_SIZE} unless given")

    def handle(self, *args: object, size: int, **options: object) -> None:
        if not settings.DEMO_ALLOWED:
            raise CommandError(
                "These settings are not for a demonstration: its people sign in with a password that everybody knows. "
                "Use DJANGO_SETTINGS_MODULE=config.settings.demo."
            )
        size = max(size, REFERENCE_SIZE)
        site = Site.objects.select_related("root_page").get(is_default_site=True)
        if not site.site_name:
            site.site_name = ROOT_SECTION[1]
            site.save()
        home = site.root_page
        added = 0
        for what, load in (
            (f"{size} employees", lambda: load_people(size)),
            ("forum", lambda: load_forum(home)),
            ("disclosures", lambda: load_disclosures(home)),
            ("rounds of mutual evaluation", lambda: len(load_rounds())),
        ):
            self.stdout.write(f"{what} …", ending=" ")
            self.stdout.flush()
            number = load()
            added += number
            self.stdout.write(f"{number} added")
        if added:
            call_command("update_index", verbosity=0)
        self._print_sign_ins()

    def _print_sign_ins(self) -> None:
        port = os.environ.get("PORT", "8000")
        self.stdout.write(f"\n  诤言 Zhengyan    http://127.0.0.1:{port}\n  password 密码    {DEMO_PASSWORD}\n\n")
        for line in sign_ins():
            place = line.user.staff.place
            section = place.section.name if place else ""
            self.stdout.write(f"  {line.user.username:<11} {line.role.label}  ({line.user.name}, {section})")
        self.stdout.write(f"\n  box keys of the open rounds 开放轮次的票箱钥匙: {box_key_path()}\n")
