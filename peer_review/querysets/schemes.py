"""Which schemes: chainable reads, no writes."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from peer_review.roles import role_names
from peer_review.users import AnyUser

if TYPE_CHECKING:
    from peer_review.models import Round, Scheme


class SchemeQuerySet(models.QuerySet["Scheme"]):
    """Questionnaires."""

    def manageable_by(self, user: AnyUser | None) -> "SchemeQuerySet":
        """Twin of peer_review.manage_schemes."""
        return self.all() if "organiser" in role_names(user) else self.none()

    def offered(self, round: "Round | None" = None) -> "SchemeQuerySet":
        """Return the schemes a round may choose from: those not retired, and the one it has."""
        return self.filter(Q(retired=False) | Q(pk=round.scheme_id if round is not None else None))
