"""Blind credentials: the one place where a person and a ballot paper meet. What is signed here is blinded.

Writes that the person has drawn, under the round's key, and nothing else: no session, no sign-in time, no log line, no
cache.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from peer_review.domain.ballots.drawing import Blinded, Drawing, draw, person_id
from peer_review.domain.keys.server_keys import key_of
from peer_review.domain.planning.envelope_groups import is_paper_voter
from peer_review.domain.voting_period import check_collecting
from peer_review.exceptions.ballots import DrawClosed, NotEligible, VotesOnPaper
from peer_review.exceptions.base import BadEncoding, RoundClosed
from peer_review.models import Assignment, Round
from peer_review.users import User


def issue_credentials(evaluator: User, round: Round, blinded: Blinded, *, now: datetime | None = None) -> Drawing:
    """Return the blind signature for each of the evaluator's cells, all at once or none.

    The same blinded values again give the same signatures, so a lost reply costs nothing; other values after that are
    refused. Of two browsers at once, one wins.
    Raises: NotOpenYet, DrawClosed, NotEligible, VotesOnPaper, BadEncoding, AlreadyDrawn, RoundKeyUnreadable.
    """
    now = now or timezone.now()
    with transaction.atomic():
        current = Round.objects.values("state", "opens_at", "closes_at", "opened_at").get(pk=round.pk)
        try:
            check_collecting(**current, now=now)
        except RoundClosed as refusal:
            raise DrawClosed from refusal
        papers = Assignment.objects.filter(evaluator=evaluator, cell__round=round).select_related("cell")
        cells = [paper.cell for paper in papers]
        if not cells or set(blinded) - {cell.key for cell in cells}:
            raise NotEligible
        if is_paper_voter(round, evaluator):
            raise VotesOnPaper
        if len(blinded) != len(cells):
            # All papers at once: a choice of some would tell who draws.
            raise BadEncoding
        # Past the barrier nothing new is signed; what was drawn before may still be fetched again (recovery).
        late = round.casts_at is not None and now >= round.casts_at
        key = key_of(round)
        return draw(key, person_id(key, evaluator.pk), cells, blinded, anew=not late)
