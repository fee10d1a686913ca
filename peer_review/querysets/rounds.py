"""Which rows: chainable reads, no writes. A method that says "twin of" equals a predicate of rules.py."""

from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from peer_review.conf import conf
from peer_review.enums import (
    FROZEN_STATES,
    RESULT_STATES,
    WHILE_OPEN,
    ContestStatus,
    RoundState,
    StageKind,
    VoidReason,
)


def role_names(user: Any) -> frozenset[str]:
    """Return the roles a signed-in, active user holds, as keys of conf.GROUPS; empty for None and strangers.

    One query per user object: the answer is kept on it, as Django keeps its own permissions.
    """
    if user is None or not getattr(user, "is_active", False) or not getattr(user, "is_authenticated", False):
        return frozenset()
    cached: frozenset[str] | None = getattr(user, "_peer_review_roles", None)
    if cached is None:
        held = set(user.groups.values_list("name", flat=True))
        cached = frozenset(role for role, group in conf.GROUPS.items() if group in held)
        user._peer_review_roles = cached
    return cached


def users_with_role(*roles: str) -> "models.QuerySet[Any]":
    """Return the active users of the groups that hold any of `roles`."""
    names = [conf.GROUPS[role] for role in roles]
    return get_user_model()._default_manager.filter(is_active=True, groups__name__in=names).distinct()


def is_known(user: Any) -> bool:
    """Whether this is a signed-in person with an active account."""
    return bool(user is not None and getattr(user, "is_active", False) and getattr(user, "is_authenticated", False))


