"""Predicates about anomalies."""

from typing import Any

import rules

from peer_review.rules.results import can_view_anomalies
from peer_review.rules.subjects import is_own_subject
from peer_review.users import AnyUser


@rules.predicate
def tells_of_reader(user: AnyUser | None, anomaly: Any) -> bool:
    """The pattern is about this user. One query."""
    return bool(anomaly is not None and is_own_subject.test(user, anomaly.subject))


@rules.predicate
def may_inspect_round_of(user: AnyUser | None, anomaly: Any) -> bool:
    """May look at the patterns of the round that this one was found in."""
    return bool(anomaly is not None and can_view_anomalies.test(user, anomaly.run.round))
