"""Which results: chainable reads, no writes. A method that says "twin of" equals a predicate."""

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from peer_review.enums import ResultScope
from peer_review.roles import is_known
from peer_review.users import AnyUser

if TYPE_CHECKING:
    from peer_review.models import CriterionResult, Result

    pass


class ResultQuerySet(models.QuerySet["Result"]):
    """Published figures."""

    def of_scope(self, scope: str) -> "ResultQuerySet":
        return self.filter(scope=scope)

    def shown(self) -> "ResultQuerySet":
        """Return results large enough to have figures."""
        return self.filter(score__isnull=False)

    def visible_to(self, user: AnyUser | None) -> "ResultQuerySet":
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

    def with_section_for(self, user: AnyUser | None) -> "ResultQuerySet":
        """Twin of peer_review.view_section: results of sections whose subjects' results this user may read."""
        if not is_known(user):
            return self.none()
        rounds = apps.get_model("peer_review", "Round").objects.order_by()
        members = apps.get_model("peer_review", "RollMember").objects.order_by()
        heads = (
            members.filter(round=OuterRef("round")).sections_headed_by(user).filter(section_key=OuterRef("section_key"))
        )
        of_all = Q(round__in=rounds.with_all_results_for(user).values("pk"))
        headed = Q(round__in=rounds.with_section_results_for(user).values("pk")) & Q(Exists(heads))
        return self.of_scope(ResultScope.SECTION).filter(of_all | headed)


class CriterionResultQuerySet(models.QuerySet["CriterionResult"]):
    """Published figures of single criteria."""

    def visible_to(self, user: AnyUser | None) -> "CriterionResultQuerySet":
        """Return the criteria of the results that this user may read."""
        results = apps.get_model("peer_review", "Result").objects.order_by()
        return self.filter(result__in=results.visible_to(user).values("pk"))
