"""Review (复核) and appeal (申诉) of an outcome (公务员法, arts 95 and 96).

All days are the organisation's own and count to their end. Nothing here suspends a decision, and an answer can only
leave the grade or make it better; a better one may exceed the quota, because an error is corrected whatever the
number of places. What is written is read by the person, by those who decide and by inspectors. Nothing here knows
anything of ballots.
"""

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.db.models import Count
from django.dispatch import Signal
from django.utils import timezone
from django.utils.formats import date_format

from peer_review import audit_log, signals
from peer_review.counting.scales import GRADES
from peer_review.domain.announcements.announcements import announce_privately
from peer_review.domain.locks import lock_round_by_pk
from peer_review.domain.outcomes.deadlines import appeal_until, ask_until, days, may_appeal
from peer_review.domain.outcomes.proposals import proposal_of
from peer_review.enums import AWAITING_ANSWER, AnnouncementKind, ContestStatus, StageKind
from peer_review.exceptions.base import ReasonMissing
from peer_review.exceptions.outcomes import (
    EXTENSION_REASON_MISSING,
    AnswerMissing,
    AppealDeadlinePassed,
    ContestRunning,
    ExtendedAlready,
    GroundsMissing,
    NotAddressee,
    NotExtendable,
    NothingToAppeal,
    NothingToWithdraw,
    NotResponsible,
    NotTold,
    OutcomeWorse,
    StageAlreadyAnswered,
)
from peer_review.models import Contest, ContestStage, Decision, OutcomeNotice, Round, Subject
from peer_review.models.decision import RANKS
from peer_review.roles import users_with_role
from peer_review.users import User

#: The longest text of either side, in characters.
WORDS = 5000


# The person


@transaction.atomic
def ask_review(subject: Subject, *, by: User, grounds: str, now: datetime | None = None) -> Contest:
    """Open a contest of an outcome with its review, and return it. Whoever decided answers, or another leader.

    Raises: NotTold, NotAddressee, ContestRunning, AppealDeadlinePassed, GroundsMissing.
    """
    now = now or timezone.now()
    today = timezone.localdate(now)
    round = lock_round_by_pk(subject.round_id)
    notice = OutcomeNotice.objects.filter(subject=subject).first()
    if notice is None:
        raise NotTold
    if notice.to_id != by.pk:
        raise NotAddressee
    earlier = Contest.objects.filter(subject=subject)
    if (
        earlier.exclude(status=ContestStatus.WITHDRAWN).exists()
        or earlier.filter(stages__answered_date__isnull=False).exists()
    ):
        raise ContestRunning
    if today > ask_until(notice.notice_date):
        raise _deadline_passed(ask_until(notice.notice_date))
    contest: Contest = Contest.objects.create(subject=subject, by=by, status=ContestStatus.ASKED)
    _begin(contest, StageKind.REVIEW, round, by=by, grounds=grounds, now=now)
    return contest


@transaction.atomic
def appeal(contest: Contest, *, by: User, grounds: str, now: datetime | None = None) -> ContestStage:
    """Appeal against the answer to a review, or against its being late, and return the appeal. An inspector decides.

    Raises: NotAddressee, NothingToAppeal, AppealDeadlinePassed, GroundsMissing.
    """
    now = now or timezone.now()
    today = timezone.localdate(now)
    contest, round = _lock_contest(contest)
    if contest.by_id != by.pk:
        raise NotAddressee
    review = contest.stages.filter(kind=StageKind.REVIEW).first()
    if review is None or contest.status not in (
        ContestStatus.ANSWERED,
        ContestStatus.ASKED,
        ContestStatus.UNDER_REVIEW,
    ):
        raise NothingToAppeal
    if not may_appeal(contest, review, today):
        until = appeal_until(review)
        raise NothingToAppeal if until is None else _deadline_passed(until)
    contest.status = ContestStatus.APPEALED
    contest.save(update_fields=["status"])
    return _begin(contest, StageKind.APPEAL, round, by=by, grounds=grounds, now=now)


@transaction.atomic
def withdraw(contest: Contest, *, by: User, now: datetime | None = None) -> Contest:
    """Withdraw a contest that waits for an answer. The outcome stays as it is.

    Raises: NotAddressee, NothingToWithdraw.
    """
    contest, _round = _lock_contest(contest)
    if contest.by_id != by.pk:
        raise NotAddressee
    if contest.status not in AWAITING_ANSWER:
        raise NothingToWithdraw
    contest.status = ContestStatus.WITHDRAWN
    contest.save(update_fields=["status"])
    audit_log.record(contest, "peer_review.contest.withdraw", by=by, subject=contest.subject.label)
    _announce(signals.contest_withdrawn, sender=Contest, contest=contest, by=by)
    return contest


