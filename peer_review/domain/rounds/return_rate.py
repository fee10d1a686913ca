"""The return rate: whether enough papers came back, and how it looks while a round is open (docs/rounds.md)."""

from collections.abc import Sequence
from dataclasses import dataclass

from peer_review.domain.rounds.participation import Participation
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


def projected_return_rate(round: Round, groups: Sequence[Participation]) -> ReturnRate | None:
    """Return the return rate that comes about if everybody who has drawn casts; None where no group may be shown.

    In people, from the very groups that are shown: papers, of which each has another number, would tell whose came.
    """
    if not groups:
        return None
    return ReturnRate(
        eligible=sum(group.eligible for group in groups),
        came=sum(group.drawn for group in groups),
        needed=needed_percent(round),
    )


def needed_percent(round: Round) -> int:
    """Return the lowest return rate of a valid round, in percent; 0 where the scheme names none."""
    return round.frozen_scheme.min_return if round.has_frozen_scheme else 0
