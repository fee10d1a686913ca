"""May this person? Predicates, and the permissions composed of them.

Ask `rules.has_perm("peer_review.…", user, object)`, never `user.has_perm`: Django answers yes to every superuser,
and here a superuser is nobody in particular. Each permission has a queryset twin in querysets.py; a test holds
them equal for every role.
"""

from typing import Any

import rules
from django.db.models import Q
from django.utils import timezone

from peer_review.enums import (
    FROZEN_STATES,
    RESULT_STATES,
    ContestStatus,
    ResultScope,
    RoundState,
    StageKind,
)
from peer_review.querysets.rounds import is_known, role_names

has_perm = rules.has_perm


@rules.predicate
def is_organiser(user: Any) -> bool:
    """Member of the organisers' group."""
    return "organiser" in role_names(user)


@rules.predicate
def is_inspector(user: Any) -> bool:
    """Member of the inspectors' group."""
    return "inspector" in role_names(user)


@rules.predicate
def is_leader(user: Any) -> bool:
    """Member of the leadership group."""
    return "leadership" in role_names(user)


@rules.predicate
def is_responsible_organiser(user: Any, round: Any) -> bool:
    """In the organisers' group and named as responsible for this round."""
    return bool(round is not None and round.organiser_id == getattr(user, "pk", None) and is_organiser(user))


@rules.predicate
def is_scrutineer_of(user: Any, round: Any) -> bool:
    """In the scrutineers' group and named for this round. One query."""
    return bool(
        round is not None and "scrutineer" in role_names(user) and round.scrutineers.filter(pk=user.pk).exists()
    )


@rules.predicate
def is_on_roll(user: Any, round: Any) -> bool:
    """A member of this round's roll, as evaluator or as subject. One query."""
    return bool(round is not None and is_known(user) and round.members.filter(user=user).exists())


@rules.predicate
def has_paper(user: Any, round: Any) -> bool:
    """The roll gives this user at least one ballot paper. One query."""
    return bool(round is not None and is_known(user) and round.cells.filter(assignments__evaluator=user).exists())


@rules.predicate
def is_subject(user: Any, round: Any) -> bool:
    """This user is evaluated in this round. One query."""
    return bool(round is not None and is_known(user) and round.subjects.filter(member__user=user).exists())


@rules.predicate
def is_head_on_roll(user: Any, round: Any) -> bool:
    """Was a section head when the roll was frozen. One query."""
    return bool(round is not None and is_known(user) and round.members.filter(user=user, is_section_head=True).exists())


@rules.predicate
def is_own_subject(user: Any, subject: Any) -> bool:
    """This subject is the user."""
    return bool(
        subject is not None and is_known(user) and subject.member is not None and subject.member.user_id == user.pk
    )


@rules.predicate
def is_head_of_subject(user: Any, subject: Any) -> bool:
    """Headed the subject's section when the roll was frozen. One query."""
    return bool(
        subject is not None
        and is_known(user)
        and subject.round.members.filter(user=user, is_section_head=True, section_key=subject.section_key).exists()
    )


@rules.predicate
def is_opened(user: Any, round: Any) -> bool:
    """The round has left the draft state."""
    return bool(round is not None and is_known(user) and round.state in FROZEN_STATES)


@rules.predicate
def is_counted(user: Any, round: Any) -> bool:
    """The bulletin exists."""
    return bool(round is not None and is_known(user) and round.has_bulletin)


@rules.predicate
def is_comment_reviewer(user: Any, round: Any) -> bool:
    """Named to review this round's comments, in a round that has them."""
    return bool(
        round is not None
        and is_known(user)
        and round.comment_reviewer_id == user.pk
        and round.form.get("comments") is True
    )


@rules.predicate
def awaits_publication(user: Any, round: Any) -> bool:
    """Counted, and not published yet."""
    return bool(round is not None and round.state == RoundState.COUNTED)