# Those who decide


@transaction.atomic
def claim_stage(stage: ContestStage, *, by: User, now: datetime | None = None) -> ContestStage:
    """Record that `by` has begun to work on a stage; the person sees it. A second call changes nothing.

    Raises: StageAlreadyAnswered, NotResponsible.
    """
    stage, _round = _lock_stage(stage, by)
    if stage.taken_up_date is None:
        stage.responsible, stage.taken_up_date = by, timezone.localdate(now or timezone.now())
        stage.save(update_fields=["responsible", "taken_up_date"])
        if stage.kind == StageKind.REVIEW:
            _move(stage.contest, ContestStatus.UNDER_REVIEW)
        audit_log.record(stage.contest, "peer_review.contest.take_up", by=by, stage=stage.kind)
    return stage


@transaction.atomic
def reassign_stage(stage: ContestStage, *, by: User, to: User, now: datetime | None = None) -> ContestStage:
    """Make `to`, who may decide the stage, responsible for it; `to` is told.

    Raises: StageAlreadyAnswered; NotResponsible for either of the two.
    """
    now = now or timezone.now()
    stage, round = _lock_stage(stage, by, assigning=True)
    _check_may_decide(stage, to)
    if stage.responsible_id != to.pk:
        stage.responsible = to
        stage.save(update_fields=["responsible"])
        audit_log.record(stage.contest, "peer_review.contest.assign", by=by, stage=stage.kind, to=to.get_full_name())
        announce_privately(round, AnnouncementKind.ASKED, to=to, by=by, now=now)
    return stage


@transaction.atomic
def extend_appeal(stage: ContestStage, *, by: User, reason: str, now: datetime | None = None) -> ContestStage:
    """Extend the time to decide an appeal, once, with a reason that the person reads.

    Raises: StageAlreadyAnswered, NotResponsible, NotExtendable, ExtendedAlready, ReasonMissing.
    """
    now = now or timezone.now()
    stage, round = _lock_stage(stage, by)
    if stage.extension_reason:
        raise ExtendedAlready
    if stage.kind != StageKind.APPEAL or timezone.localdate(now) > stage.due_date:
        raise NotExtendable
    if not reason.strip():
        raise ReasonMissing(EXTENSION_REASON_MISSING)
    stage.extension_reason, stage.due_date = reason.strip()[:WORDS], stage.due_date + days("extension")
    stage.save(update_fields=["extension_reason", "due_date"])
    audit_log.record(stage.contest, "peer_review.contest.extend", by=by, until=stage.due_date.isoformat())
    announce_privately(round, AnnouncementKind.ANSWERED, to=stage.contest.by, by=by, now=now)
    return stage


@transaction.atomic
def answer_stage(
    stage: ContestStage, *, by: User, answer: str, grade: str = "", now: datetime | None = None
) -> ContestStage:
    """Answer a review or an appeal in writing. `grade` makes the outcome better; without it, it stays.

    A better grade is one more decision. It is not refused for the quota: an error is corrected; the log says so.
    Raises: StageAlreadyAnswered, NotResponsible, AnswerMissing, OutcomeWorse.
    """
    now = now or timezone.now()
    stage, round = _lock_stage(stage, by)
    if not answer.strip():
        raise AnswerMissing
    contest = stage.contest
    stage.answer, stage.answered_by, stage.answered_date = answer.strip()[:WORDS], by, timezone.localdate(now)
    stage.taken_up_date = stage.taken_up_date or stage.answered_date
    stage.responsible = by
    stage.save()
    _move(contest, ContestStatus.ANSWERED if stage.kind == StageKind.REVIEW else ContestStatus.DECIDED)
    better = _better(stage, round, by=by, grade=grade, now=now)
    record: dict[str, object] = {}
    if better is not None:
        record = {"grade": better.grade, "over_quota": _is_over_quota(round)}
        _announce(signals.decision_made, sender=Decision, decision=better, by=by)
    audit_log.record(contest, "peer_review.contest.answer", by=by, stage=stage.kind, **record)
    announce_privately(round, AnnouncementKind.ANSWERED, to=contest.by, by=by, now=now)
    _announce(signals.contest_answered, sender=ContestStage, stage=stage, by=by)
    return stage


def better_grades(grade: str) -> list[str]:
    """Return the grades above one, best first; none above "not graded", which no figures stand behind."""
    return list(GRADES[: RANKS.get(grade, 0)])


