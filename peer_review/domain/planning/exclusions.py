"""Exclusions (回避): who may not evaluate whom, whatever plan, list or hand says otherwise."""

from django.db import transaction
from django.db.models import Q

from peer_review import audit_log
from peer_review.domain.planning.eligibility import ProposedSubject
from peer_review.domain.planning.plan_state import lock_roll, set_plan_state
from peer_review.domain.planning.roll_edits import drop_empty_cells
from peer_review.exceptions.base import OwnAssignment
from peer_review.exceptions.planning import AlreadyExcluded
from peer_review.models import Assignment, Exclusion, Round
from peer_review.providers.roll import Person
from peer_review.users import User


@transaction.atomic
def exclude(
    round: Round, *, by: User, evaluator: Person, subject: ProposedSubject, reason: str, both_ways: bool = False
) -> int:
    """Exclude a person from evaluating a subject and, with `both_ways`, the subject from evaluating them.

    Papers that the roll gave them about each other are withdrawn at once; returns how many. A plan used later leaves
    the pair out, and where chance chose, it chooses others.
    Raises: RoundFrozen, RollBeingWritten, OwnAssignment, AlreadyExcluded.
    """
    round = lock_roll(round)
    if subject.user_id == evaluator.user_id:
        raise OwnAssignment
    pairs = [(evaluator.user_id, subject.key)]
    if both_ways and subject.user_id is not None:
        pairs.append((subject.user_id, f"p{evaluator.user_id}"))
    held = set(round.exclusions.values_list("evaluator_id", "subject_key"))
    wanted = [pair for pair in pairs if pair not in held]
    if not wanted:
        raise AlreadyExcluded(name=evaluator.name, subject=subject.label)
    Exclusion.objects.bulk_create(
        [Exclusion(round=round, evaluator_id=user, subject_key=key, reason=reason) for user, key in wanted]
    )
    withdrawn = sum(_withdraw(round, user, key) for user, key in wanted)
    drop_empty_cells(round)
    set_plan_state(round)
    audit_log.record(
        round,
        "peer_review.round.exclude",
        by=by,
        evaluator=evaluator.name,
        subject=subject.label,
        both_ways=len(pairs) == 2,
        reason=reason,
    )
    return withdrawn


@transaction.atomic
def allow_again(round: Round, *, by: User, exclusion: Exclusion) -> None:
    """Lift an exclusion. The roll gives the pair no paper by itself: use the plan again, or do it by hand.

    Raises: RoundFrozen, RollBeingWritten.
    """
    round = lock_roll(round)
    Exclusion.objects.filter(pk=exclusion.pk, round=round).delete()
    set_plan_state(round)
    audit_log.record(
        round,
        "peer_review.round.allow",
        by=by,
        evaluator=exclusion.evaluator.get_full_name(),
        subject=exclusion.subject_key,
        reason=exclusion.reason,
    )


def _withdraw(round: Round, user: int, subject_key: str) -> int:
    """Take away the papers of one pair; a whole sheet that lists the subject too, since it cannot lose one line."""
    papers = Assignment.objects.filter(cell__round=round, evaluator_id=user)
    about = Q(cell__subject__key=subject_key) | Q(cell__sheet__entries__subject__key=subject_key)
    found = set(papers.filter(about).values_list("pk", flat=True))
    Assignment.objects.filter(pk__in=found).delete()
    return len(found)