@rules.predicate
def asks_self_evaluation(user: Any, round: Any) -> bool:
    """The scheme asks those evaluated what they say of themselves."""
    return bool(round is not None and round.form.get("self_evaluation") is True)


@rules.predicate
def is_published(user: Any, round: Any) -> bool:
    """Results may be read by those whom the scheme names."""
    return bool(round is not None and is_known(user) and round.state in RESULT_STATES)


@rules.predicate
def is_addressee(user: Any, subject: Any) -> bool:
    """This subject is the user, or a section evaluated as a whole that the user headed on the roll. One query."""
    if subject is None or not is_known(user):
        return False
    if subject.member_id is not None:
        return bool(subject.member.user_id == user.pk)
    return bool(is_head_of_subject.test(user, subject))


@rules.predicate
def is_told(user: Any, subject: Any) -> bool:
    """The outcome of this subject has been told in writing. One query."""
    return bool(subject is not None and hasattr(subject, "outcome_notice"))


@rules.predicate
def is_notified(user: Any, subject: Any) -> bool:
    """It was to this user that the outcome was told. One query."""
    return bool(is_told.test(user, subject) and is_known(user) and subject.outcome_notice.to_id == user.pk)


@rules.predicate
def handles_appeal(user: Any, subject: Any) -> bool:
    """Is the inspector responsible for an appeal about this subject, answered or not. One query."""
    if subject is None or not is_inspector.test(user):
        return False
    mine = subject.contests.filter(stages__kind=StageKind.APPEAL, stages__responsible=user)
    return bool(mine.exists())


def shown_to(audience: str) -> Any:
    """Return the predicate "the frozen scheme shows results to this audience"."""

    def shown(user: Any, round: Any) -> bool:
        return bool(round is not None and round.form.get("visibility", {}).get(audience) is True)

    return rules.predicate(shown, name=f"shown_to_{audience}")


def of_round(predicate: Any) -> Any:
    """Return `predicate` asked of a subject's round."""

    def asked(user: Any, subject: Any) -> bool:
        return bool(subject is not None and predicate.test(user, subject.round))

    return rules.predicate(asked, name=f"round_{predicate.name}")


can_view_own_result = is_published & shown_to("subject") & is_subject
can_view_section_results = is_published & shown_to("section_head") & is_head_on_roll
can_view_all_results = is_published & (is_responsible_organiser | (is_leader & shown_to("leadership")))
can_drill_down = can_view_all_results | can_view_section_results
can_view_summary = is_published & shown_to("staff")
can_view_anomalies = is_inspector & is_published
can_view_subject_result = of_round(is_published) & (
    (is_own_subject & of_round(shown_to("subject")))
    | (is_head_of_subject & of_round(shown_to("section_head")))
    | of_round(can_view_all_results)
    # Whoever decides an appeal sees what the subject sees.
    | (handles_appeal & of_round(shown_to("subject")))
)
can_view_round = (
    is_responsible_organiser
    | is_scrutineer_of
    | (is_opened & (is_inspector | is_leader | is_on_roll | is_comment_reviewer))
    | can_view_summary
)

rules.add_perm("peer_review.view_round", can_view_round)
rules.add_perm("peer_review.add_round", is_organiser)
rules.add_perm("peer_review.manage_round", is_responsible_organiser)
rules.add_perm("peer_review.open_box", is_scrutineer_of)
rules.add_perm("peer_review.evaluate_round", is_opened & has_paper)
# Nobody reviews what is said of themselves; opening refuses such a reviewer, and so does this.
rules.add_perm("peer_review.review_comments", awaits_publication & is_comment_reviewer & ~is_subject)
rules.add_perm("peer_review.evaluate_self", is_opened & asks_self_evaluation & is_subject)
rules.add_perm("peer_review.view_own_result", can_view_own_result)
rules.add_perm("peer_review.view_section_results", can_view_section_results)
rules.add_perm("peer_review.view_all_results", can_view_all_results)
rules.add_perm("peer_review.drill_down", can_drill_down)
rules.add_perm("peer_review.view_summary", can_view_summary)
rules.add_perm("peer_review.view_subject_result", can_view_subject_result)
rules.add_perm("peer_review.view_participation", is_opened & is_responsible_organiser)
rules.add_perm("peer_review.view_bulletin_audit", is_inspector & is_counted)
rules.add_perm("peer_review.view_ledger", is_inspector & is_published)
rules.add_perm("peer_review.view_audit_log", is_inspector)
rules.add_perm("peer_review.view_anomalies", can_view_anomalies)
rules.add_perm("peer_review.manage_schemes", is_organiser)


