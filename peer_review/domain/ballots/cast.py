"""Casting: entries come without a person, leave as sealed rows, and are answered when they are on disk.

Nothing here touches a session, a cache, a log or a table of the main database; what a process remembers of entries
it keeps in its own memory, as a courtesy. The count alone decides what is valid.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from time import monotonic
from typing import Any

from django.utils import timezone

from peer_review.box.batcher import Batcher, Row, Terms, Ticket, batcher
from peer_review.box.places import places
from peer_review.box.store import TableMissing
from peer_review.conf import conf
from peer_review.domain.ballots.round_cache import Context, context_of, is_late, state_of
from peer_review.exceptions.ballots import BoxUnavailable, CellClosed, StaleRevision, TooManyCasts
from peer_review.exceptions.base import BadEncoding, Refusal, RoundClosed
from peer_review.protocol import ballots
from zhengyan_crypto import canonical, merkle, sealing
from zhengyan_crypto.errors import CryptoError

#: Ballots still waiting this long before closing go out without company.
CLOSING_MARGIN = 1.0


class _Courtesy:
    """Remembers, per credential, the newest revision and how often it was cast. Process memory only, bounded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: OrderedDict[bytes, tuple[int, bytes, int]] = OrderedDict()

    def take(self, entry: ballots.CheckedEntry) -> None:
        """Note an entry, or refuse one that cannot win: older than, or equal to but other than, what was cast.

        Raises: StaleRevision, TooManyCasts.
        """
        with self._lock:
            revision, leaf, times = self._seen.get(entry.token, (0, b"", 0))
            if leaf == entry.leaf:
                return
            if entry.revision <= revision:
                raise StaleRevision
            if times >= conf.CAST_LIMIT:
                raise TooManyCasts
            self._seen[entry.token] = (entry.revision, entry.leaf, times + 1)
            self._seen.move_to_end(entry.token)
            while len(self._seen) > conf.CAST_MEMORY:
                self._seen.popitem(last=False)

    def forget(self, entry: ballots.CheckedEntry) -> None:
        """Undo `take` for an entry that did not reach the disk."""
        with self._lock:
            if self._seen.get(entry.token, (0, b"", 0))[1] == entry.leaf:
                del self._seen[entry.token]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._seen.clear()


courtesy = _Courtesy()


def cast(
    public_id: str,
    entries: Sequence[Any],
    *,
    now: datetime | None = None,
    wait: float | None = None,
    box: Batcher | None = None,
) -> list[dict[str, Any]]:
    """Return one answer an entry, in their order: a receipt, "pending", or that entry's error.

    Blocks until the entries' batch is on disk, at most `wait` (conf.CAST_WAIT) seconds, outside any transaction; not
    at all where too many requests of this process wait already. "pending" is no receipt: the browser sends the same
    entries again, which is harmless, and here costs neither a second check nor a second row. Who does so when the
    round has closed in between still gets the receipts.
    Raises: UnknownRound, NotOpenYet, RoundClosed, BadEncoding for faults of the request as a whole.
    """
    now = now or timezone.now()
    box = box or batcher
    state = state_of(public_id)
    late = is_late(public_id, state, now)
    context = context_of(public_id, state)
    if not entries or len(entries) > len(context.cells):
        raise BadEncoding
    terms = _terms(state, now)
    answers: list[dict[str, Any] | None] = [None] * len(entries)
    tickets: dict[int, tuple[bytes, Ticket]] = {}
    fresh: dict[bytes, tuple[ballots.CheckedEntry, Row]] = {}
    waiting: dict[int, bytes] = {}
    for position, entry in enumerate(entries):
        # Hashing costs a fortieth of checking and sealing: who asks again is hardly more than an ordinary request.
        leaf = _leaf_of(entry, public_id)
        # In this order: a batch that reaches the disk between the two questions is found by the second.
        if (ticket := box.waiting(public_id, leaf)) is not None:
            tickets[position] = (leaf, ticket)
            continue
        if box.is_committed(leaf):
            answers[position] = _receipt(context, public_id, leaf)
            continue
        if late:
            answers[position] = _refusal(RoundClosed())
            continue
        try:
            checked = ballots.check_entry(entry, round_id=public_id, cells=context.cells, papers=context.papers)
            if checked.cell in context.closed:
                raise CellClosed
            courtesy.take(checked)
        except (CryptoError, Refusal) as error:
            answers[position] = _refusal(error)
            continue
        waiting[position] = checked.leaf
        if checked.leaf not in fresh:
            fresh[checked.leaf] = (checked, _seal(context, public_id, checked))
    if late and not tickets and not any(answer and answer["ok"] for answer in answers):
        raise RoundClosed
    if fresh:
        ticket = box.submit(public_id, [(leaf, row) for leaf, (_checked, row) in fresh.items()], terms)
        tickets.update((position, (leaf, ticket)) for position, leaf in waiting.items())

    # A round with a long window answers at once: a thread is not to be held for minutes.
    patience = (conf.CAST_WAIT if terms.window < conf.CAST_WAIT else 0.0) if wait is None else wait
    _wait_for([ticket for _leaf, ticket in tickets.values()], patience)
    for position, (leaf, ticket) in tickets.items():
        answers[position] = _settled(context, public_id, leaf, ticket, terms)
        if ticket.error is not None and leaf in fresh:
            courtesy.forget(fresh[leaf][0])
    return [answer for answer in answers if answer is not None]