class RoundQuerySet(models.QuerySet[Any]):
    """Rounds, asked for by state and by who looks."""

    def drafts(self) -> "RoundQuerySet":
        return self.filter(state=RoundState.DRAFT)

    def open(self) -> "RoundQuerySet":
        return self.filter(state=RoundState.OPEN)

    def due_to_close(self, now: datetime) -> "RoundQuerySet":
        """Return open rounds whose closing time has come."""
        return self.open().filter(closes_at__lte=now)

    def due_to_cast(self, now: datetime) -> "RoundQuerySet":
        """Return two-stage rounds whose drawing is over but not yet ended."""
        return self.open().filter(casts_at__lte=now, barrier_at__isnull=True)

    def frozen(self) -> "RoundQuerySet":
        """Return rounds that have been opened, whatever came after."""
        return self.filter(state__in=FROZEN_STATES)

    def with_results(self) -> "RoundQuerySet":
        """Return rounds whose results may be read by those whom the scheme names."""
        return self.filter(state__in=RESULT_STATES)

    def with_bulletin(self) -> "RoundQuerySet":
        """Return counted rounds; also those of which too few papers came back."""
        return self.filter(
            Q(state__in=[RoundState.COUNTED, *RESULT_STATES])
            | Q(state=RoundState.VOID, void_reason=VoidReason.RETURN_RATE)
        )

    def manageable_by(self, user: Any) -> "RoundQuerySet":
        """Twin of peer_review.manage_round."""
        return self.filter(organiser=user) if "organiser" in role_names(user) else self.none()

    def openable_by(self, user: Any) -> "RoundQuerySet":
        """Twin of peer_review.open_box: rounds for which this user is a scrutineer."""
        if "scrutineer" not in role_names(user):
            return self.none()
        return self.filter(Exists(self.model.scrutineers.through.objects.filter(round=OuterRef("pk"), user=user)))

    def evaluable_by(self, user: Any) -> "RoundQuerySet":
        """Twin of peer_review.evaluate_round: opened rounds in which the roll gives this user a paper."""
        if not is_known(user):
            return self.none()
        assignments = apps.get_model("peer_review", "Assignment")
        return self.frozen().filter(Exists(assignments.objects.filter(cell__round=OuterRef("pk"), evaluator=user)))

    def reviewable_by(self, user: Any) -> "RoundQuerySet":
        """Twin of peer_review.review_comments: counted rounds whose comments this user is named to review."""
        if not is_known(user):
            return self.none()
        subjects = apps.get_model("peer_review", "Subject")
        own = subjects.objects.filter(round=OuterRef("pk"), member__user=user)
        return self.filter(state=RoundState.COUNTED, comment_reviewer=user, form__comments=True).exclude(Exists(own))

    def self_evaluable_by(self, user: Any) -> "RoundQuerySet":
        """Twin of peer_review.evaluate_self: opened rounds that evaluate this user and ask what they say themselves."""
        if not is_known(user):
            return self.none()
        subjects = apps.get_model("peer_review", "Subject")
        own = subjects.objects.filter(round=OuterRef("pk"), member__user=user)
        return self.frozen().filter(Exists(own), form__self_evaluation=True)

    def with_own_result_for(self, user: Any) -> "RoundQuerySet":
        """Twin of peer_review.view_own_result."""
        if not is_known(user):
            return self.none()
        subjects = apps.get_model("peer_review", "Subject")
        return (
            self.with_results()
            .filter(form__visibility__subject=True)
            .filter(Exists(subjects.objects.filter(round=OuterRef("pk"), member__user=user)))
        )

    def with_section_results_for(self, user: Any) -> "RoundQuerySet":
        """Twin of peer_review.view_section_results."""
        if not is_known(user):
            return self.none()
        members = apps.get_model("peer_review", "RollMember")
        return (
            self.with_results()
            .filter(form__visibility__section_head=True)
            .filter(Exists(members.objects.filter(round=OuterRef("pk"), user=user, is_section_head=True)))
        )

    def with_all_results_for(self, user: Any) -> "RoundQuerySet":
        """Twin of peer_review.view_all_results."""
        roles = role_names(user)
        allowed = Q(pk__in=[])
        if "leadership" in roles:
            allowed |= Q(form__visibility__leadership=True)
        if "organiser" in roles:
            allowed |= Q(organiser=user)
        return self.with_results().filter(allowed)

    def decidable_by(self, user: Any) -> "RoundQuerySet":
        """Twin of peer_review.decide_round: rounds in which this user may decide grades."""
        if "leadership" not in role_names(user):
            return self.none()
        return self.with_results().filter(form__visibility__leadership=True)

    def with_summary_for(self, user: Any) -> "RoundQuerySet":
        """Twin of peer_review.view_summary."""
        return self.with_results().filter(form__visibility__staff=True) if is_known(user) else self.none()

    def with_participation_for(self, user: Any) -> "RoundQuerySet":
        """Twin of peer_review.view_participation."""
        return self.manageable_by(user).frozen()

    def drillable_by(self, user: Any) -> "RoundQuerySet":
        """Twin of peer_review.drill_down."""
        either = [self.model.objects.with_all_results_for(user), self.model.objects.with_section_results_for(user)]
        found = Q(pk__in=[])
        for rounds in either:
            found |= Q(pk__in=rounds.order_by().values("pk"))
        return self.filter(found)

    def with_ledger_for(self, user: Any) -> "RoundQuerySet":
        """Twin of peer_review.view_ledger."""
        return self.with_results() if "inspector" in role_names(user) else self.none()

    def auditable_by(self, user: Any) -> "RoundQuerySet":
        """Twin of peer_review.view_bulletin_audit."""
        if "inspector" not in role_names(user):
            return self.none()
        return self.with_bulletin()

    def with_findings_to_raise_for(self, user: Any) -> "RoundQuerySet":
        """Twin of peer_review.raise_findings."""
        rounds = self.model._default_manager.order_by()
        anywhere = Q(pk__in=rounds.with_all_results_for(user).values("pk"))
        if "inspector" in role_names(user):
            anywhere |= Q(pk__in=rounds.with_results().values("pk"))
        return self.filter(anywhere | Q(pk__in=rounds.with_section_results_for(user).values("pk")))

    def with_anomalies_for(self, user: Any) -> "RoundQuerySet":
        """Twin of peer_review.view_anomalies."""
        return self.with_results() if "inspector" in role_names(user) else self.none()

    def visible_to(self, user: Any) -> "RoundQuerySet":
        """Twin of peer_review.view_round: rounds whose existence and terms this user may know."""
        if not is_known(user):
            return self.none()
        roles = role_names(user)
        members = apps.get_model("peer_review", "RollMember")
        seen = Q(state__in=FROZEN_STATES) & Q(Exists(members.objects.filter(round=OuterRef("pk"), user=user)))
        seen |= Q(state__in=RESULT_STATES, form__visibility__staff=True)
        seen |= Q(state__in=FROZEN_STATES, form__comments=True, comment_reviewer=user)
        if "organiser" in roles:
            seen |= Q(organiser=user)
        if "scrutineer" in roles:
            seen |= Q(Exists(self.model.scrutineers.through.objects.filter(round=OuterRef("pk"), user=user)))
        if roles & {"inspector", "leadership"}:
            seen |= Q(state__in=FROZEN_STATES)
        return self.filter(seen)


