"""Exclusions (回避): pairs of people who may not evaluate each other, whatever plan, list or edit says."""

from django.db import transaction
from django.db.models import Q

from peer_review import audit_log
from peer_review.domain.planning.eligibility import ProposedSubject
from peer_review.domain.planning.plan_state import lock_roll, set_plan_state
from peer_review.domain.planning.roll_edits import drop_empty_cells
from peer_review.domain.planning.roll_touches import touch_roll
from peer_review.enums import RollTouchKind
from peer_review.exceptions.base import OwnAssignment
from peer_review.exceptions.planning import AlreadyExcluded
from peer_review.models import Assignment, Exclusion, Round
from peer_review.providers.roll import Person
from peer_review.users import User


@transaction.atomic
def add_exclusion(
    round: Round, *, by: User, evaluator: Person, subject: ProposedSubject, reason: str, both_ways: bool = False
) -> int:
    """Exclude a person from evaluating a subject; with `both_ways` also the subject from evaluating the person.

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
    excluded = set(round.exclusions.values_list("evaluator_id", "subject_key"))
    wanted = [pair for pair in pairs if pair not in excluded]
    if not wanted:
        raise AlreadyExcluded(name=evaluator.name, subject=subject.label)
    Exclusion.objects.bulk_create(
        [Exclusion(round=round, evaluator_id=user, subject_key=key, reason=reason) for user, key in wanted]
    )
    names = {(evaluator.user_id, subject.key): (evaluator.name, subject.label)}
    for user, key in wanted:
        # In the other direction the two have changed places.
        name, label = names.get((user, key), (subject.label, evaluator.name))
        touch_roll(
            round,
            RollTouchKind.EXCLUDED,
            by=by,
            person=user,
            person_name=name,
            subjects=[(key, label)],
            detail=reason,
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
def remove_exclusion(round: Round, *, by: User, exclusion: Exclusion) -> None:
    """Remove an exclusion. The pair gets its papers back only by using the plan again or by an edit of the roll.

    Raises: RoundFrozen, RollBeingWritten.
    """
    round = lock_roll(round)
    Exclusion.objects.filter(pk=exclusion.pk, round=round).delete()
    label = round.subjects.filter(key=exclusion.subject_key).values_list("label", flat=True).first()
    touch_roll(
        round,
        RollTouchKind.ALLOWED,
        by=by,
        person=exclusion.evaluator_id,
        person_name=exclusion.evaluator.get_full_name(),
        subjects=[(exclusion.subject_key, label or "")],
    )
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
    """Withdraw the papers of one pair, also a whole sheet that lists the subject: it cannot lose one line."""
    papers = Assignment.objects.filter(cell__round=round, evaluator_id=user)
    about = Q(cell__subject__key=subject_key) | Q(cell__sheet__entries__subject__key=subject_key)
    ids = set(papers.filter(about).values_list("pk", flat=True))
    Assignment.objects.filter(pk__in=ids).delete()
    return len(ids)
