"""The return rate that decides whether a round is valid."""

from collections.abc import Mapping

from peer_review.domain.rounds.return_rate import ReturnRate, needed_percent
from peer_review.enums import CellKind
from peer_review.models import Round


def final_return_rate(round: Round, counted: Mapping[str, int]) -> ReturnRate:
    """Return the return rate that decides: valid ballots of all eligible papers, whatever their fate. One query.

    `counted`: valid ballots by cell. Comment papers are left out: nobody need write one. Papers closed at the barrier
    are in it: they did not come back.
    """
    marks = round.cells.exclude(kind=CellKind.COMMENT).with_eligible()
    rows = list(marks.values_list("key", "eligible"))
    return ReturnRate(
        eligible=sum(eligible for _key, eligible in rows),
        came=sum(counted.get(key, 0) for key, _eligible in rows),
        needed=needed_percent(round),
    )