def candidates(stage: ContestStage) -> Iterator[User]:
    """Yield the users who may decide a stage, those with the fewest open stages first. One query for each user."""
    role = "leadership" if stage.kind == StageKind.REVIEW else "inspector"
    open_stages = ContestStage.objects.unanswered().filter(responsible__isnull=False).exclude(pk=stage.pk)
    load = dict(open_stages.order_by().values_list("responsible").annotate(n=Count("pk")))
    for user in sorted(users_with_role(role), key=lambda user: (load.get(user.pk, 0), user.pk)):
        if _may_decide(stage, user):
            yield user


def _begin(contest: Contest, kind: StageKind, round: Round, *, by: User, grounds: str, now: datetime) -> ContestStage:
    if not grounds.strip():
        raise GroundsMissing
    today = timezone.localdate(now)
    stage: ContestStage = ContestStage.objects.create(
        contest=contest,
        kind=kind,
        grounds=grounds.strip()[:WORDS],
        asked_date=today,
        due_date=today + days("review" if kind == StageKind.REVIEW else "ruling"),
    )
    stage.responsible = _first_responsible(stage)
    stage.save(update_fields=["responsible"])
    act = "peer_review.contest.ask" if kind == StageKind.REVIEW else "peer_review.contest.appeal"
    audit_log.record(contest, act, by=by, subject=contest.subject.label, due=stage.due_date.isoformat())
    if stage.responsible is not None:
        announce_privately(round, AnnouncementKind.ASKED, to=stage.responsible, by=by, now=now)
    _announce(signals.contest_asked, sender=ContestStage, stage=stage, by=by)
    return stage


def _first_responsible(stage: ContestStage) -> User | None:
    """Return who is asked first: for a review whoever decided, if they still may; else who has the least to answer."""
    if stage.kind == StageKind.REVIEW:
        decided = Decision.objects.filter(subject=stage.contest.subject_id).standing().select_related("by").first()
        if decided is not None and decided.by.is_active and _may_decide(stage, decided.by):
            return decided.by
    return next(candidates(stage), None)


def _may_decide(stage: ContestStage, user: User) -> bool:
    return bool(ContestStage.objects.assignable_by(user).filter(pk=stage.pk).exists())


def _check_may_decide(stage: ContestStage, user: User) -> None:
    if not _may_decide(stage, user):
        raise NotResponsible(name=user.get_full_name())


def _better(stage: ContestStage, round: Round, *, by: User, grade: str, now: datetime) -> Decision | None:
    before = Decision.objects.filter(subject=stage.contest.subject_id).standing().get()
    if not grade or grade == before.grade:
        return None
    if grade not in better_grades(before.grade):
        raise OutcomeWorse
    decision: Decision = Decision.objects.create(
        subject=stage.contest.subject,
        number=before.number + 1,
        grade=grade,
        rank=RANKS[grade],
        previous_rank=before.rank,
        proposed=before.proposed,
        by=by,
        decided_at=now,
        stage=stage,
    )
    return decision


def _is_over_quota(round: Round) -> bool:
    places = proposal_of(round).places
    excellent = Decision.objects.filter(subject__round=round, grade=GRADES[0]).standing().count()
    return places is not None and excellent > places


def _move(contest: Contest, status: ContestStatus) -> None:
    contest.status = status
    contest.save(update_fields=["status"])


def _lock_contest(contest: Contest) -> tuple[Contest, Round]:
    """Return the contest as it is now, with its round locked: one act at a time in each round."""
    round = lock_round_by_pk(Contest.objects.values_list("subject__round", flat=True).get(pk=contest.pk))
    return Contest.objects.select_related("subject", "by").get(pk=contest.pk), round


def _lock_stage(stage: ContestStage, by: User, *, assigning: bool = False) -> tuple[ContestStage, Round]:
    """Return the stage as it is now, with its round locked.

    Raises: StageAlreadyAnswered, NotResponsible where `by` may not answer it (or hand it over).
    """
    round = lock_round_by_pk(ContestStage.objects.values_list("contest__subject__round", flat=True).get(pk=stage.pk))
    stage = ContestStage.objects.select_related("contest__subject", "contest__by").get(pk=stage.pk)
    if not ContestStage.objects.unanswered().filter(pk=stage.pk).exists():
        raise StageAlreadyAnswered
    allowed = ContestStage.objects.assignable_by(by) if assigning else ContestStage.objects.answerable_by(by)
    if not allowed.filter(pk=stage.pk).exists():
        raise NotResponsible(name=by.get_full_name())
    return stage, round


def _deadline_passed(until: date) -> AppealDeadlinePassed:
    return AppealDeadlinePassed(until=date_format(until, "DATE_FORMAT"))


def _announce(signal: Signal, **arguments: object) -> None:
    transaction.on_commit(partial(signal.send_robust, **arguments))
