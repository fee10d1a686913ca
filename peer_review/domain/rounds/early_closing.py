"""Closing a round before its last moment: asked for with a reason, confirmed by a second person, told a day ahead.

Nothing here reads how many have taken part: a refusal that depended on it would tell it. Confirming makes the end of
the notice the round's last moment, so everything that asks when a round closes knows it, and the clock closes it.
"""

import hashlib
import json
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from peer_review import audit_log
from peer_review.domain.announcements.announcements import announce_early_closing, announce_staying_open
from peer_review.domain.locks import lock_round, lock_round_by_pk
from peer_review.domain.voting_period import LEAST_OPEN
from peer_review.enums import Collection, RoundState
from peer_review.exceptions.base import ReasonMissing, RoundClosed, SecondPersonNeeded
from peer_review.exceptions.rounds import (
    EarlyClosingChanged,
    EarlyClosingNotYet,
    EarlyClosingSettled,
    EarlyClosingStands,
    EarlyClosingTooLate,
)
from peer_review.models import EarlyClosing, Round
from peer_review.users import User


def standing_early_closing(round: Round) -> EarlyClosing | None:
    """Return the request that stands for a round, confirmed or not; None without one. One query."""
    standing: EarlyClosing | None = (
        round.early_closings.standing().select_related("requested_by", "confirmed_by").first()
    )
    return standing


def early_closing_fingerprint(early_closing: EarlyClosing) -> str:
    """Return the SHA-256 of a request as its page shows it; 64 hexadecimal characters.

    It covers which request it is, of which round, who asked when and why, and the last moment that the round has.
    """
    round = early_closing.round
    parts = [
        early_closing.pk,
        round.public_id,
        round.closes_at.timestamp(),
        early_closing.requested_by_id,
        early_closing.requested_at.timestamp(),
        early_closing.reason,
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()


@transaction.atomic
def request_early_closing(round: Round, *, by: User, reason: str, now: datetime | None = None) -> EarlyClosing:
    """Ask for the closing of an open round before its last moment and return the request, which waits for another.

    Raises: RoundStateInvalid, ReasonMissing, EarlyClosingStands; EarlyClosingNotYet before ballots can be cast;
        EarlyClosingTooLate where the round closes by itself within the notice.
    """
    now = now or timezone.now()
    round = lock_round(round, expect={RoundState.OPEN})
    if not reason.strip():
        raise ReasonMissing
    if round.early_closings.standing().exists():
        raise EarlyClosingStands
    _check_moment(round, now)
    asked = EarlyClosing.objects.create(round=round, reason=reason.strip(), requested_by=by, requested_at=now)
    audit_log.record(round, "peer_review.round.early_closing", by=by, reason=asked.reason)
    return asked


@transaction.atomic
def confirm_early_closing(
    early_closing: EarlyClosing, *, by: User, fingerprint: str, now: datetime | None = None
) -> Round:
    """Confirm, as the second person, a request as it was read: its fingerprint says which one that was.

    The round closes when the notice ends, and everybody is told now.
    Raises: SecondPersonNeeded for whoever asked, and for the responsible organiser; EarlyClosingSettled if it was
        confirmed or withdrawn meanwhile; EarlyClosingChanged if it is not the one that was read; RoundStateInvalid,
        EarlyClosingNotYet, EarlyClosingTooLate.
    """
    now = now or timezone.now()
    round = lock_round_by_pk(early_closing.round_id, expect={RoundState.OPEN})
    early_closing = EarlyClosing.objects.select_related("round").get(pk=early_closing.pk)
    if by.pk in (early_closing.requested_by_id, round.organiser_id):
        raise SecondPersonNeeded
    if early_closing.is_settled:
        raise EarlyClosingSettled
    if fingerprint != early_closing_fingerprint(early_closing):
        raise EarlyClosingChanged
    _check_moment(round, now)
    early_closing.confirmed_by, early_closing.confirmed_at = by, now
    early_closing.before, early_closing.closes_at = round.closes_at, now + LEAST_OPEN
    early_closing.save()
    round.closes_at = early_closing.closes_at
    round.save(update_fields=["closes_at"])
    audit_log.record(
        round,
        "peer_review.round.early_closing_confirm",
        by=by,
        before=early_closing.before.isoformat(),
        until=round.closes_at.isoformat(),
        reason=early_closing.reason,
    )
    announce_early_closing(round, by=by, text=early_closing.reason, now=now)
    return round


@transaction.atomic
def withdraw_early_closing(early_closing: EarlyClosing, *, by: User, now: datetime | None = None) -> Round:
    """Withdraw a request, or decline it: the round keeps, or gets back, its own last moment.

    Where everybody had been told, everybody is told again.
    Raises: RoundStateInvalid; RoundClosed once the notice has ended; EarlyClosingSettled if withdrawn already.
    """
    now = now or timezone.now()
    round = lock_round_by_pk(early_closing.round_id, expect={RoundState.OPEN})
    early_closing = EarlyClosing.objects.get(pk=early_closing.pk)
    if early_closing.withdrawn_at is not None:
        raise EarlyClosingSettled
    if now >= round.closes_at:
        raise RoundClosed
    early_closing.withdrawn_by, early_closing.withdrawn_at = by, now
    early_closing.save(update_fields=["withdrawn_by", "withdrawn_at"])
    audit_log.record(round, "peer_review.round.early_closing_withdraw", by=by, reason=early_closing.reason)
    if early_closing.before is not None:
        round.closes_at = early_closing.before
        round.save(update_fields=["closes_at"])
        announce_staying_open(round, by=by, now=now)
    return round


def _check_moment(round: Round, now: datetime) -> None:
    begun = round.barrier_at if round.collection == Collection.TWO_STAGE else round.opens_at
    if begun is None or now < begun:
        raise EarlyClosingNotYet
    if now + LEAST_OPEN >= round.closes_at:
        raise EarlyClosingTooLate