@rules.predicate
def is_result_of_subject(user: Any, result: Any) -> bool:
    """The result tells of one subject."""
    return bool(result is not None and result.scope == ResultScope.SUBJECT)


@rules.predicate
def is_result_of_unit(user: Any, result: Any) -> bool:
    """The result tells of all together."""
    return bool(result is not None and result.scope == ResultScope.UNIT)


@rules.predicate
def is_result_of_section(user: Any, result: Any) -> bool:
    """The result tells of one section."""
    return bool(result is not None and result.scope == ResultScope.SECTION)


@rules.predicate
def is_result_of_rank(user: Any, result: Any) -> bool:
    """The result tells of one rank."""
    return bool(result is not None and result.scope == ResultScope.RANK)


@rules.predicate
def is_comparable(user: Any, result: Any) -> bool:
    """The result is a mean over so many that it may be shown to people who may not see its members."""
    return bool(result is not None and result.comparable)


@rules.predicate
def heads_section_of_result(user: Any, result: Any) -> bool:
    """Headed the section that the result tells of when the roll was frozen. One query."""
    heads = result.round.members.filter(user=user, is_section_head=True, section_key=result.section_key)
    return bool(is_known(user) and heads.exists())


@rules.predicate
def lies_in_section_of_result(user: Any, result: Any) -> bool:
    """Is evaluated in this round as a member of the section that the result tells of. One query."""
    mine = result.round.subjects.filter(member__user=user, section_key=result.section_key)
    return bool(is_known(user) and mine.exists())


@rules.predicate
def holds_rank_of_result(user: Any, result: Any) -> bool:
    """Is evaluated in this round as a member of the rank that the result tells of. One query."""
    mine = result.round.subjects.filter(member__user=user, member__rank_key=result.rank_key)
    return bool(is_known(user) and mine.exists())


@rules.predicate
def can_view_subject_of_result(user: Any, result: Any) -> bool:
    """May read the figures of the subject that the result tells of."""
    return bool(result is not None and can_view_subject_result.test(user, result.subject))


can_view_group_result = of_round(can_view_all_results) | (
    (is_comparable & of_round(can_view_summary))
    | (
        of_round(can_view_section_results)
        & ((is_result_of_unit & is_comparable) | (is_result_of_section & heads_section_of_result))
    )
    | (
        is_comparable
        & of_round(can_view_own_result)
        & (
            is_result_of_unit
            | (is_result_of_section & lies_in_section_of_result)
            | (is_result_of_rank & holds_rank_of_result)
        )
    )
)
rules.add_perm(
    "peer_review.view_result",
    (is_result_of_subject & can_view_subject_of_result) | (~is_result_of_subject & can_view_group_result),
)


# Decisions, notices and contests

can_decide_round = is_published & is_leader & shown_to("leadership")
#: Nobody decides on themselves, nor on the section they head.
can_decide_subject = of_round(can_decide_round) & ~is_addressee


@rules.predicate
def is_running(user: Any, notice: Any) -> bool:
    """The public notice is shown to all staff today."""
    return bool(
        notice is not None
        and is_known(user)
        and notice.ended_date is None
        and notice.until_date >= timezone.localdate()
    )


@rules.predicate
def is_contestant(user: Any, contest: Any) -> bool:
    """It was this user who asked."""
    return bool(contest is not None and is_known(user) and contest.by_id == user.pk)


