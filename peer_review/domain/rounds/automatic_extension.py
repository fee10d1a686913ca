"""The one automatic extension of a round, declared before it opens (docs/rounds.md#a-later-end).

It says one thing of turnout: that fewer than the scheme's lowest return rate have drawn. It is for the whole round and
names no paper, nobody and no number, and everybody on the roll knows beforehand that it may come.
"""

from datetime import datetime, timedelta

from peer_review import audit_log
from peer_review.domain.announcements.announcements import announce_automatic_extension
from peer_review.domain.ballots.turnout import turnout
from peer_review.domain.rounds.return_rate import ReturnRate, needed_percent
from peer_review.models import Round


def extends_itself(round: Round, *, now: datetime) -> bool:
    """Return whether the last moment of an open round has come and moves once, as was declared.

    Not where it closes early: that was confirmed for a reason and told to everybody.
    Raises: RoundKeyUnreadable.
    """
    if not round.extension_days or round.prolonged_at is not None or now < round.closes_at:
        return False
    # Where the clock stood still for days, the moment to which it would move has passed as well.
    if now >= _later_end(round) or round.early_closings.in_force().exists():
        return False
    return not _drawn_rate(round).is_enough


def extend_automatically(round: Round, *, now: datetime) -> Round:
    """Move the last moment of a round, tell everybody, and return the round. The caller holds its lock."""
    before, round.closes_at, round.prolonged_at = round.closes_at, _later_end(round), now
    round.save(update_fields=["closes_at", "prolonged_at"])
    audit_log.record(
        round,
        "peer_review.round.automatic_extension",
        by=None,
        before=before.isoformat(),
        until=round.closes_at.isoformat(),
    )
    announce_automatic_extension(round, now=now)
    return round


def _later_end(round: Round) -> datetime:
    return round.closes_at + timedelta(days=round.extension_days)


def _drawn_rate(round: Round) -> ReturnRate:
    """Return how many people with a paper for marks have drawn at a computer. Nobody is ever shown it."""
    came = turnout(round)
    return ReturnRate(came.people, came.drawn, needed_percent(round))
