"""Predicates about decisions, notices and contests."""

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from peer_review.enums import ContestStatus, StageKind
from peer_review.rules.base import predicate_about
from peer_review.rules.roles import is_inspector, is_leader
from peer_review.rules.rounds import is_published, is_shown_to
from peer_review.rules.subjects import is_addressee, of_round
from peer_review.users import User

if TYPE_CHECKING:
    from peer_review.models import Contest, ContestStage, PublicNotice


can_decide_round = is_published & is_leader & is_shown_to("leadership")


#: Nobody decides on themselves, nor on the section they head.
can_decide_subject = of_round(can_decide_round) & ~is_addressee


@predicate_about("notice")
def is_running(user: User, notice: "PublicNotice") -> bool:
    """The public notice is shown to all staff today."""
    return bool(notice.ended_date is None and notice.until_date >= timezone.localdate())


@predicate_about("contest")
def is_contestant(user: User, contest: "Contest") -> bool:
    """The user opened the contest."""
    return bool(contest.by_id == user.pk)


@predicate_about("contest")
def is_on_contest(user: User, contest: "Contest") -> bool:
    """The user is responsible for a stage of this contest, or answered one. One query."""
    return bool(contest.stages.filter(Q(responsible=user) | Q(answered_by=user)).exists())


@predicate_about("stage")
def is_unanswered(user: User, stage: "ContestStage") -> bool:
    """This stage of a contest waits for an answer now."""
    if stage.kind == StageKind.REVIEW:
        return stage.contest.status in {ContestStatus.ASKED, ContestStatus.UNDER_REVIEW}
    return bool(stage.contest.status == ContestStatus.APPEALED)


@predicate_about("stage")
def can_decide_review(user: User, stage: "ContestStage") -> bool:
    """The stage is a review, and the user may decide on its subject."""
    return bool(stage.kind == StageKind.REVIEW and can_decide_subject.test(user, stage.contest.subject))


@predicate_about("stage")
def can_decide_appeal(user: User, stage: "ContestStage") -> bool:
    """The stage is an appeal, and the user an inspector who had no part in what is appealed. Three queries at most."""
    if stage.kind != StageKind.APPEAL or not is_inspector.test(user):
        return False
    contest = stage.contest
    if is_contestant.test(user, contest) or is_addressee.test(user, contest.subject):
        return False
    reviews = contest.stages.filter(kind=StageKind.REVIEW)
    return not (
        contest.subject.decisions.filter(by=user).exists()
        or reviews.filter(Q(responsible=user) | Q(answered_by=user)).exists()
    )


@predicate_about("stage")
def is_responsible_for_stage(user: User, stage: "ContestStage") -> bool:
    """The user is responsible for this stage, or nobody is."""
    return bool(stage.responsible_id in (None, user.pk))


can_assign_contest = is_unanswered & (can_decide_review | can_decide_appeal)
