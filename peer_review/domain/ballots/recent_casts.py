"""Filter of resubmitted ballots: what one process remembers of the ballots that were cast through it.

It spares the box rows that cannot win. The count decides over all that was cast, whatever a process remembers.
"""

import threading
from collections import OrderedDict

from peer_review.conf import conf
from peer_review.exceptions.ballots import StaleRevision, TooManyCasts
from peer_review.protocol.ballots import CheckedCast

#: Of a credential that was not cast: every revision is newer.
_NOTHING = (-1, b"", 0)


class RecentCasts:
    """The newest revision of each credential and how often it was cast. Process memory only, bounded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: OrderedDict[bytes, tuple[int, bytes, int]] = OrderedDict()

    def take(self, cast: CheckedCast) -> None:
        """Note a cast, or refuse one that cannot win: older than, or equal to but other than, what was cast.

        Raises: StaleRevision, TooManyCasts.
        """
        with self._lock:
            revision, leaf, times = self._seen.get(cast.token, _NOTHING)
            if leaf == cast.leaf:
                return
            if cast.revision <= revision:
                raise StaleRevision
            if times >= conf.CAST_LIMIT:
                raise TooManyCasts
            self._seen[cast.token] = (cast.revision, cast.leaf, times + 1)
            self._seen.move_to_end(cast.token)
            while len(self._seen) > conf.CAST_MEMORY:
                self._seen.popitem(last=False)

    def forget(self, cast: CheckedCast) -> None:
        """Undo `take` for a cast that did not reach the disk."""
        with self._lock:
            if self._seen.get(cast.token, _NOTHING)[1] == cast.leaf:
                del self._seen[cast.token]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._seen.clear()


recent_casts = RecentCasts()
