"""Row locks of a round: state is read and changed by one transaction at a time."""

from peer_review.exceptions.base import RoundFrozen
from peer_review.models import Round


def lock_draft(round: Round) -> Round:
    """Return the round locked for the transaction's rest.

    Raises: RoundFrozen unless it is a draft.
    """
    locked: Round = Round.objects.select_for_update(of=("self",)).select_related("scheme").get(pk=round.pk)
    if locked.is_frozen:
        raise RoundFrozen
    return locked
