"""Which rows: chainable reads, no writes. A method that says "twin of" equals a predicate of rules.py."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from peer_review.enums import FROZEN_STATES, RESULT_STATES, RoundState, VoidReason
from peer_review.roles import is_known, role_names, users_with_role
from peer_review.users import AnyUser, User

if TYPE_CHECKING:
    from peer_review.models import EarlyClosing, Round


class RoundQuerySet(models.QuerySet["Round"]):
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

    def subtractable_since(self, since: datetime) -> "RoundQuerySet":
        """Return rounds whose figures may be set beside those of one that opens now: opened or published since, or
        yet to be published. Those that came to nothing show nothing."""
        waiting = Q(state__in=[RoundState.OPEN, RoundState.CLOSED, RoundState.COUNTED])
        return self.filter(
            waiting | (Q(state__in=RESULT_STATES) & (Q(opened_at__gte=since) | Q(published_at__gte=since)))
        )

    def manageable_by(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of peer_review.manage_round."""
        if not is_known(user) or "organiser" not in role_names(user):
            return self.none()
        return self.filter(organiser=user)

    def openable_by(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of peer_review.open_box: rounds for which this user is a scrutineer."""
        if not is_known(user) or "scrutineer" not in role_names(user):
            return self.none()
        return self.filter(Exists(self.model.scrutineers.through.objects.filter(round=OuterRef("pk"), user=user)))

    def seconded_by(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of rules.rounds.is_second_person. One query to know whether there is any inspector."""
        if not is_known(user):
            return self.none()
        if "inspector" in role_names(user):
            return self.exclude(organiser=user)
        if users_with_role("inspector").exists():
            return self.none()
        return self.openable_by(user).exclude(organiser=user)

    def with_early_closing_for(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of peer_review.view_early_closing."""
        rounds = self.model._default_manager.order_by()
        either = Q(pk__in=rounds.manageable_by(user).values("pk")) | Q(pk__in=rounds.seconded_by(user).values("pk"))
        return self.frozen().filter(either)

    def with_roll_touches_for(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of peer_review.view_roll_touches."""
        rounds = self.model._default_manager.order_by()
        either = Q(pk__in=rounds.manageable_by(user).values("pk")) | Q(
            pk__in=rounds._touched_seconded_by(user).values("pk")
        )
        return self.filter(either)

    def with_roll_to_confirm_for(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of peer_review.confirm_roll. Whether the roll is confirmed already is not asked here."""
        return self._touched_seconded_by(user).drafts()

    def _touched_seconded_by(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of rules.planning.is_second_person_of_roll."""
        if not is_known(user):
            return self.none()
        touches = apps.get_model("peer_review", "RollTouch").objects.filter(round=OuterRef("pk")).order_by()
        rounds = self.seconded_by(user).filter(Exists(touches))
        return rounds.exclude(Exists(touches.filter(by=user))).exclude(Exists(touches.on_list_of(user)))

    def with_envelopes_for(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of peer_review.view_envelopes."""
        return self.filter(
            Q(pk__in=self.manageable_by(user).order_by().values("pk"))
            | Q(pk__in=self.openable_by(user).order_by().values("pk"))
        )

    def evaluable_by(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of peer_review.evaluate_round: opened rounds in which the roll gives this user a paper."""
        if not is_known(user):
            return self.none()
        assignments = apps.get_model("peer_review", "Assignment")
        return self.frozen().filter(Exists(assignments.objects.filter(cell__round=OuterRef("pk"), evaluator=user)))

    def reviewable_by(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of peer_review.review_comments: counted rounds whose comments this user is named to review."""
        if not is_known(user):
            return self.none()
        subjects = apps.get_model("peer_review", "Subject")
        own = subjects.objects.filter(round=OuterRef("pk"), member__user=user)
        return self.filter(state=RoundState.COUNTED, comment_reviewer=user, form__comments=True).exclude(Exists(own))

    def self_evaluable_by(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of peer_review.evaluate_self: opened rounds that evaluate this user and ask what they say themselves."""
        if not is_known(user):
            return self.none()
        subjects = apps.get_model("peer_review", "Subject")
        own = subjects.objects.filter(round=OuterRef("pk"), member__user=user)
        return self.frozen().filter(Exists(own), form__self_evaluation=True)

    def asking_self_evaluation_of(self, user: User) -> "RoundQuerySet":
        """Return the open rounds that ask this user for a self-evaluation, the next to close first.

        `said` tells whether it has been written.
        """
        evaluations = apps.get_model("peer_review", "SelfEvaluation").objects.order_by()
        own = evaluations.filter(subject__round=OuterRef("pk"), subject__member__user=user)
        return self.self_evaluable_by(user).open().annotate(said=Exists(own)).order_by("closes_at")

    def with_own_result_for(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of peer_review.view_own_result."""
        if not is_known(user):
            return self.none()
        subjects = apps.get_model("peer_review", "Subject")
        return (
            self.with_results()
            .filter(form__visibility__subject=True)
            .filter(Exists(subjects.objects.filter(round=OuterRef("pk"), member__user=user)))
        )

    def with_section_results_for(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of peer_review.view_section_results."""
        if not is_known(user):
            return self.none()
        members = apps.get_model("peer_review", "RollMember")
        return (
            self.with_results()
            .filter(form__visibility__section_head=True)
            .filter(Exists(members.objects.filter(round=OuterRef("pk"), user=user, is_section_head=True)))
        )

    def with_all_results_for(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of peer_review.view_all_results."""
        roles = role_names(user)
        allowed = Q(pk__in=[])
        if "leadership" in roles:
            allowed |= Q(form__visibility__leadership=True)
        if "organiser" in roles:
            allowed |= Q(organiser=user)
        return self.with_results().filter(allowed)

    def decidable_by(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of peer_review.decide_round: rounds in which this user may decide grades."""
        if "leadership" not in role_names(user):
            return self.none()
        return self.with_results().filter(form__visibility__leadership=True)

    def with_summary_for(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of peer_review.view_summary."""
        return self.with_results().filter(form__visibility__staff=True) if is_known(user) else self.none()

    def with_participation_for(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of peer_review.view_participation."""
        return self.manageable_by(user).frozen()

    def with_crosstab_for(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of peer_review.compose_crosstab."""
        either = [self.model.objects.with_all_results_for(user), self.model.objects.with_section_results_for(user)]
        condition = Q(pk__in=[])
        for rounds in either:
            condition |= Q(pk__in=rounds.order_by().values("pk"))
        return self.filter(condition)

    def with_ledger_for(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of peer_review.view_ledger."""
        return self.with_results() if "inspector" in role_names(user) else self.none()

    def correctable_by(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of peer_review.withdraw_figures."""
        return self.manageable_by(user).with_results()

    def auditable_by(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of peer_review.view_bulletin_audit."""
        if "inspector" not in role_names(user):
            return self.none()
        return self.with_bulletin()

    def with_findings_to_raise_for(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of peer_review.raise_findings."""
        rounds = self.model._default_manager.order_by()
        anywhere = Q(pk__in=rounds.with_all_results_for(user).values("pk"))
        if "inspector" in role_names(user):
            anywhere |= Q(pk__in=rounds.with_results().values("pk"))
        return self.filter(anywhere | Q(pk__in=rounds.with_section_results_for(user).values("pk")))

    def with_anomalies_for(self, user: AnyUser | None) -> "RoundQuerySet":
        """Twin of peer_review.view_anomalies."""
        return self.with_results() if "inspector" in role_names(user) else self.none()

    def visible_to(self, user: AnyUser | None) -> "RoundQuerySet":
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


class EarlyClosingQuerySet(models.QuerySet["EarlyClosing"]):
    """Requests to close rounds early."""

    def standing(self) -> "EarlyClosingQuerySet":
        """Return requests that have not been withdrawn, confirmed or not."""
        return self.filter(withdrawn_at__isnull=True)

    def in_force(self) -> "EarlyClosingQuerySet":
        """Return confirmed requests: their rounds close, or have closed, when the notice ends."""
        return self.standing().filter(confirmed_at__isnull=False)

    def confirmable_by(self, user: AnyUser | None) -> "EarlyClosingQuerySet":
        """Twin of peer_review.confirm_early_closing."""
        if not is_known(user):
            return self.none()
        rounds = apps.get_model("peer_review", "Round").objects.order_by().open().seconded_by(user)
        waiting = self.standing().filter(confirmed_at__isnull=True, round__in=rounds.values("pk"))
        return waiting.exclude(requested_by=user)