class SubjectQuerySet(models.QuerySet[Any]):
    """Who or what is evaluated."""

    def with_result_for(self, user: Any) -> "SubjectQuerySet":
        """Twin of peer_review.view_subject_result: subjects whose published figures this user may read."""
        if not is_known(user):
            return self.none()
        rounds = apps.get_model("peer_review", "Round")
        members = apps.get_model("peer_review", "RollMember")
        heads = members.objects.filter(
            round=OuterRef("round"), user=user, is_section_head=True, section_key=OuterRef("section_key")
        )
        own = Q(member__user=user, round__form__visibility__subject=True)
        section = Q(round__form__visibility__section_head=True) & Q(Exists(heads))
        everything = Q(round__in=rounds.objects.with_all_results_for(user).order_by().values("pk"))
        appealed = Q(pk__in=[])
        if "inspector" in role_names(user):
            stages = apps.get_model("peer_review", "ContestStage").objects.order_by()
            ruled = stages.filter(contest__subject=OuterRef("pk"), kind=StageKind.APPEAL, responsible=user)
            appealed = Q(round__form__visibility__subject=True) & Q(Exists(ruled))
        return self.filter(round__state__in=RESULT_STATES).filter(own | section | everything | appealed)

    def not_addressed_to(self, user: Any) -> "SubjectQuerySet":
        """Return the subjects that are neither this user nor a section that this user headed on the roll."""
        members = apps.get_model("peer_review", "RollMember").objects.order_by()
        headed = members.filter(
            round=OuterRef("round"), user=user, is_section_head=True, section_key=OuterRef("section_key")
        )
        return self.exclude(member__user=user).exclude(Q(member__isnull=True) & Q(Exists(headed)))

    def decidable_by(self, user: Any) -> "SubjectQuerySet":
        """Twin of peer_review.decide_subject."""
        if "leadership" not in role_names(user):
            return self.none()
        rounds = apps.get_model("peer_review", "Round").objects.order_by().decidable_by(user)
        return self.filter(round__in=rounds.values("pk")).not_addressed_to(user)

    def contestable_by(self, user: Any) -> "SubjectQuerySet":
        """Twin of peer_review.contest_outcome: subjects whose outcome was told to this user."""
        return self.filter(outcome_notice__to=user) if is_known(user) else self.none()

    def with_outcome_for(self, user: Any) -> "SubjectQuerySet":
        """Twin of peer_review.view_outcome: subjects whose decision this user may know."""
        if not is_known(user):
            return self.none()
        every = self.model._default_manager.order_by()
        told = Q(outcome_notice__isnull=False)
        read = Q(outcome_notice__to=user) | Q(pk__in=every.with_result_for(user).values("pk"))
        if "inspector" in role_names(user):
            return self.filter(Q(pk__in=every.decidable_by(user).values("pk")) | told)
        return self.filter(Q(pk__in=every.decidable_by(user).values("pk")) | (told & read))

    def evaluated_by(self, user: Any) -> "SubjectQuerySet":
        """Return the subjects for which the roll gives this user a paper."""
        assignments = apps.get_model("peer_review", "Assignment")
        return self.filter(Exists(assignments.objects.filter(cell__subject=OuterRef("pk"), evaluator=user)))


class AssignmentQuerySet(models.QuerySet[Any]):
    """Credentials."""

    def of(self, *, evaluator: Any, round: Any) -> "AssignmentQuerySet":
        """Return one evaluator's papers in one round: whole sheets first, then subject by subject, each one's rating
        before the comment; with cell, subject and sheet at hand."""
        return (
            self.filter(evaluator=evaluator, cell__round=round)
            .select_related("cell__subject", "cell__sheet")
            .order_by(
                models.F("cell__sheet__sort_order").asc(nulls_last=True),
                "cell__sheet_id",
                "cell__subject__sort_order",
                "cell__subject_id",
                "-cell__kind",
                "pk",
            )
        )

    def drawn(self) -> "AssignmentQuerySet":
        return self.filter(blinded__isnull=False)


class CellQuerySet(models.QuerySet[Any]):
    """Ballot papers."""

    def without_key(self) -> "CellQuerySet":
        return self.filter(spki="")

    def in_order(self) -> "CellQuerySet":
        """Order papers as their holders see them (AssignmentQuerySet.of), with subject and sheet at hand."""
        return self.select_related("subject", "sheet").order_by(
            models.F("sheet__sort_order").asc(nulls_last=True),
            "sheet_id",
            "subject__sort_order",
            "subject_id",
            "-kind",
            "pk",
        )

    def with_turnout(self) -> "CellQuerySet":
        """Annotate `eligible` and `drawn`; drawn is known only until the blinded values are destroyed."""
        return self.annotate(
            eligible=models.Count("assignments"),
            drawn=models.Count("assignments", filter=Q(assignments__blinded__isnull=False)),
        )


