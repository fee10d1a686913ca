"""The dummies that closing lays among the rows of the box: how many there are tells nobody how many ballots there are.

The scrutineers open the box row by row, so they see how many rows it has. Were these the ballots alone, the difference
to the sums of the bulletin would tell how many were destroyed, and where it is nothing, that nobody whose answers had
no cover has voted. So there are at least as many rows as papers were handed out. Ballots that replace others can make
more; somebody who casts again and again knows how many of these are theirs, so a number that is drawn anew for each box
comes on top: how much more or less likely any total becomes by one ballot is 1 in `spread`.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from peer_review.domain.keys.custody import box_public
from peer_review.domain.schemes.ballot_papers import row_length
from peer_review.models import Assignment, Round
from zhengyan_crypto import sealing

#: What a dummy says once it is opened. No cast is empty.
DUMMY = b""


@dataclass(frozen=True, slots=True)
class BoxPadding:
    """How many dummies a box gets, and how each is sealed: for the box's key, as a ballot, so that it opens as one."""

    papers: int
    seal: Callable[[], bytes]

    @property
    def spread(self) -> int:
        """How many numbers the one on top is drawn from: at most a sixteenth of the papers more than a hundred-odd."""
        return 128 + self.papers // 16

    def missing(self, rows: int) -> int:
        """Return how many dummies to lay among so many rows. Another number each time."""
        return max(self.papers - rows, 0) + secrets.randbelow(self.spread)


def padding_of(round: Round) -> BoxPadding:
    """Return the padding of an open round's box."""
    public, length = box_public(round), row_length(round)

    def seal() -> bytes:
        return sealing.seal(DUMMY, box_public=public, round_id=round.public_id, length=length)

    return BoxPadding(papers=Assignment.objects.filter(cell__round=round).count(), seal=seal)
