"""Early closings for tests: confirmed as somebody does who has just read the page."""

from datetime import datetime
from typing import Any

from peer_review.domain.rounds.early_closing import confirm_early_closing, early_closing_fingerprint
from peer_review.models import EarlyClosing, Round


def confirm_as_read(early_closing: EarlyClosing, *, by: Any, now: datetime | None = None) -> Round:
    """Confirm a request as it is now, and return its round."""
    fresh = EarlyClosing.objects.select_related("round").get(pk=early_closing.pk)
    return confirm_early_closing(fresh, by=by, fingerprint=early_closing_fingerprint(fresh), now=now)
