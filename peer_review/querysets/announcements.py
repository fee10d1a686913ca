"""Which notices: chainable reads, no writes."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from peer_review.enums import WHILE_OPEN, RoundState
from peer_review.roles import is_known
from peer_review.users import AnyUser

if TYPE_CHECKING:
    from peer_review.models import Notice

    pass


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Announcements in people's lists."""

    def visible_to(self, user: AnyUser | None) -> "NoticeQuerySet":
        """Return somebody's own notices, newest announcement first, with round and announcement at hand."""
        if not is_known(user):
            return self.none()
        return self.filter(user=user).select_related("announcement__round").order_by("-announcement_id")

    def unread(self) -> "NoticeQuerySet":
        """Return what has not been read and still says something: no reminder outlives its round."""
        stale = Q(announcement__kind__in=WHILE_OPEN) & ~Q(announcement__round__state=RoundState.OPEN)
        return self.filter(read=False).exclude(stale)
