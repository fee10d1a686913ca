"""Fixes of subjects of whom other rounds leave too few voters, each one step of the organiser's."""

from django.db import transaction

from peer_review import audit_log
from peer_review.domain.planning.plan_state import lock_roll
from peer_review.domain.planning.roll_edits import drop_empty_cells, remove_subject
from peer_review.domain.preflight.roll_arrays import RollReader, read_papers
from peer_review.domain.preflight.subtraction import ExposedSubject, subtraction
from peer_review.domain.schemes.schemes import freeze_for
from peer_review.exceptions.preflight import NoNewcomers
from peer_review.models import Assignment, Round
from peer_review.users import User


@transaction.atomic
def withdraw_newcomers(round: Round, *, by: User, subject: int) -> int:
    """Take from a draft's newcomers their papers about a subject (id), words included; return how many papers.

    Exactly those that the search names are taken. The log keeps how many, not whose.
    Raises: RoundFrozen, RollBeingWritten, NoNewcomers.
    """
    round = lock_roll(round)
    exposed = _standing(round, subject)
    # Of their own case the subject learns nothing, not even whether anybody is new.
    if exposed is None or not exposed.newcomers or exposed.key == f"p{by.pk}":
        raise NoNewcomers
    papers = Assignment.objects.filter(cell__subject_id=exposed.pk, evaluator_id__in=exposed.newcomers)
    ids = list(papers.values_list("pk", flat=True))
    Assignment.objects.filter(pk__in=ids).delete()
    drop_empty_cells(round)
    audit_log.record(round, "peer_review.round.newcomers", by=by, subject=exposed.label, papers=len(ids))
    return len(ids)


@transaction.atomic
def leave_out(round: Round, *, by: User, subject: int) -> str:
    """Leave a subject (id) out of a draft, where other rounds leave too few of its voters; return its name.

    Raises: RoundFrozen, RollBeingWritten, NoNewcomers if nothing stands in its way any more.
    """
    round = lock_roll(round)
    exposed = _standing(round, subject)
    if exposed is None:
        raise NoNewcomers
    remove_subject(round, by=by, subject=round.subjects.get(pk=exposed.pk))
    return exposed.label


def _standing(round: Round, subject: int) -> ExposedSubject | None:
    scheme = freeze_for(round)
    found = subtraction(round, scheme, read_papers(round, scheme), RollReader())
    return next((exposed for exposed in found.standing if exposed.pk == subject), None)
