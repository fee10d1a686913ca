"""Predicates about decisions, notices and contests."""

from typing import Any

import rules
from django.db.models import Q
from django.utils import timezone

from peer_review.enums import ContestStatus, StageKind
from peer_review.roles import is_known
from peer_review.rules.roles import is_inspector, is_leader
from peer_review.rules.rounds import is_published, shown_to
from peer_review.rules.subjects import is_addressee, of_round
from peer_review.users import AnyUser

can_decide_round = is_published & is_leader & shown_to("leadership")


#: Nobody decides on themselves, nor on the section they head.
can_decide_subject = of_round(can_decide_round) & ~is_addressee


@rules.predicate
def is_running(user: AnyUser | None, notice: Any) -> bool:
    """The public notice is shown to all staff today."""
    return bool(
        notice is not None
        and is_known(user)
        and notice.ended_date is None
        and notice.until_date >= timezone.localdate()
    )


@rules.predicate
def is_contestant(user: AnyUser | None, contest: Any) -> bool:
    """It was this user who asked."""
    return bool(contest is not None and is_known(user) and contest.by_id == user.pk)


@rules.predicate
def is_on_contest(user: AnyUser | None, contest: Any) -> bool:
    """Is responsible for a stage of this contest, or answered one. One query."""
    if contest is None or not is_known(user):
        return False
    return bool(contest.stages.filter(Q(responsible=user) | Q(answered_by=user)).exists())


@rules.predicate
def is_unanswered(user: AnyUser | None, stage: Any) -> bool:
    """This stage of a contest waits for an answer now."""
    waiting = {StageKind.REVIEW: (ContestStatus.ASKED, ContestStatus.UNDER_REVIEW)}
    return bool(
        stage is not None
        and is_known(user)
        and stage.contest.status in waiting.get(stage.kind, (ContestStatus.APPEALED,))
    )


@rules.predicate
def may_review(user: AnyUser | None, stage: Any) -> bool:
    """The stage is a review, and the user may decide on its subject."""
    return bool(
        stage is not None and stage.kind == StageKind.REVIEW and can_decide_subject.test(user, stage.contest.subject)
    )


@rules.predicate
def may_rule(user: AnyUser | None, stage: Any) -> bool:
    """The stage is an appeal, and the user an inspector who had no part in what is appealed. At most three queries."""
    if stage is None or stage.kind != StageKind.APPEAL or not is_inspector.test(user):
        return False
    contest = stage.contest
    if is_contestant.test(user, contest) or is_addressee.test(user, contest.subject):
        return False
    reviews = contest.stages.filter(kind=StageKind.REVIEW)
    return not (
        contest.subject.decisions.filter(by=user).exists()
        or reviews.filter(Q(responsible=user) | Q(answered_by=user)).exists()
    )


@rules.predicate
def is_theirs(user: AnyUser | None, stage: Any) -> bool:
    """The user is responsible for this stage, or nobody is."""
    return bool(stage is not None and stage.responsible_id in (None, getattr(user, "pk", None)))


can_assign_contest = is_unanswered & (may_review | may_rule)
