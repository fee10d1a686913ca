"""What follows from a round's events here. Announcements whose moment has come are made; the tick makes what failed."""

from peer_review import signals
from peer_review.domain.announcements.announcements import announce_round, forget_notices
from peer_review.domain.audit.anomalies import search_anomalies
from peer_review.models import Round


def announce(sender: type[Round], round: Round, **kwargs: object) -> None:
    """Tell people what has happened."""
    announce_round(round)


def forget(sender: type[Round], round: Round, **kwargs: object) -> None:
    """Empty people's lists of a round that was put away."""
    forget_notices(round)


def look_for_patterns(sender: type[Round], round: Round, **kwargs: object) -> None:
    """Let the inspectors find patterns in what was published."""
    search_anomalies(round, by=None)


def connect() -> None:
    """Connect all receivers, once."""
    collecting = (signals.round_opened, signals.round_casting, signals.round_closed)
    for signal in (*collecting, signals.round_published, signals.round_voided):
        signal.connect(announce, dispatch_uid="peer_review.announce")
    signals.round_archived.connect(forget, dispatch_uid="peer_review.forget_notices")
    signals.round_published.connect(look_for_patterns, dispatch_uid="peer_review.look_for_patterns")
