"""Print what keeps ballots out of a web server's logs."""

from django.core.management.base import BaseCommand, CommandParser

from peer_review.log_rules import SERVERS, rules_for


class Command(BaseCommand):
    """Parse, call, print."""

    help = "Print the rules that keep every route of drawing, casting and checking out of a web server's logs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("server", choices=SERVERS)
        parser.add_argument("--upstream", default="http://127.0.0.1:8000", help="where nginx finds the application")

    def handle(self, *args: object, **options: str) -> None:
        self.stdout.write(rules_for(options["server"], upstream=options["upstream"]))
