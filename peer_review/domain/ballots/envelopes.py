"""Envelopes: credentials for people without a computer, made in the organiser's browser and drawn from an urn.

The browser makes one secret an envelope and sends blinded values, as every evaluator's browser does; the secrets go
to the printer and nowhere else. The server signs them against the paper voters' places on the roll, dealt out at
random paper by paper, so the roll does not tell which envelope is whose: that is decided by whoever draws it.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from peer_review import audit_log
from peer_review.domain.ballots.credentials import sign_paper
from peer_review.domain.voting_period import check_collecting
from peer_review.enums import RoundState
from peer_review.exceptions.ballots import DrawClosed, EnvelopesPrinted, UnknownEnvelope
from peer_review.exceptions.base import BadEncoding, RoundClosed, UnknownRound
from peer_review.models import Assignment, Round, Urn
from peer_review.users import User

Blinded = Mapping[str, bytes]


@transaction.atomic
def sign_envelopes(
    urn: Urn, *, by: User, blinded: Sequence[Blinded], now: datetime | None = None
) -> list[dict[str, bytes]]:
    """Return the blind signatures of an urn's envelopes, in their order: for every envelope {cell: signature}.

    Once an urn: the same values again give the same answer, so a lost reply costs nothing; others are refused,
    because each paper voter has one credential a paper. May be asked from the round's opening on, before casting
    begins too, until drawing ends.
    Raises: DrawClosed, BadEncoding, EnvelopesPrinted.
    """
    now = now or timezone.now()
    urn = Urn.objects.select_for_update(of=("self",)).select_related("round").get(pk=urn.pk)
    round = urn.round
    if round.state != RoundState.OPEN or now >= (round.casts_at or round.closes_at):
        raise DrawClosed
    cells = dict(urn.cells.values_list("key", "pk"))
    if len(blinded) != urn.envelopes or any(one.keys() != cells.keys() for one in blinded):
        raise BadEncoding
    if urn.printed:
        return [_signed_before(urn, value) for value in blinded]
    papers = _places(urn)
    signed: list[dict[str, bytes]] = [{} for _one in blinded]
    for key, pk in cells.items():
        places = papers[pk]
        secrets.SystemRandom().shuffle(places)
        for one, answer, place in zip(blinded, signed, places, strict=True):
            answer[key] = sign_paper(place, one[key])
    Urn.objects.filter(pk=urn.pk).update(printed=True)
    audit_log.record(round, "peer_review.round.envelopes", by=by, urn=urn.number, envelopes=urn.envelopes)
    return signed


def open_envelope(public_id: str, blinded: Blinded, *, now: datetime | None = None) -> tuple[Urn, dict[str, bytes]]:
    """Return the urn that an envelope came from and the signatures of all its papers.

    The caller proves that they hold the envelope by knowing its blinded values, which follow from the secret on it.
    Nobody is asked who they are, and nothing is written.
    Raises: UnknownRound, NotOpenYet, DrawClosed; UnknownEnvelope if the values are not all those of one envelope's
        papers.
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
    for urn in round.urns.filter(printed=True):
        if set(urn.cells.values_list("key", flat=True)) == blinded.keys():
            return urn, _signed_before(urn, blinded, missing=UnknownEnvelope)
    raise UnknownEnvelope


def _places(urn: Urn) -> dict[int, list[Assignment]]:
    """Return the paper voters' places in each of an urn's cells, locked."""
    voters = urn.round.members.filter(on_paper=True).values("user_id")
    rows = Assignment.objects.select_for_update(of=("self",)).filter(cell__urns=urn, evaluator__in=voters)
    places: dict[int, list[Assignment]] = {}
    for row in rows.select_related("cell").order_by("pk"):
        places.setdefault(row.cell_id, []).append(row)
    return places


def _signed_before(
    urn: Urn, blinded: Blinded, *, missing: type[EnvelopesPrinted | UnknownEnvelope] = EnvelopesPrinted
) -> dict[str, bytes]:
    signed = {}
    for key, value in blinded.items():
        row = Assignment.objects.filter(cell__urns=urn, cell__key=key, blinded=value).first()
        if row is None or row.blind_sig is None:
            raise missing
        signed[key] = bytes(row.blind_sig)
    return signed