class SchemeQuerySet(models.QuerySet[Any]):
    """Questionnaires."""

    def manageable_by(self, user: Any) -> "SchemeQuerySet":
        """Twin of peer_review.manage_schemes."""
        return self.all() if "organiser" in role_names(user) else self.none()

    def offered(self, round: Any = None) -> "SchemeQuerySet":
        """Return the schemes a round may choose from: those not retired, and the one it has."""
        return self.filter(Q(retired=False) | Q(pk=round.scheme_id if round is not None else None))


class DecisionQuerySet(models.QuerySet[Any]):
    """Decisions on grades."""

    def standing(self) -> "DecisionQuerySet":
        """Return the latest of each subject: the one that holds."""
        later = self.model._default_manager.filter(subject=OuterRef("subject"), number__gt=OuterRef("number"))
        return self.filter(~Exists(later.order_by()))


class OutcomeNoticeQuerySet(models.QuerySet[Any]):
    """Outcomes that were told."""

    def unacknowledged_by(self, user: Any) -> "OutcomeNoticeQuerySet":
        """Return what was told to this user, who has not said yet that it arrived."""
        return self.filter(to=user, acknowledged_date__isnull=True) if is_known(user) else self.none()


class PublicNoticeQuerySet(models.QuerySet[Any]):
    """Lists of those decided 优秀."""

    def running(self, today: date) -> "PublicNoticeQuerySet":
        """Return the lists that are shown to all staff on this day."""
        return self.filter(ended_date__isnull=True, until_date__gte=today)

    def visible_to(self, user: Any, *, today: date | None = None) -> "PublicNoticeQuerySet":
        """Twin of peer_review.view_public_notice."""
        if not is_known(user):
            return self.none()
        roles = role_names(user)
        if roles & {"leadership", "inspector"}:
            return self.all()
        own = Q(round__organiser=user) if "organiser" in roles else Q(pk__in=[])
        return self.filter(own | Q(pk__in=self.running(today or timezone.localdate()).order_by().values("pk")))


class ContestQuerySet(models.QuerySet[Any]):
    """Contested outcomes."""

    def visible_to(self, user: Any) -> "ContestQuerySet":
        """Twin of peer_review.view_contest: contests whose words this user may read."""
        if not is_known(user):
            return self.none()
        roles = role_names(user)
        if "inspector" in roles:
            return self.all()
        read = Q(by=user)
        if "leadership" in roles:
            stages = apps.get_model("peer_review", "ContestStage").objects.order_by()
            read |= Q(Exists(stages.filter(contest=OuterRef("pk")).filter(Q(responsible=user) | Q(answered_by=user))))
        return self.filter(read)


class ContestStageQuerySet(models.QuerySet[Any]):
    """Reviews and appeals."""

    def unanswered(self) -> "ContestStageQuerySet":
        """Return the stages that wait for an answer now."""
        review = Q(kind=StageKind.REVIEW, contest__status__in=[ContestStatus.ASKED, ContestStatus.UNDER_REVIEW])
        return self.filter(review | Q(kind=StageKind.APPEAL, contest__status=ContestStatus.APPEALED))

    def assignable_by(self, user: Any) -> "ContestStageQuerySet":
        """Twin of peer_review.assign_contest: waiting stages that this user could answer, or may hand to another."""
        if not is_known(user):
            return self.none()
        subjects = apps.get_model("peer_review", "Subject").objects.order_by()
        allowed = Q(kind=StageKind.REVIEW, contest__subject__in=subjects.decidable_by(user).values("pk"))
        if "inspector" in role_names(user):
            decisions = apps.get_model("peer_review", "Decision").objects.order_by()
            decided = decisions.filter(subject=OuterRef("contest__subject"), by=user)
            reviews = self.model._default_manager.filter(contest=OuterRef("contest"), kind=StageKind.REVIEW)
            reviewed = reviews.filter(Q(responsible=user) | Q(answered_by=user)).order_by()
            allowed |= (
                Q(kind=StageKind.APPEAL, contest__subject__in=subjects.not_addressed_to(user).values("pk"))
                & ~Q(contest__by=user)
                & ~Exists(decided)
                & ~Exists(reviewed)
            )
        return self.unanswered().filter(allowed)

    def answerable_by(self, user: Any) -> "ContestStageQuerySet":
        """Twin of peer_review.answer_contest: waiting stages that this user is responsible for, or nobody is."""
        if not is_known(user):
            return self.none()
        return self.assignable_by(user).filter(Q(responsible=user) | Q(responsible__isnull=True))


