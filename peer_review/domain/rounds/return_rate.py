"""Whether enough came back (RULES: validity), and how it looks while a round is open."""

from collections.abc import Sequence
from dataclasses import dataclass

from peer_review.domain.rounds.participation import Participation
from peer_review.domain.tally.bulletin import head_of
from peer_review.enums import CellKind
from peer_review.models import Bulletin, Round


@dataclass(frozen=True, slots=True)
class Return:
    """Of `eligible`, `came` have come; `needed` percent must."""

    eligible: int
    came: int
    needed: int

    @property
    def percent(self) -> int:
        """Whole percent, rounded down: 80 is never shown for what is less."""
        return 100 * self.came // self.eligible if self.eligible else 0

    @property
    def is_enough(self) -> bool:
        """Whether the lowest return rate is reached. With nothing eligible nothing can be missing."""
        return 100 * self.came >= self.needed * self.eligible

    @property
    def missing(self) -> int:
        """How many more make it enough, at the least."""
        return max(0, -(-self.needed * self.eligible // 100) - self.came)


def final_return(round: Round, bulletin: Bulletin) -> Return:
    """Return what the rule is about: counted ballots of all credentials for ratings and whole sheets.

    Comment papers do not count: nobody need have words. Papers closed at the barrier do: they did not come back.
    """
    marks = set(round.cells.exclude(kind=CellKind.COMMENT).values_list("key", flat=True))
    cells = [cell for cell in head_of(bulletin)["cells"] if cell["cell"] in marks]
    return Return(
        eligible=sum(cell["eligible"] for cell in cells),
        came=sum(cell["counted"] for cell in cells),
        needed=_needed(round),
    )


def projected_return(round: Round, groups: Sequence[Participation]) -> Return | None:
    """Return the return rate that comes about if everybody who has drawn casts; None where no group may be shown.

    In people, from the very groups that are shown: papers, of which each has another number, would tell whose came.
    """
    if not groups:
        return None
    return Return(
        eligible=sum(group.eligible for group in groups),
        came=sum(group.drawn for group in groups),
        needed=_needed(round),
    )


def _needed(round: Round) -> int:
    return int(round.form.get("min_return", 0))
