"""Which anomalies: chainable reads, no writes. A method that says "twin of" equals a predicate."""

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models

from peer_review.roles import is_known
from peer_review.users import AnyUser

if TYPE_CHECKING:
    from peer_review.models import Anomaly

    pass


class AnomalyQuerySet(models.QuerySet["Anomaly"]):
    """Patterns for the inspector."""

    def visible_to(self, user: AnyUser | None) -> "AnomalyQuerySet":
        """Twin of peer_review.view_anomaly: nobody inspects themselves."""
        rounds = apps.get_model("peer_review", "Round").objects.order_by()
        seen = self.filter(run__round__in=rounds.with_anomalies_for(user).values("pk"))
        return seen.exclude(subject__member__user=user) if is_known(user) else self.none()
