"""Which decisions, notices and contests: chainable reads, no writes. "Twin of" names the equal predicate."""

from datetime import date
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from peer_review.enums import ContestStatus, StageKind
from peer_review.roles import is_known, role_names
from peer_review.users import AnyUser

if TYPE_CHECKING:
    from peer_review.models import Contest, ContestStage, Decision, OutcomeNotice, PublicNotice

    pass


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Decisions on grades."""

    def standing(self) -> "DecisionQuerySet":
        """Return the latest of each subject: the one that holds."""
        later = self.model._default_manager.filter(subject=OuterRef("subject"), number__gt=OuterRef("number"))
        return self.filter(~Exists(later.order_by()))


class OutcomeNoticeQuerySet(models.QuerySet["OutcomeNotice"]):
    """Outcomes that were told."""

    def unacknowledged_by(self, user: AnyUser | None) -> "OutcomeNoticeQuerySet":
        """Return what was told to this user, who has not said yet that it arrived."""
        return self.filter(to=user, acknowledged_date__isnull=True) if is_known(user) else self.none()


class PublicNoticeQuerySet(models.QuerySet["PublicNotice"]):
    """Lists of those decided 优秀."""

    def running(self, today: date) -> "PublicNoticeQuerySet":
        """Return the lists that are shown to all staff on this day."""
        return self.filter(ended_date__isnull=True, until_date__gte=today)

    def visible_to(self, user: AnyUser | None, *, today: date | None = None) -> "PublicNoticeQuerySet":
        """Twin of peer_review.view_public_notice."""
        if not is_known(user):
            return self.none()
        roles = role_names(user)
        if roles & {"leadership", "inspector"}:
            return self.all()
        own = Q(round__organiser=user) if "organiser" in roles else Q(pk__in=[])
        return self.filter(own | Q(pk__in=self.running(today or timezone.localdate()).order_by().values("pk")))


class ContestQuerySet(models.QuerySet["Contest"]):
    """Contested outcomes."""

    def visible_to(self, user: AnyUser | None) -> "ContestQuerySet":
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


class ContestStageQuerySet(models.QuerySet["ContestStage"]):
    """Reviews and appeals."""

    def unanswered(self) -> "ContestStageQuerySet":
        """Return the stages that wait for an answer now."""
        review = Q(kind=StageKind.REVIEW, contest__status__in=[ContestStatus.ASKED, ContestStatus.UNDER_REVIEW])
        return self.filter(review | Q(kind=StageKind.APPEAL, contest__status=ContestStatus.APPEALED))

    def assignable_by(self, user: AnyUser | None) -> "ContestStageQuerySet":
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

    def answerable_by(self, user: AnyUser | None) -> "ContestStageQuerySet":
        """Twin of peer_review.answer_contest: waiting stages that this user is responsible for, or nobody is."""
        if not is_known(user):
            return self.none()
        return self.assignable_by(user).filter(Q(responsible=user) | Q(responsible__isnull=True))
