"""Group commits: a ballot reaches the disk only in a shuffled batch, and its receipt waits for the disk.

One batcher a process, with one writer thread and a database connection of its own. A request leaves its sealed rows,
then waits, or goes and asks again (domain/cast.py); the writer writes a whole batch in one transaction and wakes
everybody in it. So no receipt is ever given for a ballot that a crash could lose, and no row on disk stands alone
beside the moment it arrived.
"""

import atexit
import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import connections

from peer_review.box import store
from peer_review.conf import conf

logger = logging.getLogger("peer_review.box")

Row = tuple[bytes, bytes]
#: Even in the last second before closing, ballots wait this long for company.
LAST_CALL = 0.25


@dataclass(frozen=True, slots=True)
class Terms:
    """When a round's batch goes out.

    window: seconds after its first ballot. floor: requests without which it does not go out even then.
    deadline: monotonic moment after which the floor is waived, so that a ballot waiting at closing time is not lost.
    """

    window: float
    floor: int = 1
    ballots: int = 50
    requests: int = 5
    deadline: float | None = None


class Ticket:
    """One request's share of a batch: `wait` returns whether it is settled, `error` says whether it failed."""

    __slots__ = ("_done", "error", "leaves")

    def __init__(self, leaves: frozenset[bytes]) -> None:
        self._done = threading.Event()
        self.error: BaseException | None = None
        self.leaves = leaves

    def wait(self, timeout: float | None) -> bool:
        return self._done.wait(timeout)

    def settle(self, error: BaseException | None) -> None:
        self.error = error
        self._done.set()


@dataclass(slots=True)
class _Pending:
    """What one round has gathered since its last batch."""

    terms: Terms
    started: float
    rows: list[Row] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    by_leaf: dict[bytes, Ticket] = field(default_factory=dict)

    def is_due(self, now: float) -> bool:
        terms = self.terms
        if now >= self._last_call():
            return True
        # A round with a floor of its own waits for its window; others go out as soon as they are a crowd.
        full = len(self.rows) >= terms.ballots and len(self.tickets) >= max(terms.requests, terms.floor)
        if full and terms.floor <= 1:
            return True
        return now >= self.started + terms.window and len(self.tickets) >= terms.floor

    def next_look(self, now: float) -> float:
        due = self.started + self.terms.window
        return min(due if due > now else now + self.terms.window, self._last_call())

    def _last_call(self) -> float:
        if self.terms.deadline is None:
            return float("inf")
        return max(self.terms.deadline, self.started + LAST_CALL)


class Batcher:
    """Gathers rows per round and writes them in batches. `write` is replaced in tests that watch it."""

    def __init__(self, write: Callable[[str, Sequence[Row]], None] = store.insert_sealed) -> None:
        self._write = write
        self._reset()

    def _reset(self) -> None:
        self._condition = threading.Condition()
        self._pending: dict[str, _Pending] = {}
        self._flush: set[str] = set()
        self._writing: dict[str, _Pending] = {}
        self._committed: OrderedDict[bytes, None] = OrderedDict()
        self._thread: threading.Thread | None = None
        self._stopping = False

    def submit(self, public_id: str, entries: Sequence[tuple[bytes, Row]], terms: Terms) -> Ticket:
        """Queue (leaf hash, sealed row) pairs of one request and return what to wait on."""
        ticket = Ticket(frozenset(leaf for leaf, _row in entries))
        with self._condition:
            self._ensure_thread()
            now = time.monotonic()
            pending = self._pending.get(public_id)
            if pending is None:
                pending = self._pending[public_id] = _Pending(terms, now)
            pending.terms = terms
            pending.tickets.append(ticket)
            for leaf, row in entries:
                pending.rows.append(row)
                pending.by_leaf[leaf] = ticket
            self._condition.notify_all()
        return ticket

    def waiting(self, public_id: str, leaf: bytes) -> Ticket | None:
        """Return the ticket under which this very ballot already waits, so that sending again queues nothing."""
        with self._condition:
            # A batch on its way to the disk is still waited for: forgotten there, its ballots would be sealed twice.
            for batch in (self._pending.get(public_id), self._writing.get(public_id)):
                if batch is not None and (ticket := batch.by_leaf.get(leaf)) is not None:
                    return ticket
            return None

    def is_committed(self, leaf: bytes) -> bool:
        """Whether this process wrote that ballot, as far as it remembers."""
        with self._condition:
            return leaf in self._committed

    def flush(self, public_id: str, *, timeout: float = 10.0) -> None:
        """Write what this process holds for a round now, and wait until it is done. For closing and shutdown."""
        with self._condition:
            if public_id not in self._pending and public_id not in self._writing:
                return
            self._flush.add(public_id)
            self._condition.notify_all()
            self._condition.wait_for(
                lambda: public_id not in self._pending and public_id not in self._writing, timeout=timeout
            )
            self._flush.discard(public_id)

    def stop(self) -> None:
        """Write everything and end the thread; called when the process ends."""
        with self._condition:
            thread, self._stopping = self._thread, True
            self._condition.notify_all()
        if thread is not None and thread.is_alive():
            thread.join(timeout=10)
        with self._condition:
            self._stopping, self._thread = False, None

    def _ensure_thread(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            # Daemon, so that a stuck database cannot keep a dying process; atexit writes what is left.
            self._thread = threading.Thread(target=self._run, name="ballot-box", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        try:
            while (batch := self._next()) is not None:
                self._commit(*batch)
        finally:
            connections[conf.BOX_DATABASE].close()

    def _next(self) -> tuple[str, _Pending] | None:
        """Block until a batch is due and take it; None when stopping and empty."""
        with self._condition:
            while True:
                now = time.monotonic()
                for public_id, pending in self._pending.items():
                    if self._stopping or public_id in self._flush or pending.is_due(now):
                        del self._pending[public_id]
                        self._writing[public_id] = pending
                        return public_id, pending
                if self._stopping:
                    return None
                looks = [pending.next_look(now) for pending in self._pending.values()]
                if looks:
                    self._condition.wait(timeout=max(0.005, min(looks) - now))
                else:
                    # An idle thread gives its connection back: nobody must wait for it at midnight.
                    if not self._condition.wait(timeout=1.0) and not self._pending:
                        self._thread = None
                        return None

    def _commit(self, public_id: str, pending: _Pending) -> None:
        error: BaseException | None = None
        try:
            self._write(public_id, pending.rows)
        except BaseException as caught:  # the waiting requests must hear of it, whatever it was
            error = caught
            # Only the kind of fault: the message of a database error may quote a row.
            logger.error("A batch of ballots could not be written: %s", type(caught).__name__)
            connections[conf.BOX_DATABASE].close()
        with self._condition:
            if error is None:
                for leaf in pending.by_leaf:
                    self._committed[leaf] = None
                while len(self._committed) > conf.CAST_MEMORY:
                    self._committed.popitem(last=False)
            del self._writing[public_id]
            for ticket in pending.tickets:
                ticket.settle(error)
            self._condition.notify_all()


batcher = Batcher()
atexit.register(batcher.stop)
# A forked worker inherits no thread: it starts with an empty batcher of its own.
os.register_at_fork(after_in_child=batcher._reset)