@rules.predicate
def is_on_contest(user: Any, contest: Any) -> bool:
    """Is responsible for a stage of this contest, or answered one. One query."""
    if contest is None or not is_known(user):
        return False
    return bool(contest.stages.filter(Q(responsible=user) | Q(answered_by=user)).exists())


@rules.predicate
def is_unanswered(user: Any, stage: Any) -> bool:
    """This stage of a contest waits for an answer now."""
    waiting = {StageKind.REVIEW: (ContestStatus.ASKED, ContestStatus.UNDER_REVIEW)}
    return bool(
        stage is not None
        and is_known(user)
        and stage.contest.status in waiting.get(stage.kind, (ContestStatus.APPEALED,))
    )


@rules.predicate
def may_review(user: Any, stage: Any) -> bool:
    """The stage is a review, and the user may decide on its subject."""
    return bool(
        stage is not None and stage.kind == StageKind.REVIEW and can_decide_subject.test(user, stage.contest.subject)
    )


@rules.predicate
def may_rule(user: Any, stage: Any) -> bool:
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
def is_theirs(user: Any, stage: Any) -> bool:
    """The user is responsible for this stage, or nobody is."""
    return bool(stage is not None and stage.responsible_id in (None, getattr(user, "pk", None)))


can_assign_contest = is_unanswered & (may_review | may_rule)
rules.add_perm("peer_review.decide_round", can_decide_round)
rules.add_perm("peer_review.decide_subject", can_decide_subject)
rules.add_perm(
    "peer_review.view_outcome",
    can_decide_subject | (is_told & (is_notified | is_inspector | can_view_subject_result)),
)
rules.add_perm("peer_review.contest_outcome", is_notified)
rules.add_perm("peer_review.view_contest", is_contestant | is_inspector | (is_leader & is_on_contest))
rules.add_perm("peer_review.assign_contest", can_assign_contest)
rules.add_perm("peer_review.answer_contest", can_assign_contest & is_theirs)
rules.add_perm(
    "peer_review.view_public_notice", is_running | is_leader | is_inspector | of_round(is_responsible_organiser)
)


# Findings


@rules.predicate
def is_about_own_section(user: Any, finding: Any) -> bool:
    """Headed the section that the finding is about when the roll was frozen. One query."""
    return bool(
        finding is not None
        and finding.section_key
        and is_known(user)
        and finding.round.members.filter(user=user, is_section_head=True, section_key=finding.section_key).exists()
    )


@rules.predicate
def has_raised(user: Any, finding: Any) -> bool:
    """Raised it."""
    return bool(finding is not None and is_known(user) and finding.raised_by_id == user.pk)


@rules.predicate
def is_to_answer_for(user: Any, finding: Any) -> bool:
    """Is named as responsible for it."""
    return bool(finding is not None and is_known(user) and finding.responsible_id == user.pk)


can_raise_anywhere = is_published & (is_inspector | can_view_all_results)
can_raise_finding = of_round(can_raise_anywhere) | (of_round(can_view_section_results) & is_about_own_section)
rules.add_perm("peer_review.raise_findings", can_raise_anywhere | can_view_section_results)
rules.add_perm("peer_review.raise_finding", can_raise_finding)
rules.add_perm("peer_review.view_finding", has_raised | is_to_answer_for | can_raise_finding)


# Patterns


@rules.predicate
def tells_of_reader(user: Any, anomaly: Any) -> bool:
    """The pattern is about this user. One query."""
    return bool(anomaly is not None and is_own_subject.test(user, anomaly.subject))


@rules.predicate
def may_inspect_round_of(user: Any, anomaly: Any) -> bool:
    """May look at the patterns of the round that this one was found in."""
    return bool(anomaly is not None and can_view_anomalies.test(user, anomaly.run.round))


# Nobody inspects themselves.
rules.add_perm("peer_review.view_anomaly", may_inspect_round_of & ~tells_of_reader)
