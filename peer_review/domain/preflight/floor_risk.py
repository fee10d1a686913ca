"""Which papers may fall under the floor, and how likely: everybody votes or not as a coin decides for them alone.

Only people at computers count: a ballot from an envelope gives nobody cover, because whoever printed it may know it.
"""

from dataclasses import dataclass
from math import comb

import numpy as np

from peer_review.counting.scales import Flags, Ints
from peer_review.domain.preflight.roll_arrays import RollPapers
from peer_review.protocol.frozen_scheme import FrozenScheme

#: Turnouts in percent for which the chance is told.
TURNOUTS = (60, 70, 80)


@dataclass(frozen=True, slots=True)
class FloorRisk:
    """All papers with so many voters at computers.

    chances: that fewer than the floor vote, one for each of TURNOUTS.
    """

    voters: int
    papers: int
    chances: tuple[float, ...]

    @property
    def percents(self) -> tuple[int, ...]:
        """Return the chances in whole percent; 100 only where it is certain, and 0 where it cannot be."""
        return tuple(_whole_percent(chance) for chance in self.chances)


def floor_risks(papers: RollPapers, scheme: FrozenScheme) -> list[FloorRisk]:
    """Return the papers with fewer than twice the floor of voters at computers, grouped by that number, fewest first.

    At most twice the floor of groups, however large the round. Papers of a class that is not anonymous need no floor;
    those that are voted with envelopes alone are not among them.
    """
    sizes = sizes_of(papers, scheme)
    counts = np.bincount(sizes, minlength=2 * scheme.floor)[: 2 * scheme.floor]
    return [
        FloorRisk(voters, int(counts[voters]), tuple(chance_under_floor(voters, scheme.floor, p) for p in TURNOUTS))
        for voters in np.flatnonzero(counts).tolist()
        if voters
    ]


def sizes_of(papers: RollPapers, scheme: FrozenScheme) -> Ints:
    """Return the number of voters at computers of each paper that needs a floor, (papers,)."""
    if not len(papers.cells):
        return np.zeros(0, dtype=np.int64)
    cells = papers.cells[_anonymous(scheme)[papers.cells[:, 1]]]
    sizes: Ints = papers.at_computers[cells[:, 0], cells[:, 1]]
    return sizes


def chance_under_floor(voters: int, floor: int, percent: int) -> float:
    """Return the probability that fewer than `floor` of so many people vote, each with this probability in percent.

    Exact: sums of whole numbers, divided once.
    """
    under = sum(comb(voters, n) * percent**n * (100 - percent) ** (voters - n) for n in range(min(floor, voters + 1)))
    return under / 100**voters


def people_without_cover(papers: RollPapers, scheme: FrozenScheme) -> list[int]:
    """Return the users (primary keys) on paper who hold a paper that too few vote at computers, though some do.

    Their ballots there may be joined with another class or destroyed; voting at a computer they would give cover.
    """
    at_computers = papers.at_computers[papers.subject, papers.voter_class]
    thin = papers.on_paper & (at_computers > 0) & (at_computers < scheme.floor)
    thin &= _anonymous(scheme)[papers.voter_class]
    people: list[int] = np.unique(papers.person[thin]).tolist()
    return people


def _anonymous(scheme: FrozenScheme) -> Flags:
    return np.array([voters.anonymous for voters in scheme.classes], dtype=bool)


def _whole_percent(chance: float) -> int:
    rounded = int(chance * 100 + 0.5)
    if 0 < chance < 1:
        return min(99, max(1, rounded))
    return rounded
