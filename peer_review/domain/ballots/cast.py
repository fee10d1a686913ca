"""Casting: ballots come without a person, leave as sealed rows, and are answered when they are on disk.

Nothing here touches a session, a cache, a log or a table of the main database; what a process remembers of ballots
it keeps in its own memory, in recent_casts. The count alone decides what is valid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import NotRequired, TypedDict

from django.utils import timezone

from peer_review.box.batcher import Batcher, Row, Terms, Ticket, batcher
from peer_review.box.store import TableMissing
from peer_review.box.waiting_slots import waiting_slots
from peer_review.conf import conf
from peer_review.domain.ballots.recent_casts import recent_casts
from peer_review.domain.ballots.round_cache import OpenRound, RoundTerms, cached_round, cached_state, is_late
from peer_review.exceptions.ballots import BoxUnavailable, CellClosed
from peer_review.exceptions.base import BadEncoding, Refusal, RoundClosed
from peer_review.protocol import ballots
from zhengyan_crypto import canonical, merkle, sealing
from zhengyan_crypto.errors import CryptoError

#: Ballots still waiting this long before closing go out without company.
CLOSING_MARGIN = 1.0


class Answer(TypedDict):
    """The answer to one cast: a receipt, that it is `pending` and when to ask again, or its error."""

    ok: bool
    leaf: NotRequired[str]
    receipt: NotRequired[ballots.Receipt]
    pending: NotRequired[bool]
    retry_after: NotRequired[int]
    status: NotRequired[int]
    error: NotRequired[str]


def cast(
    public_id: str,
    casts: Sequence[object],
    *,
    now: datetime | None = None,
    wait: float | None = None,
    box: Batcher | None = None,
) -> list[Answer]:
    """Return one answer to each cast, in their order: a receipt, "pending", or its error.

    Blocks until their batch is on disk, at most `wait` (conf.CAST_WAIT) seconds, outside any transaction; not
    at all where too many requests of this process wait already. "pending" is no receipt: the browser sends the same
    again, which is harmless, and here costs neither a second check nor a second row. Who does so when the
    round has closed in between still gets the receipts.
    Raises: UnknownRound, NotOpenYet, RoundClosed, BadEncoding for faults of the request as a whole.
    """
    now = now or timezone.now()
    state = cached_state(public_id)
    late = is_late(public_id, state, now)
    open_round = cached_round(public_id, state)
    if not casts or len(casts) > len(open_round.cells):
        raise BadEncoding
    request = _CastRequest(public_id, open_round, box or batcher, terms=_terms(state, now), late=late)
    replies = [request.reply_to(one) for one in casts]
    if late and not any(reply.ticket or (reply.answer and reply.answer["ok"]) for reply in replies):
        raise RoundClosed
    request.submit(replies)
    # A round with a long window answers at once: a thread is not to be held for minutes.
    window = request.terms.window
    patience = (conf.CAST_WAIT if window < conf.CAST_WAIT else 0.0) if wait is None else wait
    _wait_for([reply.ticket for reply in replies if reply.ticket is not None], patience)
    return [request.settled(reply) for reply in replies]


@dataclass(slots=True)
class _Reply:
    """The reply to one cast: an answer, or the ticket of the batch after which there is one.

    `checked` is the cast where this request puts it into the box.
    """

    leaf: bytes = b""
    answer: Answer | None = None
    ticket: Ticket | None = None
    checked: ballots.CheckedCast | None = None


class _CastRequest:
    """The casts of one request on their way into the box."""

    def __init__(self, public_id: str, open_round: OpenRound, box: Batcher, *, terms: Terms, late: bool) -> None:
        self.public_id = public_id
        self.open_round = open_round
        self.box = box
        self.terms = terms
        self.late = late
        self.rows: dict[bytes, Row] = {}

    def reply_to(self, cast: object) -> _Reply:
        """Return the reply to a ballot that this process knows, or check the cast and seal it."""
        # Hashing costs a fortieth of checking and sealing, so a request for what is known costs hardly anything.
        leaf = _leaf_of(cast, self.public_id)
        # In this order: a batch that reaches the disk between the two questions is found by the second.
        if (ticket := self.box.waiting(self.public_id, leaf)) is not None:
            return _Reply(leaf, ticket=ticket)
        if self.box.is_committed(leaf):
            return _Reply(leaf, answer=self._receipt(leaf))
        if self.late:
            return _Reply(leaf, answer=_refusal(RoundClosed()))
        try:
            checked = self._check(cast)
        except (CryptoError, Refusal) as error:
            return _Reply(leaf, answer=_refusal(error))
        if checked.leaf not in self.rows:
            self.rows[checked.leaf] = self._seal(checked)
        return _Reply(checked.leaf, checked=checked)

    def submit(self, replies: Sequence[_Reply]) -> None:
        """Hand the sealed rows to the box, all with one ticket."""
        if not self.rows:
            return
        ticket = self.box.submit(self.public_id, list(self.rows.items()), self.terms)
        for reply in replies:
            if reply.checked is not None:
                reply.ticket = ticket

    def settled(self, reply: _Reply) -> Answer:
        """Return the answer to a cast as it stands now: "pending" while its batch is not on disk."""
        if reply.answer is not None:
            return reply.answer
        ticket = reply.ticket
        if ticket is None or not ticket.wait(0):
            retry_after = max(1, min(30, round(self.terms.window / 4)))
            return {"ok": True, "leaf": reply.leaf.hex(), "pending": True, "retry_after": retry_after}
        if ticket.error is None:
            return self._receipt(reply.leaf)
        if reply.checked is not None:
            recent_casts.forget(reply.checked)
        return _refusal(RoundClosed() if isinstance(ticket.error, TableMissing) else BoxUnavailable())

    def _check(self, cast: object) -> ballots.CheckedCast:
        open_round = self.open_round
        checked = ballots.check_cast(cast, round_id=self.public_id, cells=open_round.cells, papers=open_round.papers)
        if checked.cell in open_round.closed:
            raise CellClosed
        recent_casts.take(checked)
        return checked

    def _seal(self, checked: ballots.CheckedCast) -> Row:
        row = sealing.seal(
            checked.canonical,
            box_public=self.open_round.box_public,
            round_id=self.public_id,
            length=self.open_round.row_length,
        )
        return sealing.new_row_id(), row

    def _receipt(self, leaf: bytes) -> Answer:
        receipt = ballots.sign_receipt(self.open_round.receipt_key, round_id=self.public_id, leaf=leaf)
        return {"ok": True, "leaf": leaf.hex(), "receipt": receipt}


def _leaf_of(cast: object, public_id: str) -> bytes:
    """Return the leaf hash under which this process may know a ballot; empty for what is none of this round."""
    entry = cast.get("entry") if isinstance(cast, dict) else None
    ballot = entry.get("ballot") if isinstance(entry, dict) else None
    if not isinstance(ballot, dict) or ballot.get("round") != public_id:
        return b""
    try:
        return merkle.leaf_hash(canonical.dumps(entry))
    except CryptoError:
        return b""


def _wait_for(tickets: Sequence[Ticket], patience: float) -> None:
    """Wait until all are settled, if there is a place to wait in, at most `patience` seconds."""
    if all(ticket.wait(0) for ticket in tickets):
        return
    with waiting_slots.take() as slot:
        until = monotonic() + patience
        for ticket in tickets if slot else ():
            ticket.wait(max(0.0, until - monotonic()))


def _refusal(error: CryptoError | Refusal) -> Answer:
    return {"ok": False, "status": error.status, "error": error.code}


def _terms(state: RoundTerms, now: datetime) -> Terms:
    return Terms(
        window=state["batch_window"] or conf.BATCH_WINDOW,
        floor=state["batch_floor"] or 1,
        ballots=conf.BATCH_BALLOTS,
        requests=conf.BATCH_REQUESTS,
        deadline=monotonic() + (state["closes_at"] - now).total_seconds() - CLOSING_MARGIN,
    )
