"""Edits of a draft's roll: one person, one subject, one paper at a time."""

from django.db import transaction
from django.db.models import Q

from peer_review import audit_log
from peer_review.domain.keys.server_keys import return_keys_to_pool
from peer_review.domain.planning.plan_state import lock_roll
from peer_review.domain.planning.roll import new_member
from peer_review.domain.planning.roll_touches import mark_on_paper, touch_roll
from peer_review.enums import CellKind, PaperKind, RollTouchKind
from peer_review.exceptions.base import OwnAssignment, UnknownVoterClass
from peer_review.exceptions.planning import AlreadyOnRoll, Excluded, SheetsByPlan
from peer_review.models import Assignment, Cell, Exclusion, RollMember, Round, Subject
from peer_review.providers.roll import Person
from peer_review.users import User


@transaction.atomic
def add_member(round: Round, *, by: User, person: Person) -> RollMember:
    """Add a person to a draft's roll, without papers yet. See add_subject and set_class.

    Raises: RoundFrozen, RollBeingWritten, AlreadyOnRoll.
    """
    round = lock_roll(round)
    if round.members.filter(user_id=person.user_id).exists():
        raise AlreadyOnRoll(name=person.name)
    member = new_member(round, person)
    member.save()
    touch_roll(round, RollTouchKind.ADDED, by=by, person=member.user_id, person_name=member.name)
    audit_log.record(round, "peer_review.round.roll_edit", by=by, added=member.name)
    return member


@transaction.atomic
def remove_member(round: Round, *, by: User, member: RollMember) -> None:
    """Remove a person from a draft's roll, as evaluator and as subject.

    Raises: RoundFrozen, RollBeingWritten.
    """
    round = lock_roll(round)
    papers = Assignment.objects.filter(cell__round=round, evaluator_id=member.user_id)
    lists = Q(cells__assignments__in=papers) | Q(sheet_entries__sheet__cells__assignments__in=papers) | Q(member=member)
    subjects = list(round.subjects.filter(lists).distinct().order_by("pk").values_list("key", "label"))
    papers.delete()
    return_keys_to_pool(round.cells.filter(subject__member=member))
    name = member.name
    touch_roll(round, RollTouchKind.REMOVED, by=by, person=member.user_id, person_name=name, subjects=subjects)
    round.members.filter(pk=member.pk).delete()
    _close_gaps(round)
    drop_empty_cells(round)
    audit_log.record(round, "peer_review.round.roll_edit", by=by, removed=name)


@transaction.atomic
def set_on_paper(round: Round, *, by: User, member: RollMember, on_paper: bool) -> None:
    """Set whether a member votes on paper, by an envelope from an urn; it stays when the roll is written anew.

    Raises: RoundFrozen, RollBeingWritten.
    """
    round = lock_roll(round)
    if not round.members.filter(pk=member.pk, on_paper=not on_paper).update(on_paper=on_paper):
        return
    mark_on_paper(round, by=by, person=member.user_id, name=member.name, on_paper=on_paper)
    audit_log.record(round, "peer_review.round.roll_edit", by=by, member=member.name, on_paper=on_paper)


@transaction.atomic
def add_subject(round: Round, *, by: User, member: RollMember, evaluators: dict[int, str]) -> Subject:
    """Make a member a subject. `evaluators` maps members' ids to voter class keys; the excluded are left out.

    Raises: RoundFrozen, RollBeingWritten, SheetsByPlan, AlreadyOnRoll, OwnAssignment, UnknownVoterClass.
    """
    round = lock_roll(round)
    if round.scheme.paper == PaperKind.SHEET:
        raise SheetsByPlan
    if round.subjects.filter(member=member).exists():
        raise AlreadyOnRoll(name=member.name)
    subject = Subject.objects.create(
        round=round,
        member=member,
        key=f"p{member.user_id}",
        label=member.name,
        section_key=member.section_key,
        section_name=member.section_name,
        sort_order=round.subjects.count(),
    )
    out = round.exclusions.filter(subject_key=subject.key).values_list("evaluator_id", flat=True)
    for evaluator in round.members.filter(pk__in=evaluators).exclude(user_id__in=list(out)):
        _assign(round, evaluator, subject, evaluators[evaluator.pk])
    touch_roll(round, RollTouchKind.SUBJECT_ADDED, by=by, subjects=[(subject.key, subject.label)])
    audit_log.record(round, "peer_review.round.roll_edit", by=by, subject_added=subject.label)
    return subject


