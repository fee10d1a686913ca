"""The return rate: whether enough papers came back, and how it looks while a round is open (docs/rounds.md)."""

from dataclasses import dataclass

from peer_review.domain.ballots.turnout import Turnout
from peer_review.models import Round


@dataclass(frozen=True, slots=True)
class ReturnRate:
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


def projected_return_rate(round: Round, came: Turnout | None) -> ReturnRate | None:
    """Return the return rate that comes about if everybody who has drawn casts; None where no number may be shown.

    In people, from the very number that is shown: papers, of which each has another number, would tell whose came.
    """
    return None if came is None else ReturnRate(came.people, came.drawn, needed_percent(round))


def needed_percent(round: Round) -> int:
    """Return the lowest return rate of a valid round, in percent; 0 where the scheme names none."""
    return round.frozen_scheme.min_return if round.has_frozen_scheme else 0