class ResultQuerySet(models.QuerySet[Any]):
    """Published figures."""

    def of_scope(self, scope: str) -> "ResultQuerySet":
        return self.filter(scope=scope)

    def shown(self) -> "ResultQuerySet":
        """Return results large enough to have figures."""
        return self.filter(score__isnull=False)

    def visible_to(self, user: Any) -> "ResultQuerySet":
        """Twin of peer_review.view_result."""
        if not is_known(user):
            return self.none()
        rounds = apps.get_model("peer_review", "Round").objects.order_by()
        subjects = apps.get_model("peer_review", "Subject").objects.order_by()
        members = apps.get_model("peer_review", "RollMember").objects.order_by()
        of_all = Q(round__in=rounds.with_all_results_for(user).values("pk"))
        summary = Q(comparable=True, round__in=rounds.with_summary_for(user).values("pk"))
        headed = Q(round__in=rounds.with_section_results_for(user).values("pk"))
        own = Q(comparable=True, round__in=rounds.with_own_result_for(user).values("pk"))
        here = {"round": OuterRef("round"), "section_key": OuterRef("section_key")}
        heads_it = Q(Exists(members.filter(user=user, is_section_head=True, **here)))
        lies_in_it = Q(Exists(subjects.filter(member__user=user, **here)))
        of_rank = {"round": OuterRef("round"), "member__rank_key": OuterRef("rank_key")}
        holds_it = Q(Exists(subjects.filter(member__user=user, **of_rank)))
        return self.filter(
            Q(scope="subject", subject__in=subjects.with_result_for(user).values("pk"))
            | (Q(scope="section") & (of_all | summary | (headed & heads_it) | (own & lies_in_it)))
            | (Q(scope="rank") & (of_all | summary | (own & holds_it)))
            | (Q(scope="unit") & (of_all | summary | (headed & Q(comparable=True)) | own))
        )


class CriterionResultQuerySet(models.QuerySet[Any]):
    """Published figures of single criteria."""

    def visible_to(self, user: Any) -> "CriterionResultQuerySet":
        """Return the criteria of the results that this user may read."""
        results = apps.get_model("peer_review", "Result").objects.order_by()
        return self.filter(result__in=results.visible_to(user).values("pk"))


class AnomalyQuerySet(models.QuerySet[Any]):
    """Patterns for the inspector."""

    def visible_to(self, user: Any) -> "AnomalyQuerySet":
        """Twin of peer_review.view_anomaly: nobody inspects themselves."""
        rounds = apps.get_model("peer_review", "Round").objects.order_by()
        seen = self.filter(run__round__in=rounds.with_anomalies_for(user).values("pk"))
        return seen.exclude(subject__member__user=user) if is_known(user) else self.none()


class RaisedFindingQuerySet(models.QuerySet[Any]):
    """Findings raised from results."""

    def raisable_by(self, user: Any) -> "RaisedFindingQuerySet":
        """Twin of peer_review.raise_finding: findings such as this user might have raised."""
        if not is_known(user):
            return self.none()
        rounds = apps.get_model("peer_review", "Round").objects.order_by()
        members = apps.get_model("peer_review", "RollMember").objects.order_by()
        headed = members.filter(
            round=OuterRef("round"), user=user, is_section_head=True, section_key=OuterRef("section_key")
        )
        anywhere = Q(round__in=rounds.with_all_results_for(user).values("pk"))
        if "inspector" in role_names(user):
            anywhere |= Q(round__state__in=RESULT_STATES)
        own = Q(round__in=rounds.with_section_results_for(user).values("pk")) & ~Q(section_key="") & Q(Exists(headed))
        return self.filter(anywhere | own)

    def visible_to(self, user: Any) -> "RaisedFindingQuerySet":
        """Twin of peer_review.view_finding."""
        if not is_known(user):
            return self.none()
        raisable = self.model._default_manager.order_by().raisable_by(user).values("pk")
        return self.filter(Q(raised_by=user) | Q(responsible=user) | Q(pk__in=raisable))


class NoticeQuerySet(models.QuerySet[Any]):
    """Announcements in people's lists."""

    def visible_to(self, user: Any) -> "NoticeQuerySet":
        """Return somebody's own notices, newest announcement first, with round and announcement at hand."""
        if not is_known(user):
            return self.none()
        return self.filter(user=user).select_related("announcement__round").order_by("-announcement_id")

    def unread(self) -> "NoticeQuerySet":
        """Return what has not been read and still says something: no reminder outlives its round."""
        stale = Q(announcement__kind__in=WHILE_OPEN) & ~Q(announcement__round__state=RoundState.OPEN)
        return self.filter(read=False).exclude(stale)
