"""Casting: entries come without a person, leave as sealed rows, and are answered when they are on disk.

Nothing here touches a session, a cache, a log or a table of the main database; what a process remembers of entries
it keeps in its own memory, as a courtesy. The count alone decides what is valid.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone

from peer_review.box.batcher import Batcher, Row, Terms, Ticket, batcher
from peer_review.box.store import TableMissing
from peer_review.conf import conf
from peer_review.crypto import ballots, sealing
from peer_review.crypto.errors import CryptoError
from peer_review.domain import keys
from peer_review.domain.rounds import check_collecting
from peer_review.exceptions import (
    BadEncoding,
    BoxUnavailable,
    Refusal,
    RoundClosed,
    StaleRevision,
    TooManyCasts,
    UnknownRound,
)
from peer_review.models import Round

#: Ballots still waiting this long before closing go out without company.
CLOSING_MARGIN = 1.0
_CONTEXTS_KEPT = 16
_STATE = ("pk", "state", "opens_at", "closes_at", "opened_at", "fingerprint", "batch_window", "batch_floor")


@dataclass(frozen=True, slots=True)
class _Context:
    """What stays the same while a round is open."""

    form: Mapping[str, Any]
    cells: Mapping[str, str]
    box_public: bytes
    receipt_key: Ed25519PrivateKey
    row_length: int


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
_contexts: OrderedDict[tuple[str, str], _Context] = OrderedDict()
_contexts_lock = threading.Lock()


def cast(
    public_id: str,
    entries: Sequence[Any],
    *,
    now: datetime | None = None,
    wait: float | None = None,
    box: Batcher | None = None,
) -> list[dict[str, Any]]:
    """Return one answer an entry, in their order: a receipt, "pending", or that entry's error.

    Blocks until the entries' batch is on disk, at most `wait` (conf.CAST_WAIT) seconds, outside any transaction.
    Sending an entry again is harmless.
    Raises: UnknownRound, NotOpenYet, RoundClosed, BadEncoding for faults of the request as a whole.
    """
    now = now or timezone.now()
    box = box or batcher
    state = Round.objects.filter(public_id=public_id).values(*_STATE).first()
    if state is None:
        raise UnknownRound
    check_collecting(
        state=state["state"],
        opens_at=state["opens_at"],
        closes_at=state["closes_at"],
        opened_at=state["opened_at"],
        now=now,
    )
    context = _context(public_id, state)
    if not entries or len(entries) > len(context.cells):
        raise BadEncoding
    terms = _terms(state, now)
    answers: list[dict[str, Any] | None] = [None] * len(entries)
    tickets: dict[int, tuple[ballots.CheckedEntry, Ticket]] = {}
    fresh: dict[bytes, tuple[ballots.CheckedEntry, Row]] = {}
    waiting: dict[int, ballots.CheckedEntry] = {}
    for position, entry in enumerate(entries):
        try:
            checked = ballots.check_entry(entry, round_id=public_id, cells=context.cells, form=context.form)
            courtesy.take(checked)
        except (CryptoError, Refusal) as error:
            answers[position] = {"ok": False, "status": error.status, "error": error.code}
            continue
        if box.is_committed(checked.leaf):
            answers[position] = _receipt(context, public_id, checked)
        elif (ticket := box.waiting(public_id, checked.leaf)) is not None:
            tickets[position] = (checked, ticket)
        else:
            waiting[position] = checked
            if checked.leaf not in fresh:
                fresh[checked.leaf] = (checked, _seal(context, public_id, checked))
    if fresh:
        ticket = box.submit(public_id, [(leaf, row) for leaf, (_checked, row) in fresh.items()], terms)
        tickets.update((position, (checked, ticket)) for position, checked in waiting.items())

    # A round with a long window answers at once: a thread is not to be held for minutes.
    patience = (conf.CAST_WAIT if terms.window < conf.CAST_WAIT else 0.0) if wait is None else wait
    until = monotonic() + patience
    for position, (checked, ticket) in tickets.items():
        answers[position] = _settle(context, public_id, checked, ticket, until, terms)
    return [answer for answer in answers if answer is not None]


def _settle(
    context: _Context, public_id: str, checked: ballots.CheckedEntry, ticket: Ticket, until: float, terms: Terms
) -> dict[str, Any]:
    if not ticket.wait(max(0.0, until - monotonic())):
        return {
            "ok": True,
            "leaf": checked.leaf_hex,
            "pending": True,
            "retry_after": max(1, min(30, round(terms.window / 4))),
        }
    if ticket.error is None:
        return _receipt(context, public_id, checked)
    courtesy.forget(checked)
    refusal = RoundClosed if isinstance(ticket.error, TableMissing) else BoxUnavailable
    return {"ok": False, "status": refusal.status, "error": refusal.code}


def _receipt(context: _Context, public_id: str, checked: ballots.CheckedEntry) -> dict[str, Any]:
    receipt = ballots.sign_receipt(context.receipt_key, round_id=public_id, leaf=checked.leaf)
    return {"ok": True, "leaf": checked.leaf_hex, "receipt": receipt}


def _seal(context: _Context, public_id: str, checked: ballots.CheckedEntry) -> Row:
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


def _context(public_id: str, state: Mapping[str, Any]) -> _Context:
    """Return what stays the same while the round is open, read once a process: so no query names a cell."""
    name = (public_id, state["fingerprint"])
    with _contexts_lock:
        if name in _contexts:
            _contexts.move_to_end(name)
            return _contexts[name]
    round = Round.objects.get(pk=state["pk"])
    cells = dict(round.cells.values_list("key", "spki"))
    context = _Context(
        form=round.form,
        cells=cells,
        box_public=keys.box_public(round),
        receipt_key=keys.receipt_key(round),
        row_length=sealing.row_length(round.form),
    )
    with _contexts_lock:
        _contexts[name] = context
        while len(_contexts) > _CONTEXTS_KEPT:
            _contexts.popitem(last=False)
    return context
