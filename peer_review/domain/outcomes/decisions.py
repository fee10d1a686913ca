"""Decisions on grades by a named person (个人信息保护法, art. 24), under the quota, and the notices of them.

Decisions can be changed until they are told; each change is one more row. All outcomes of a round are told together,
so that nobody learns theirs while others', and the places of the quota, are still open. From then on only a review
or an appeal changes one (domain.contests).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone
from django.utils.crypto import salted_hmac

from peer_review import audit_log, signals
from peer_review.counting.scales import GRADES
from peer_review.domain.announcements.announcements import announce_outcomes
from peer_review.domain.locks import lock_round
from peer_review.domain.outcomes.proposals import RoundProposal, needs_reason, proposal_of
from peer_review.domain.preflight.frozen_terms import check_terms
from peer_review.exceptions.base import ReasonMissing
from peer_review.exceptions.outcomes import (
    DECISION_REASON_MISSING,
    AlreadyTold,
    DecidedMeanwhile,
    HasFigures,
    NoFigures,
    NotAddressee,
    NothingChosen,
    NothingToTell,
    NotPublished,
    OutcomesChanged,
    OwnDecision,
    QuotaExceeded,
    UndecidedLeft,
    UnknownGrade,
    UnknownSubject,
)
from peer_review.models import Decision, OutcomeNotice, Round, Subject
from peer_review.models.decision import RANKS
from peer_review.users import User

REASON_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody decides on one subject: a grade's key, or "" for not graded, and why.

    seen: number of the decision they had before them, 0 for none; None where they need not have seen any.
    """

    subject: int
    grade: str
    reason: str = ""
    seen: int | None = None


@transaction.atomic
def decide(round: Round, *, by: User, choices: Sequence[Choice], now: datetime | None = None) -> list[Decision]:
    """Record a named person's decisions, all of them or none, and return the new ones.

    What is decided so already is left as it is. The quota holds over all standing decisions, under a lock.
    Raises: NotPublished, TermsAltered, NothingChosen, UnknownSubject, OwnDecision, AlreadyTold, DecidedMeanwhile,
        UnknownGrade, NoFigures, HasFigures, ReasonMissing, QuotaExceeded.
    """
    now = now or timezone.now()
    round = _lock(round)
    check_terms(round)
    if not choices:
        raise NothingChosen
    wanted = {choice.subject: choice for choice in choices}
    subjects = {
        subject.pk: subject for subject in round.subjects.filter(pk__in=wanted).select_related("outcome_notice")
    }
    if len(subjects) < len(choices):
        raise UnknownSubject
    free = set(Subject.objects.filter(pk__in=subjects).not_addressed_to(by).values_list("pk", flat=True))
    proposal = proposal_of(round)
    standing = {decision.subject_id: decision for decision in Decision.objects.filter(subject__round=round).standing()}
    decisions = []
    for key, choice in wanted.items():
        subject, before = subjects[key], standing.get(key)
        reason = choice.reason.strip()[:REASON_LENGTH]
        if key not in free:
            raise OwnDecision(name=subject.label)
        if hasattr(subject, "outcome_notice"):
            raise AlreadyTold
        if choice.seen is not None and choice.seen != (before.number if before else 0):
            raise DecidedMeanwhile(name=subject.label)
        _check_grade(proposal, subject, choice.grade, reason)
        if before is not None and (before.grade, before.reason) == (choice.grade, reason):
            continue
        decisions.append(
            Decision(
                subject=subject,
                number=before.number + 1 if before else 1,
                grade=choice.grade,
                rank=RANKS.get(choice.grade),
                previous_rank=before.rank if before else None,
                proposed=proposal.grades[key],
                reason=reason,
                by=by,
                decided_at=now,
            )
        )
    _check_quota(proposal, {**standing, **{decision.subject_id: decision for decision in decisions}})
    for decision in decisions:
        decision.save(force_insert=True)
        audit_log.record(
            round,
            "peer_review.decision.make",
            by=by,
            subject=decision.subject.label,
            grade=decision.grade,
            proposed=decision.proposed,
            number=decision.number,
        )
        _announce(signals.decision_made, sender=Decision, decision=decision, by=by)
    return decisions


