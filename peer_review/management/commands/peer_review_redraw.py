"""Repeat the random choice of evaluators of a round and compare it with its roll."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from peer_review.domain.planning.verify_allocation import verify_allocation
from peer_review.exceptions.base import Refusal
from peer_review.models import Round


class Command(BaseCommand):
    """Exit status 0: the roll is exactly what plan, exclusions and published seed give."""

    help = "Repeat who evaluates whom from a round's plan and seed, and compare with its roll. Prints no names."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("round", help="the round's id: the 32 characters in its address")

    def handle(self, *args: object, **options: object) -> None:
        round = Round.objects.select_related("scheme").filter(public_id=options["round"]).first()
        if round is None:
            raise CommandError("There is no such round.")
        try:
            verification = verify_allocation(round)
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"seed   {round.plan_seed or 'none: chance had no say'}")
        self.stdout.write(f"papers {verification.papers}")
        if not verification.is_equal:
            raise CommandError(
                f"The roll differs: {len(verification.extra)} papers the plan does not give, "
                f"{len(verification.missing)} it gives are missing. Changes by hand are in the log."
            )
        self.stdout.write("The roll is what plan and seed give.")
