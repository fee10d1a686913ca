"""Which subjects: chainable reads, no writes. A method that says "twin of" equals a predicate."""

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from peer_review.enums import RESULT_STATES, StageKind
from peer_review.roles import is_known, role_names
from peer_review.users import AnyUser, User

if TYPE_CHECKING:
    from peer_review.models import Subject

    pass


class SubjectQuerySet(models.QuerySet["Subject"]):
    """Who or what is evaluated."""

    def with_result_for(self, user: AnyUser | None) -> "SubjectQuerySet":
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

    def not_addressed_to(self, user: AnyUser | None) -> "SubjectQuerySet":
        """Return the subjects that are neither this user nor a section that this user headed on the roll."""
        if not is_known(user):
            return self.all()
        members = apps.get_model("peer_review", "RollMember").objects.order_by()
        headed = members.filter(
            round=OuterRef("round"), user=user, is_section_head=True, section_key=OuterRef("section_key")
        )
        return self.exclude(member__user=user).exclude(Q(member__isnull=True) & Q(Exists(headed)))

    def decidable_by(self, user: AnyUser | None) -> "SubjectQuerySet":
        """Twin of peer_review.decide_subject."""
        if "leadership" not in role_names(user):
            return self.none()
        rounds = apps.get_model("peer_review", "Round").objects.order_by().decidable_by(user)
        return self.filter(round__in=rounds.values("pk")).not_addressed_to(user)

    def contestable_by(self, user: AnyUser | None) -> "SubjectQuerySet":
        """Twin of peer_review.contest_outcome: subjects whose outcome was told to this user."""
        return self.filter(outcome_notice__to=user) if is_known(user) else self.none()

    def with_outcome_for(self, user: AnyUser | None) -> "SubjectQuerySet":
        """Twin of peer_review.view_outcome: subjects whose decision this user may know."""
        if not is_known(user):
            return self.none()
        every = self.model._default_manager.order_by()
        notified = Q(outcome_notice__isnull=False)
        read = Q(outcome_notice__to=user) | Q(pk__in=every.with_result_for(user).values("pk"))
        if "inspector" in role_names(user):
            return self.filter(Q(pk__in=every.decidable_by(user).values("pk")) | notified)
        return self.filter(Q(pk__in=every.decidable_by(user).values("pk")) | (notified & read))

    def evaluated_by(self, user: User) -> "SubjectQuerySet":
        """Return the subjects for which the roll gives this user a paper."""
        assignments = apps.get_model("peer_review", "Assignment")
        return self.filter(Exists(assignments.objects.filter(cell__subject=OuterRef("pk"), evaluator=user)))

    def matching(self, text: str) -> "SubjectQuerySet":
        """Return the subjects whose label or section's name holds this text; all for an empty one."""
        return self.filter(Q(label__icontains=text) | Q(section_name__icontains=text)) if text else self