def decisions_fingerprint(round: Round) -> str:
    """Return what tells the standing decisions of a round from any others; 64 hexadecimal characters. One query.

    Made with the site's key and of the decisions' numbers alone: a leader who is evaluated reads it, and may not find
    out by trying what was decided on them.
    """
    standing = Decision.objects.filter(subject__round=round).standing()
    numbers = ",".join(map(str, sorted(standing.values_list("pk", flat=True))))
    return salted_hmac("peer_review.decisions", f"{round.public_id}:{numbers}", algorithm="sha256").hexdigest()


@transaction.atomic
def tell_outcomes(
    round: Round, *, by: User, seen: str | None = None, now: datetime | None = None
) -> list[OutcomeNotice]:
    """Tell everybody their outcome in writing, on the site and by mail, and return the notices. Today is the day of
    notice, from which the days to contest it count.

    seen: the fingerprint of the decisions that `by` has read; None where they need not have read any.
    Raises: NotPublished, UndecidedLeft while one subject of the round is not decided, NothingToTell; OutcomesChanged
        if others stand now.
    """
    now = now or timezone.now()
    round = _lock(round)
    subjects = list(round.subjects.select_related("member").order_by("sort_order", "pk"))
    decided = set(Decision.objects.filter(subject__round=round).values_list("subject_id", flat=True))
    if left := len(subjects) - len(decided):
        raise UndecidedLeft(left=left)
    notified = set(OutcomeNotice.objects.filter(subject__round=round).values_list("subject_id", flat=True))
    untold = [subject for subject in subjects if subject.pk not in notified]
    if not untold:
        raise NothingToTell
    if seen is not None and seen != decisions_fingerprint(round):
        raise OutcomesChanged
    heads: dict[str, int] = {}
    for key, user in round.members.filter(is_section_head=True).order_by("-pk").values_list("section_key", "user_id"):
        heads[key] = user
    announcement = announce_outcomes(round, by=by, now=now)
    notices = OutcomeNotice.objects.bulk_create(
        OutcomeNotice(
            subject=subject,
            to_id=subject.member.user_id if subject.member else heads.get(subject.section_key),
            announcement=announcement,
            by=by,
            notice_date=timezone.localdate(now),
        )
        for subject in untold
    )
    audit_log.record(round, "peer_review.decision.tell", by=by, told=len(notices))
    _announce(signals.outcomes_told, sender=Round, round=round, by=by)
    return notices


@transaction.atomic
def acknowledge(subject: Subject, *, by: User, now: datetime | None = None) -> OutcomeNotice:
    """Record that a notice has been received, which is no agreement. A second call changes nothing.

    Raises: NotAddressee.
    """
    notice = OutcomeNotice.objects.select_for_update(of=("self",)).filter(subject=subject, to=by).first()
    if notice is None:
        raise NotAddressee
    if notice.acknowledged_date is None:
        notice.acknowledged_date = timezone.localdate(now or timezone.now())
        notice.save(update_fields=["acknowledged_date"])
    return notice


def _lock(round: Round) -> Round:
    locked = lock_round(round)
    if not locked.has_results:
        raise NotPublished
    return locked


def _check_grade(proposal: RoundProposal, subject: Subject, grade: str, reason: str) -> None:
    if grade and grade not in GRADES:
        raise UnknownGrade(name=subject.label)
    if grade and subject.pk not in proposal.scored:
        raise NoFigures(name=subject.label)
    if not grade and subject.pk in proposal.scored:
        raise HasFigures(name=subject.label)
    if not reason and needs_reason(proposal, subject.pk, grade):
        raise ReasonMissing(DECISION_REASON_MISSING, name=subject.label)


def _check_quota(proposal: RoundProposal, standing: dict[int, Decision]) -> None:
    wanted = sum(decision.grade == GRADES[0] for decision in standing.values())
    if proposal.places is not None and wanted > proposal.places:
        raise QuotaExceeded(wanted=wanted, quota=proposal.quota, places=proposal.places)


def _announce(signal: Signal, **arguments: object) -> None:
    transaction.on_commit(partial(signal.send_robust, **arguments))
