"""Which findings: chainable reads, no writes. A method that says "twin of" equals a predicate."""

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from peer_review.enums import RESULT_STATES
from peer_review.roles import is_known, role_names
from peer_review.users import AnyUser

if TYPE_CHECKING:
    from peer_review.models import RaisedFinding

    pass


class RaisedFindingQuerySet(models.QuerySet["RaisedFinding"]):
    """Findings raised from results."""

    def raisable_by(self, user: AnyUser | None) -> "RaisedFindingQuerySet":
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

    def visible_to(self, user: AnyUser | None) -> "RaisedFindingQuerySet":
        """Twin of peer_review.view_finding."""
        if not is_known(user):
            return self.none()
        raisable = self.model._default_manager.order_by().raisable_by(user).values("pk")
        return self.filter(Q(raised_by=user) | Q(responsible=user) | Q(pk__in=raisable))
