"""The return rate of a counted round."""

from peer_review.domain.rounds.return_rate import ReturnRate, needed_percent
from peer_review.domain.tally.bulletin import head_of
from peer_review.enums import CellKind
from peer_review.models import Bulletin, Round


def final_return_rate(round: Round, bulletin: Bulletin) -> ReturnRate:
    """Return the return rate that decides whether the round is valid: counted ballots of all eligible papers.

    Comment papers are left out: nobody need write one. Papers closed at the barrier are in it: they did not come back.
    """
    marks = set(round.cells.exclude(kind=CellKind.COMMENT).values_list("key", flat=True))
    cells = [cell for cell in head_of(bulletin)["cells"] if cell["cell"] in marks]
    return ReturnRate(
        eligible=sum(cell["eligible"] for cell in cells),
        came=sum(cell["counted"] for cell in cells),
        needed=needed_percent(round),
    )
