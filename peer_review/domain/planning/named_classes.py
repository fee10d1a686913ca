"""Voter classes that a draft declares not anonymous: frozen at opening, told before anybody writes.

Ballots of such a class count towards nobody's floor and carry their full weight.
"""

from django.db import transaction

from peer_review import audit_log
from peer_review.domain.planning.plan_state import lock_roll
from peer_review.domain.planning.roll_touches import touch_roll
from peer_review.enums import RollTouchKind
from peer_review.exceptions.base import UnknownVoterClass
from peer_review.models import Round
from peer_review.users import User


@transaction.atomic
def declare_not_anonymous(round: Round, *, by: User, voter_class: str, declared: bool = True) -> Round:
    """Declare a voter class of a draft not anonymous, or take that back, and return the draft.

    Raises: RoundFrozen, RollBeingWritten; UnknownVoterClass for one that the scheme has not.
    """
    round = lock_roll(round)
    labels = dict(round.scheme.voter_classes.values_list("key", "label"))
    if voter_class not in labels:
        raise UnknownVoterClass
    if (voter_class in round.not_anonymous) == declared:
        return round
    named = {*round.not_anonymous, voter_class} if declared else set(round.not_anonymous) - {voter_class}
    round.not_anonymous = [key for key in labels if key in named]
    round.save(update_fields=["not_anonymous"])
    if declared:
        touch_roll(round, RollTouchKind.NOT_ANONYMOUS, by=by, detail=labels[voter_class])
    else:
        round.roll_touches.filter(kind=RollTouchKind.NOT_ANONYMOUS, detail=labels[voter_class]).delete()
    audit_log.record(
        round, "peer_review.round.not_anonymous", by=by, voter_class=labels[voter_class], declared=declared
    )
    return round
