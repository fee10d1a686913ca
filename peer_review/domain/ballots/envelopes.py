"""Envelopes: one-time tickets for people without a computer, made in a scrutineer's browser and drawn from an urn.

The browser makes one secret an envelope and sends its hash; the secrets go to the printer and nowhere else. A ticket is
no credential: whoever shows it at the kiosk lets the kiosk's browser make credentials of its own and draw them, once.
So who prints the envelopes learns nothing of the ballots, and a ticket that somebody has used before its holder is
noticed. Nobody records who took which ticket out of the urn.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from peer_review import audit_log
from peer_review.domain.ballots.drawing import Blinded, Drawing, draw, ticket_id
from peer_review.domain.keys.server_keys import key_of
from peer_review.domain.voting_period import check_collecting
from peer_review.enums import RoundState
from peer_review.exceptions.ballots import (
    DrawClosed,
    EnvelopesPrinted,
    EnvelopesUnwitnessed,
    SameScrutineer,
    UnknownEnvelope,
)
from peer_review.exceptions.base import BadEncoding, RoundClosed, UnknownRound
from peer_review.models import Assignment, Round, Ticket, Urn
from peer_review.users import User

#: Length of the secret on a slip, in bytes: 8 groups of 4 characters, as a recovery code.
TICKET_LENGTH = 20


def ticket_digest(public_id: str, ticket: bytes) -> bytes:
    """Return what the server keeps of a ticket: SHA-256 over its round and its secret."""
    return hashlib.sha256(b"anon-ticket/v1|" + public_id.encode("ascii") + b"|" + ticket).digest()


@transaction.atomic
def make_tickets(urn: Urn, *, by: User, digests: Sequence[bytes], now: datetime | None = None) -> None:
    """Keep the hashes of an urn's tickets, one an envelope, from the browser that prints them.

    Once an urn; the same hashes again change nothing, so a lost reply costs nothing. May be done from the round's
    opening on, before casting begins too, until drawing ends.
    Raises: DrawClosed; BadEncoding unless there is one hash for each envelope; EnvelopesPrinted.
    """
    now = now or timezone.now()
    urn = Urn.objects.select_for_update(of=("self",)).select_related("round").get(pk=urn.pk)
    round = urn.round
    if round.state != RoundState.OPEN or now >= (round.casts_at or round.closes_at):
        raise DrawClosed
    if (
        len(set(digests)) != urn.envelopes
        or len(digests) != urn.envelopes
        or any(len(digest) != 32 for digest in digests)
    ):
        raise BadEncoding
    if urn.made_by_id is not None:
        if {bytes(digest) for digest in urn.tickets.values_list("digest", flat=True)} != set(digests):
            raise EnvelopesPrinted
        return
    Ticket.objects.bulk_create(Ticket(urn=urn, digest=digest) for digest in sorted(digests))
    Urn.objects.filter(pk=urn.pk).update(made_by=by)
    audit_log.record(round, "peer_review.round.envelopes", by=by, urn=urn.number, envelopes=urn.envelopes)


@transaction.atomic
def witness_tickets(urn: Urn, *, by: User) -> None:
    """Record that a second scrutineer has seen the envelopes of an urn printed, sealed and put into it.

    Needed where a paper is voted with envelopes alone: there one person who kept copies of all tickets could cast the
    whole paper. Harmless when done already.
    Raises: EnvelopesUnwitnessed if they are not made yet; SameScrutineer for whoever made them.
    """
    urn = Urn.objects.select_for_update(of=("self",)).select_related("round").get(pk=urn.pk)
    if urn.made_by_id is None:
        raise EnvelopesUnwitnessed
    if urn.made_by_id == by.pk:
        raise SameScrutineer
    if urn.witness_id is None:
        Urn.objects.filter(pk=urn.pk).update(witness=by)
        audit_log.record(urn.round, "peer_review.round.envelopes_witness", by=by, urn=urn.number)


def needs_witness(urn: Urn) -> bool:
    """Return whether some paper of an urn is voted with envelopes alone. Two queries."""
    voters = urn.round.members.filter(on_paper=True).values("user_id")
    at_computers = Assignment.objects.filter(cell__urns=urn).exclude(evaluator__in=voters)
    return urn.cells.exclude(pk__in=at_computers.values("cell_id")).exists()


def open_envelope(public_id: str, ticket: bytes, *, now: datetime | None = None) -> Urn:
    """Return the urn that a ticket was put into. Nobody is asked who they are, and nothing is written.

    Raises: UnknownRound, NotOpenYet, DrawClosed, UnknownEnvelope, EnvelopesUnwitnessed.
    """
    now = now or timezone.now()
    round = Round.objects.filter(public_id=public_id).first()
    if round is None:
        raise UnknownRound
    try:
        check_collecting(
            state=round.state, opens_at=round.opens_at, closes_at=round.closes_at, opened_at=round.opened_at, now=now
        )
    except RoundClosed as refusal:
        raise DrawClosed from refusal
    urn = round.urns.filter(tickets__digest=ticket_digest(public_id, ticket)).first()
    if urn is None:
        raise UnknownEnvelope
    if urn.witness_id is None and needs_witness(urn):
        raise EnvelopesUnwitnessed
    return urn


@transaction.atomic
def draw_with_ticket(public_id: str, ticket: bytes, blinded: Blinded, *, now: datetime | None = None) -> Drawing:
    """Return the blind signatures of all papers of a ticket's urn; the ticket is spent by this.

    The same blinded values again give the same signatures.
    Raises: what open_envelope raises; BadEncoding unless there is a value for each paper; AlreadyDrawn if the ticket
        is spent; RoundKeyUnreadable.
    """
    now = now or timezone.now()
    urn = open_envelope(public_id, ticket, now=now)
    cells = list(urn.cells.all())
    if {cell.key for cell in cells} != blinded.keys():
        raise BadEncoding
    key = key_of(urn.round)
    # In two stages too a ticket draws when it casts: it names nobody, so there is no person to keep the two apart for.
    return draw(key, ticket_id(key, ticket_digest(public_id, ticket)), cells, blinded, anew=True)
