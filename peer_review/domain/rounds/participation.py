"""How many have taken part: one number of the whole round, and none of any part of it."""

from peer_review.domain.ballots.turnout import Turnout, turnout
from peer_review.enums import RoundState
from peer_review.exceptions.keys import RoundKeyUnreadable
from peer_review.models import Round


def participation(round: Round) -> Turnout | None:
    """Return how many people with a paper for marks vote at computers, and how many of them have drawn.

    Never by section: sections are one division of these people, and the papers whose ballots are kept another. A part
    of one less a part of the other can be one person, whatever the size of both.

    None before opening, once the round's key has been destroyed or where it cannot be read (the check of readiness says
    so), and where these people are fewer than the floor. Two queries, and one more for each 500 people.
    """
    if round.state not in {RoundState.OPEN, RoundState.CLOSED}:
        return None
    try:
        came = turnout(round)
    except RoundKeyUnreadable:
        return None
    return came if came.people >= round.frozen_scheme.floor else None
