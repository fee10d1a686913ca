"""Withdrawals: corrections after publication that only remove and are put on record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from wagtail.models import ModelLogEntry

from peer_review import audit_log
from peer_review.domain.ledger.ledger import note_refused
from peer_review.domain.locks import lock_round
from peer_review.enums import RESULT_STATES, RefusedReason
from peer_review.exceptions.base import ReasonMissing
from peer_review.exceptions.ledger import AlreadyWithdrawn, OwnFigures, UnknownFigures
from peer_review.models import CriterionResult, RefusedQuery, Result, Round
from peer_review.users import User

ACTION = "peer_review.round.withdraw"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """One withdrawal: the scope that it named in the ledger, the reason, the day, and how many figures it removed."""

    scope: str
    reason: str
    day: date
    figures: int


@transaction.atomic
def withdraw(round: Round, *, by: User, reason: str, criterion: str = "", subject: str = "") -> int:
    """Remove figures that should not have been published, and return how many.

    `criterion`: asked wrongly; its figures go everywhere, and with them every score, which is made of it. `subject`
    (its key): that sheet goes. What was shown stays in the ledger, because nobody forgets it; what is computed anew
    afterwards is a question like any other. Callers check permission.
    Raises: RoundStateInvalid before publication; UnknownFigures, OwnFigures, AlreadyWithdrawn; ReasonMissing;
        ValueError unless one of the two is named.
    """
    if bool(criterion) == bool(subject):
        raise ValueError("either a criterion or a subject")
    round = lock_round(round, expect=RESULT_STATES)
    scope = f"criterion:{criterion}" if criterion else f"subject:{subject}"
    _check_scope(round, scope, criterion=criterion, subject=subject, by=by)
    if not reason.strip():
        raise ReasonMissing
    results = Result.objects.filter(round=round)
    results = results.filter(subject__key=subject) if subject else results
    rows = CriterionResult.objects.filter(result__in=results)
    rows = rows.filter(criterion=criterion) if criterion else rows
    removed, _kinds = rows.delete()
    removed += results.shown().update(
        score=None,
        low=None,
        high=None,
        shown=None,
        standing=None,
        ballots=None,
        classes={},
        adjusted=None,
        one_ballot=None,
        reliability=None,
    )
    note_refused(round, scopes=[scope], reason=RefusedReason.WITHDRAWN)
    audit_log.record(round, ACTION, by=by, what=scope, reason=reason.strip(), figures=removed)
    return removed


def _check_scope(round: Round, scope: str, *, criterion: str, subject: str, by: User) -> None:
    """Refuse what is not there, what is about whoever withdraws it, and what was withdrawn before."""
    if subject:
        subjects = round.subjects.filter(key=subject)
        if not subjects.exists():
            raise UnknownFigures
        if not subjects.not_addressed_to(by).exists():
            raise OwnFigures
    elif criterion not in round.frozen_scheme.criterion_keys:
        raise UnknownFigures
    if RefusedQuery.objects.filter(round=round, scope=scope, reason=RefusedReason.WITHDRAWN).exists():
        raise AlreadyWithdrawn


def remaining_criteria(round: Round) -> Mapping[str, str]:
    """Return the criteria that have not been withdrawn, key → label. One query."""
    scopes = set(
        RefusedQuery.objects.filter(round=round, reason=RefusedReason.WITHDRAWN).values_list("scope", flat=True)
    )
    labels = round.frozen_scheme.criterion_labels
    return {key: label for key, label in labels.items() if f"criterion:{key}" not in scopes}


def withdrawals_of(round: Round) -> list[Withdrawal]:
    """Return the withdrawals of a round, the latest first. Two queries at most.

    They are read from the audit log and name nobody: who withdrew something stands there.
    """
    kind = ContentType.objects.get_for_model(Round)
    entries = ModelLogEntry.objects.filter(content_type=kind, object_id=str(round.pk), action=ACTION)
    return [
        Withdrawal(
            scope=entry.data["what"],
            reason=entry.data["reason"],
            day=timezone.localdate(entry.timestamp),
            figures=entry.data["figures"],
        )
        for entry in entries.order_by("-timestamp", "-pk")
    ]
