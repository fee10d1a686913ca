"""WaitingSlots to wait in: how many requests of this process may hold a thread until their batch is on disk.

A batch goes out with enough ballots from enough requests. If every request kept its thread until then, so many threads
would be the largest crowd that ever came together: ballots of one paper each would never fill a batch, and while they
waited nobody else would be served. So some wait, and the rest are told to ask again in a while. Their ballots stay in
the batch; nobody's leaves earlier, or in smaller company, for it. A number in memory, and no name beside it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from peer_review.conf import conf


class WaitingSlots:
    """Counts who waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = 0

    @contextmanager
    def take(self) -> Iterator[bool]:
        """Take a place for the length of the block, if one is free; yield whether it was."""
        with self._lock:
            slot = self._taken < conf.CAST_WAITERS
            self._taken += slot
        try:
            yield slot
        finally:
            with self._lock:
                self._taken -= slot


waiting_slots = WaitingSlots()
