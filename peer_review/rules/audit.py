"""Predicates about anomalies."""

from typing import TYPE_CHECKING

from peer_review.rules.base import predicate_about
from peer_review.rules.results import can_view_anomalies
from peer_review.rules.subjects import is_own_subject
from peer_review.users import User

if TYPE_CHECKING:
    from peer_review.models import Anomaly


@predicate_about("anomaly")
def is_about_user(user: User, anomaly: "Anomaly") -> bool:
    """The pattern is about this user. One query."""
    return bool(is_own_subject.test(user, anomaly.subject))


@predicate_about("anomaly")
def can_inspect_round_of(user: User, anomaly: "Anomaly") -> bool:
    """The user may read the patterns of the round of this one."""
    return bool(can_view_anomalies.test(user, anomaly.run.round))
