"""Corrections after publication: they only remove, are put on record, and the ledger forgets nothing."""

from django.db import transaction

from peer_review import audit_log
from peer_review.domain.ledger.ledger import Reason, note_refused
from peer_review.domain.locks import lock_round
from peer_review.enums import RESULT_STATES
from peer_review.exceptions.base import ReasonMissing
from peer_review.models import CriterionResult, Result, Round
from peer_review.users import User


@transaction.atomic
def withdraw(round: Round, *, by: User, reason: str, criterion: str = "", subject: str = "") -> int:
    """Take figures back that should not have been published, and return how many: a correction only removes.

    `criterion`: asked wrongly; its figures go everywhere, and with them every score, which is made of it. `subject`
    (its key): that sheet goes. What was shown stays in the ledger, because nobody forgets it; what is computed anew
    afterwards is a question like any other. Callers check permission.
    Raises: WrongState before publication; ReasonMissing; ValueError unless one of the two is named.
    """
    if bool(criterion) == bool(subject):
        raise ValueError("either a criterion or a subject")
    round = lock_round(round, expect=RESULT_STATES)
    if not reason.strip():
        raise ReasonMissing
    results = Result.objects.filter(round=round)
    results = results.filter(subject__key=subject) if subject else results
    rows = CriterionResult.objects.filter(result__in=results)
    rows = rows.filter(criterion=criterion) if criterion else rows
    gone, _kinds = rows.delete()
    gone += results.shown().update(
        score=None, low=None, high=None, ballots=None, classes={}, adjusted=None, one_ballot=None, reliability=None
    )
    scope = f"criterion:{criterion}" if criterion else f"subject:{subject}"
    note_refused(round, scopes=[scope], reason=Reason.WITHDRAWN)
    audit_log.record(round, "peer_review.round.withdraw", by=by, what=scope, reason=reason.strip(), figures=gone)
    return gone
