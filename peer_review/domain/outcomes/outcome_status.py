"""The status of an outcome for a reader: what was decided, told and contested, and what may be done by when.

Only what this reader may know is in it; see the permissions view_outcome, contest_outcome and view_contest.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils import timezone

from peer_review.domain.outcomes.deadlines import appeal_until, ask_until, may_appeal
from peer_review.enums import AWAITING_ANSWER, ContestStatus, StageKind
from peer_review.models import Contest, ContestStage, Decision, OutcomeNotice, Subject
from peer_review.users import User


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of a contest. better: the grade that the answer raised the outcome to, "" where it stayed."""

    pk: int
    kind: str
    asked: date
    due: date
    late: bool
    grounds: str
    responsible: str
    taken_up: date | None
    extension_reason: str
    answer: str
    answered: date | None
    answered_by: str
    better: str


@dataclass(frozen=True, slots=True)
class OutcomeStatus:
    """An outcome and what can be done about it, today.

    decided: False where nothing is decided, or this reader may not know it yet; then all that follows is empty.
    grade: key of counting.scales.GRADES, "" for not graded. reason: "" where the decision follows the proposal.
    bettered: the grade comes from a review or an appeal. mine: it was told to this reader, who may contest it.
    contest: key of the contest that this reader may read, with its status and steps; None without one.
    ask_until, appeal_until: last days, counted to their end; None where there is nothing (yet) to count from.
    """

    subject: int
    round: str
    today: date
    mine: bool = False
    decided: bool = False
    grade: str = ""
    proposed: str = ""
    reason: str = ""
    decided_by: str = ""
    decided_on: date | None = None
    bettered: bool = False
    told: date | None = None
    acknowledged: date | None = None
    contest: int | None = None
    status: str = ""
    steps: tuple[Step, ...] = ()
    ask_until: date | None = None
    appeal_until: date | None = None
    may_ask: bool = False
    may_appeal: bool = False
    may_withdraw: bool = False

    @property
    def may_acknowledge(self) -> bool:
        """Whether the reader was told and has not said yet that it arrived."""
        return self.mine and self.acknowledged is None

    @property
    def too_late(self) -> bool:
        """Whether the days to ask for a review have passed unused."""
        return self.mine and not self.status and self.ask_until is not None and self.today > self.ask_until

    @property
    def appeal_too_late(self) -> bool:
        """Whether the days to appeal have passed unused: the answer to the review is final."""
        until = self.appeal_until
        return self.mine and self.status == ContestStatus.ANSWERED and until is not None and self.today > until


def outcome_status_of(subject: Subject, reader: User, *, now: datetime | None = None) -> OutcomeStatus:
    """Return the status of the outcome of a subject for this reader. At most nine queries."""
    today = timezone.localdate(now or timezone.now())
    status = OutcomeStatus(subject=subject.pk, round=subject.round.public_id, today=today)
    if not Subject.objects.with_outcome_for(reader).filter(pk=subject.pk).exists():
        return status
    decision = Decision.objects.filter(subject=subject).standing().select_related("by").first()
    if decision is None:
        return status
    status = replace(
        status,
        decided=True,
        grade=decision.grade,
        proposed=decision.proposed,
        reason=decision.reason,
        decided_by=decision.by.get_full_name(),
        decided_on=timezone.localdate(decision.decided_at),
        bettered=decision.stage_id is not None,
    )
    notice = OutcomeNotice.objects.filter(subject=subject).first()
    if notice is None:
        return status
    mine = notice.to_id == reader.pk
    last_day = ask_until(notice.notice_date)
    status = replace(
        status, mine=mine, told=notice.notice_date, acknowledged=notice.acknowledged_date, ask_until=last_day
    )
    contests = list(Contest.objects.visible_to(reader).filter(subject=subject).order_by("-pk"))
    if not contests:
        return replace(status, may_ask=mine and today <= last_day)
    contest = contests[0]
    stages = list(contest.stages.select_related("responsible", "answered_by", "decision").order_by("pk"))
    review = next(stage for stage in stages if stage.kind == StageKind.REVIEW)
    taken_back = contest.status == ContestStatus.WITHDRAWN and review.answered_date is None
    return replace(
        status,
        contest=contest.pk,
        status=contest.status,
        steps=tuple(_step(stage, contest, today) for stage in stages),
        appeal_until=appeal_until(review) if len(stages) == 1 else None,
        may_ask=mine and taken_back and today <= last_day,
        may_appeal=mine and len(stages) == 1 and may_appeal(contest, review, today),
        may_withdraw=mine and contest.status in AWAITING_ANSWER,
    )


def _step(stage: ContestStage, contest: Contest, today: date) -> Step:
    decision = getattr(stage, "decision", None)
    superseded = stage.kind == StageKind.REVIEW and contest.status == ContestStatus.APPEALED
    waiting = stage.answered_date is None and contest.status in AWAITING_ANSWER and not superseded
    return Step(
        pk=stage.pk,
        kind=stage.kind,
        asked=stage.asked_date,
        due=stage.due_date,
        late=waiting and today > stage.due_date,
        grounds=stage.grounds,
        responsible=stage.responsible.get_full_name() if stage.responsible else "",
        taken_up=stage.taken_up_date,
        extension_reason=stage.extension_reason,
        answer=stage.answer,
        answered=stage.answered_date,
        answered_by=stage.answered_by.get_full_name() if stage.answered_by else "",
        better=decision.grade if decision is not None else "",
    )