@transaction.atomic
def remove_subject(round: Round, *, by: User, subject: Subject) -> None:
    """Remove a subject; the person stays on the roll as an evaluator.

    Raises: RoundFrozen, RollBeingWritten.
    """
    round = lock_roll(round)
    return_keys_to_pool(round.cells.filter(subject=subject))
    label = subject.label
    touch_roll(round, RollTouchKind.SUBJECT_REMOVED, by=by, subjects=[(subject.key, label)])
    round.subjects.filter(pk=subject.pk).delete()
    _close_gaps(round)
    audit_log.record(round, "peer_review.round.roll_edit", by=by, subject_removed=label)


@transaction.atomic
def set_class(round: Round, *, by: User, member: RollMember, subject: Subject, voter_class: str | None) -> None:
    """Set the voter class in which a member evaluates a subject; None for not at all. Comment papers follow.

    Raises: RoundFrozen, RollBeingWritten, SheetsByPlan, OwnAssignment, Excluded, UnknownVoterClass.
    """
    round = lock_roll(round)
    if round.scheme.paper == PaperKind.SHEET:
        raise SheetsByPlan
    papers = Assignment.objects.filter(cell__subject=subject, evaluator_id=member.user_id).order_by("cell__kind")
    before = list(papers.values_list("cell__kind", "cell__voter_class"))
    _assign(round, member, subject, voter_class)
    drop_empty_cells(round)
    if list(papers.values_list("cell__kind", "cell__voter_class")) != before:
        labels = dict(round.scheme.voter_classes.values_list("key", "label"))
        touch_roll(
            round,
            RollTouchKind.VOTER_CLASS,
            by=by,
            person=member.user_id,
            person_name=member.name,
            subjects=[(subject.key, subject.label)],
            detail=labels.get(voter_class or "", ""),
        )
    audit_log.record(
        round,
        "peer_review.round.roll_edit",
        by=by,
        member=member.name,
        subject=subject.label,
        voter_class=voter_class or "",
    )


def drop_empty_cells(round: Round) -> None:
    """Remove cells without evaluators: the class is absent for that subject, its weight renormalised."""
    empty = round.cells.filter(assignments__isnull=True)
    return_keys_to_pool(empty)
    round.cells.filter(pk__in=list(empty.values_list("pk", flat=True))).delete()
    round.sheets.filter(cells__isnull=True).delete()


def _assign(round: Round, member: RollMember, subject: Subject, voter_class: str | None) -> None:
    if subject.member_id is not None and subject.member_id == member.pk:
        raise OwnAssignment
    if voter_class is not None and not round.scheme.voter_classes.filter(key=voter_class).exists():
        raise UnknownVoterClass
    papers = Assignment.objects.filter(cell__subject=subject, evaluator_id=member.user_id)
    if voter_class is None:
        papers.delete()
        return
    exclusion = Exclusion.objects.filter(round=round, evaluator=member.user_id, subject_key=subject.key).first()
    if exclusion is not None:
        raise Excluded(name=member.name, subject=subject.label, reason=exclusion.reason)
    papers.filter(cell__kind=CellKind.RATING).exclude(cell__voter_class=voter_class).delete()
    wanted = [(CellKind.RATING, voter_class)]
    if round.scheme.comments:
        wanted.append((CellKind.COMMENT, ""))
    for kind, voters in wanted:
        cell, _created = Cell.objects.get_or_create(round=round, subject=subject, kind=kind, voter_class=voters)
        Assignment.objects.get_or_create(evaluator_id=member.user_id, cell=cell)


def _close_gaps(round: Round) -> None:
    """Number the lines of every whole sheet from 1 again; a sheet without lines is gone, its keys in the pool."""
    return_keys_to_pool(round.cells.filter(sheet__isnull=False, sheet__entries__isnull=True))
    round.sheets.filter(entries__isnull=True).delete()
    for sheet in round.sheets.prefetch_related("entries"):
        for position, entry in enumerate(sheet.entries.all(), start=1):
            if entry.position != position:
                entry.position = position
                entry.save(update_fields=["position"])
