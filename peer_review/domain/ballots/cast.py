"""Casting: entries come without a person, leave as sealed rows, and are answered when they are on disk.

Nothing here touches a session, a cache, a log or a table of the main database; what a process remembers of entries
it keeps in its own memory, in recent_casts. The count alone decides what is valid.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from time import monotonic
from typing import Any

from django.utils import timezone

from peer_review.box.batcher import Batcher, Row, Terms, Ticket, batcher
from peer_review.box.places import places
from peer_review.box.store import TableMissing
from peer_review.conf import conf
from peer_review.domain.ballots.recent_casts import recent_casts
from peer_review.domain.ballots.round_cache import OpenRound, cached_round, cached_state, is_late
from peer_review.exceptions.ballots import BoxUnavailable, CellClosed
from peer_review.exceptions.base import BadEncoding, Refusal, RoundClosed
from peer_review.protocol import ballots
from zhengyan_crypto import canonical, merkle, sealing
from zhengyan_crypto.errors import CryptoError

#: Ballots still waiting this long before closing go out without company.
CLOSING_MARGIN = 1.0


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
    state = cached_state(public_id)
    late = is_late(public_id, state, now)
    open_round = cached_round(public_id, state)
    if not entries or len(entries) > len(open_round.cells):
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
            answers[position] = _receipt(open_round, public_id, leaf)
            continue
        if late:
            answers[position] = _refusal(RoundClosed())
            continue
        try:
            checked = ballots.check_entry(entry, round_id=public_id, cells=open_round.cells, papers=open_round.papers)
            if checked.cell in open_round.closed:
                raise CellClosed
            recent_casts.take(checked)
        except (CryptoError, Refusal) as error:
            answers[position] = _refusal(error)
            continue
        waiting[position] = checked.leaf
        if checked.leaf not in fresh:
            fresh[checked.leaf] = (checked, _seal(open_round, public_id, checked))
    if late and not tickets and not any(answer and answer["ok"] for answer in answers):
        raise RoundClosed
    if fresh:
        ticket = box.submit(public_id, [(leaf, row) for leaf, (_checked, row) in fresh.items()], terms)
        tickets.update((position, (leaf, ticket)) for position, leaf in waiting.items())

    # A round with a long window answers at once: a thread is not to be held for minutes.
    patience = (conf.CAST_WAIT if terms.window < conf.CAST_WAIT else 0.0) if wait is None else wait
    _wait_for([ticket for _leaf, ticket in tickets.values()], patience)
    for position, (leaf, ticket) in tickets.items():
        answers[position] = _settled(open_round, public_id, leaf, ticket, terms)
        if ticket.error is not None and leaf in fresh:
            recent_casts.forget(fresh[leaf][0])
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


def _settled(open_round: OpenRound, public_id: str, leaf: bytes, ticket: Ticket, terms: Terms) -> dict[str, Any]:
    if not ticket.wait(0):
        return {
            "ok": True,
            "leaf": leaf.hex(),
            "pending": True,
            "retry_after": max(1, min(30, round(terms.window / 4))),
        }
    if ticket.error is None:
        return _receipt(open_round, public_id, leaf)
    return _refusal(RoundClosed() if isinstance(ticket.error, TableMissing) else BoxUnavailable())


def _refusal(error: CryptoError | Refusal) -> dict[str, Any]:
    return {"ok": False, "status": error.status, "error": error.code}


def _receipt(open_round: OpenRound, public_id: str, leaf: bytes) -> dict[str, Any]:
    receipt = ballots.sign_receipt(open_round.receipt_key, round_id=public_id, leaf=leaf)
    return {"ok": True, "leaf": leaf.hex(), "receipt": receipt}


def _seal(open_round: OpenRound, public_id: str, checked: ballots.CheckedEntry) -> Row:
    row = sealing.seal(
        checked.canonical, box_public=open_round.box_public, round_id=public_id, length=open_round.row_length
    )
    return sealing.new_row_id(), row


def _terms(state: Mapping[str, Any], now: datetime) -> Terms:
    return Terms(
        window=state["batch_window"] or conf.BATCH_WINDOW,
        floor=state["batch_floor"] or 1,
        ballots=conf.BATCH_BALLOTS,
        requests=conf.BATCH_REQUESTS,
        deadline=monotonic() + (state["closes_at"] - now).total_seconds() - CLOSING_MARGIN,
    )