def _leaf_of(entry: Any, public_id: str) -> bytes:
    """Return the leaf hash under which this process may know an entry; empty for what is no entry of this round."""
    try:
        return merkle.leaf_hash(canonical.dumps(entry)) if entry["ballot"]["round"] == public_id else b""
    except (TypeError, LookupError, CryptoError):
        return b""


def _wait_for(tickets: Sequence[Ticket], patience: float) -> None:
    """Wait until all are settled, if there is a place to wait in, at most `patience` seconds."""
    if all(ticket.wait(0) for ticket in tickets):
        return
    with places.one() as found:
        until = monotonic() + patience
        for ticket in tickets if found else ():
            ticket.wait(max(0.0, until - monotonic()))


def _settled(context: Context, public_id: str, leaf: bytes, ticket: Ticket, terms: Terms) -> dict[str, Any]:
    if not ticket.wait(0):
        return {
            "ok": True,
            "leaf": leaf.hex(),
            "pending": True,
            "retry_after": max(1, min(30, round(terms.window / 4))),
        }
    if ticket.error is None:
        return _receipt(context, public_id, leaf)
    return _refusal(RoundClosed() if isinstance(ticket.error, TableMissing) else BoxUnavailable())


def _refusal(error: CryptoError | Refusal) -> dict[str, Any]:
    return {"ok": False, "status": error.status, "error": error.code}


def _receipt(context: Context, public_id: str, leaf: bytes) -> dict[str, Any]:
    receipt = ballots.sign_receipt(context.receipt_key, round_id=public_id, leaf=leaf)
    return {"ok": True, "leaf": leaf.hex(), "receipt": receipt}


def _seal(context: Context, public_id: str, checked: ballots.CheckedEntry) -> Row:
    row = sealing.seal(checked.canonical, box_public=context.box_public, round_id=public_id, length=context.row_length)
    return sealing.new_row_id(), row


def _terms(state: Mapping[str, Any], now: datetime) -> Terms:
    return Terms(
        window=state["batch_window"] or conf.BATCH_WINDOW,
        floor=state["batch_floor"] or 1,
        ballots=conf.BATCH_BALLOTS,
        requests=conf.BATCH_REQUESTS,
        deadline=monotonic() + (state["closes_at"] - now).total_seconds() - CLOSING_MARGIN,
    )
