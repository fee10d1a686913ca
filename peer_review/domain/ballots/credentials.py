"""Blind credentials: the one place where a person and a ballot paper meet. What is signed here is blinded.

Writes the assignment and nothing else: no session, no sign-in time, no log line, no cache.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from peer_review.domain.keys.server_keys import CELL_KEY, decrypt_at_rest
from peer_review.domain.planning.envelope_groups import is_paper_voter
from peer_review.domain.voting_period import check_collecting
from peer_review.exceptions.ballots import AlreadyDrawn, DrawClosed, NotEligible, VotesOnPaper
from peer_review.exceptions.base import BadEncoding, RoundClosed
from peer_review.models import Assignment, Round
from peer_review.users import User
from zhengyan_crypto import blindsig
from zhengyan_crypto.errors import BadEncoding as CryptoBadEncoding


def issue_credentials(
    evaluator: User, round: Round, blinded: dict[str, bytes], *, now: datetime | None = None
) -> dict[str, bytes]:
    """Return the blind signature for each of the evaluator's cells, all at once or none.

    The same blinded values again give the same answer, so a lost reply costs nothing; another value for a cell that
    is drawn is refused. Of two browsers at once, one wins.
    Raises: NotOpenYet, DrawClosed, NotEligible, VotesOnPaper, BadEncoding, AlreadyDrawn.
    """
    now = now or timezone.now()
    with transaction.atomic():
        current = Round.objects.values("state", "opens_at", "closes_at", "opened_at").get(pk=round.pk)
        try:
            check_collecting(**current, now=now)
        except RoundClosed as refusal:
            raise DrawClosed from refusal
        papers = list(
            Assignment.objects.select_for_update(of=("self",))
            .filter(evaluator=evaluator, cell__round=round)
            .select_related("cell")
            .order_by("pk")
        )
        if not papers or set(blinded) - {paper.cell.key for paper in papers}:
            raise NotEligible
        if is_paper_voter(round, evaluator):
            raise VotesOnPaper
        if len(blinded) != len(papers):
            # All papers at once: a choice of some would tell who draws.
            raise BadEncoding
        if round.casts_at is not None and now >= round.casts_at and not all(paper.blinded for paper in papers):
            # Past the barrier nothing new is signed; what was drawn before may still be fetched again (recovery).
            raise DrawClosed
        return {paper.cell.key: sign_paper(paper, blinded[paper.cell.key]) for paper in papers}


def sign_paper(paper: Assignment, blinded: bytes) -> bytes:
    """Return the answer for one paper, signing and keeping it if it is the first.

    Raises: AlreadyDrawn if another value was signed; BadEncoding.
    """
    if paper.blinded is not None and paper.blind_sig is not None:
        if bytes(paper.blinded) != blinded:
            raise AlreadyDrawn
        return bytes(paper.blind_sig)
    try:
        private = blindsig.decode_private(decrypt_at_rest(paper.cell.private_key, purpose=CELL_KEY))
        signature = blindsig.blind_sign(private, blinded)
    except CryptoBadEncoding as error:
        raise BadEncoding from error
    # Asked again in the database: where rows cannot be locked, this is what lets only one browser win.
    fresh = Assignment.objects.filter(pk=paper.pk, blinded__isnull=True)
    if not fresh.update(blinded=blinded, blind_sig=signature):
        raise AlreadyDrawn
    return signature
