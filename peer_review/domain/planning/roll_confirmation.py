"""The confirmation of a roll that was touched by hand: by a second person, of exactly what opening will freeze."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from peer_review import audit_log
from peer_review.domain.planning.plan_state import lock_roll
from peer_review.domain.planning.roll_fingerprint import roll_fingerprint
from peer_review.domain.planning.roll_touches import is_touched
from peer_review.exceptions.base import OpeningRefusal, SecondPersonNeeded
from peer_review.exceptions.planning import (
    NothingToConfirm,
    RollChangedMeanwhile,
    RollChangedSinceConfirmed,
    RollUnconfirmed,
)
from peer_review.models import RollConfirmation, Round
from peer_review.users import User


def standing_confirmation(round: Round, *, fingerprint: str = "") -> RollConfirmation | None:
    """Return the confirmation of a roll as it is now; None where there is none, or the roll has changed since.

    `fingerprint` of the roll, where the caller has it. One query, and those of the fingerprint where it is needed.
    """
    confirmations = list(round.roll_confirmations.select_related("by"))
    if not confirmations:
        return None
    current = fingerprint or roll_fingerprint(round)
    return next((confirmation for confirmation in confirmations if confirmation.fingerprint == current), None)


@transaction.atomic
def confirm_roll(round: Round, *, by: User, fingerprint: str, now: datetime | None = None) -> RollConfirmation:
    """Confirm, as the second person, a touched roll as it was read: its fingerprint says which one that was.

    Harmless when done already.
    Raises: RoundFrozen, RollBeingWritten, NothingToConfirm; SecondPersonNeeded for the responsible organiser and for
        whoever touched it; RollChangedMeanwhile if the roll is not the one that was read.
    """
    round = lock_roll(round)
    if not is_touched(round):
        raise NothingToConfirm
    if by.pk == round.organiser_id or round.roll_touches.filter(by=by).exists():
        raise SecondPersonNeeded
    current = roll_fingerprint(round)
    if fingerprint != current:
        raise RollChangedMeanwhile
    confirmation, is_new = RollConfirmation.objects.get_or_create(
        round=round, fingerprint=current, defaults={"by": by, "confirmed_at": now or timezone.now()}
    )
    if is_new:
        audit_log.record(round, "peer_review.round.roll_confirm", by=by, fingerprint=current)
    return confirmation


def confirmation_refusals(round: Round) -> Iterator[OpeningRefusal]:
    """Yield a refusal if a roll that was touched by hand is not confirmed as it is now. One query for all others."""
    if not is_touched(round) or standing_confirmation(round) is not None:
        return
    if round.roll_confirmations.exists():
        yield RollChangedSinceConfirmed()
    else:
        yield RollUnconfirmed()


def rolls_to_confirm(user: User) -> Iterator[Round]:
    """Yield the drafts whose roll waits for this second person now, the next to open first.

    One query, and for each round that was confirmed once those of its fingerprint.
    """
    rounds = Round.objects.with_roll_to_confirm_for(user).filter(cells__isnull=False).distinct()
    # A plan may hold a list of a hundred thousand lines, which nobody asks for here.
    for round in rounds.select_related("scheme").defer("plan").order_by("opens_at", "pk"):
        if standing_confirmation(round) is None:
            yield round
