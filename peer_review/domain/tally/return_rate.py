"""The return rate of a counted round."""

from peer_review.domain.rounds.return_rate import Return, needed_papers
from peer_review.domain.tally.bulletin import head_of
from peer_review.enums import CellKind
from peer_review.models import Bulletin, Round


def final_return(round: Round, bulletin: Bulletin) -> Return:
    """Return what the rule is about: counted ballots of all credentials for ratings and whole sheets.

    Comment papers do not count: nobody need have words. Papers closed at the barrier do: they did not come back.
    """
    marks = set(round.cells.exclude(kind=CellKind.COMMENT).values_list("key", flat=True))
    cells = [cell for cell in head_of(bulletin)["cells"] if cell["cell"] in marks]
    return Return(
        eligible=sum(cell["eligible"] for cell in cells),
        came=sum(cell["counted"] for cell in cells),
        needed=needed_papers(round),
    )
