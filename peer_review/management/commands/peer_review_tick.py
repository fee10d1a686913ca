"""What the clock does: end drawings, rounds and public notices whose time has come, tell people, keep spare keys ready.

Run it every minute.
"""

from django.core.management.base import BaseCommand, CommandParser

from peer_review.domain.announcements.announcements import announce_due
from peer_review.domain.keys.server_keys import fill_pool
from peer_review.domain.outcomes.public_notices import settle_public_notices
from peer_review.domain.rounds.lifecycle import close_due_rounds, pass_due_barriers
from peer_review.domain.tally.wipe import wipe_due_rounds


class Command(BaseCommand):
    """Parse, call, print."""

    help = "Close rounds that are due, announce what is due, fill the pool of spare keys. Harmless to run at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-keys", action="store_true", help="leave the pool of spare keys alone")

    def handle(self, *args: object, **options: object) -> None:
        passed = pass_due_barriers()
        closed = close_due_rounds()
        wiped = wipe_due_rounds()
        announced = announce_due()
        ended = settle_public_notices()
        keys = 0 if options["no_keys"] else fill_pool()
        for round in passed:
            self.stdout.write(f"drawing ended {round.public_id} {round.title}")
        for round in closed:
            self.stdout.write(f"closed {round.public_id} {round.title}")
        for round in wiped:
            self.stdout.write(f"wiped {round.public_id} {round.title}")
        for announcement in announced:
            self.stdout.write(f"announced {announcement.kind} {announcement.round.public_id}")
        for notice in ended:
            self.stdout.write(f"public notice ended {notice.round.public_id} {notice.round.title}")
        self.stdout.write(f"{len(closed)} closed, {keys} keys made")
