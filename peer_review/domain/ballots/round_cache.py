"""What a process remembers of the rounds it takes ballots for, so that no query marks when a ballot came."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import TypedDict

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from peer_review.conf import conf
from peer_review.domain.keys import server_keys
from peer_review.domain.keys.custody import box_public
from peer_review.domain.schemes.ballot_papers import papers_of
from peer_review.domain.voting_period import check_casting
from peer_review.enums import RoundState
from peer_review.exceptions.base import RoundClosed, UnknownRound
from peer_review.models import Round
from peer_review.protocol.papers import Paper
from peer_review.protocol.row_length import row_length

_ROUNDS_KEPT = 16


@dataclass(frozen=True, slots=True)
class OpenRound:
    """What stays the same while a round is open."""

    papers: Mapping[str, Paper]
    cells: Mapping[str, str]
    closed: frozenset[str]
    box_public: bytes
    receipt_key: Ed25519PrivateKey
    row_length: int


class RoundTerms(TypedDict):
    """What decides whether a round takes ballots, and in which batches."""

    state: str
    opens_at: datetime
    closes_at: datetime
    opened_at: datetime | None
    collection: str
    barrier_at: datetime | None
    pk: int
    fingerprint: str
    batch_window: int | None
    batch_floor: int | None


_rounds: OrderedDict[str, OpenRound] = OrderedDict()
_states: OrderedDict[str, tuple[float, RoundTerms]] = OrderedDict()
_lock = threading.Lock()


def cached_state(public_id: str) -> RoundTerms:
    """Return what decides whether a round takes ballots, read at most once in conf.CAST_STATE_AGE seconds.

    A query a ballot would tell the main database, its statistics and its log when each one came. Read a moment too
    long ago it does no harm: closing takes the box's open table away, and a batch that comes later fails whole.
    Raises: UnknownRound.
    """
    with _lock:
        read_at, known = _states.get(public_id, (0.0, None))
    if known is not None and monotonic() < read_at + conf.CAST_STATE_AGE:
        return known
    read_at = monotonic()
    state = Round.objects.filter(public_id=public_id).values(*RoundTerms.__annotations__).first()
    if state is None:
        raise UnknownRound
    with _lock:
        _states[public_id] = (read_at, state)
        _states.move_to_end(public_id)
        while len(_states) > _ROUNDS_KEPT:
            _states.popitem(last=False)
    return state


def is_late(public_id: str, state: RoundTerms, now: datetime) -> bool:
    """Return whether a round has closed while this process may still be asked for receipts; refuse all other times.

    A browser that was told to ask again a second before closing must not hear that its ballot came too late, when the
    ballot is in the box.
    Raises: NotOpenYet, RoundClosed.
    """
    try:
        check_casting(
            state=state["state"],
            opens_at=state["opens_at"],
            closes_at=state["closes_at"],
            opened_at=state["opened_at"],
            collection=state["collection"],
            barrier_at=state["barrier_at"],
            now=now,
        )
    except RoundClosed:
        with _lock:
            remembered = public_id + state["fingerprint"] in _rounds
        if not remembered or state["state"] not in {RoundState.OPEN, RoundState.CLOSED}:
            raise
        return True
    return False


def cached_round(public_id: str, state: RoundTerms) -> OpenRound:
    """Return what stays the same while the round is open, read once a process: so no query names a cell."""
    name = public_id + state["fingerprint"]
    with _lock:
        if name in _rounds:
            _rounds.move_to_end(name)
            return _rounds[name]
    round = Round.objects.get(pk=state["pk"])
    cells = {cell.key: cell for cell in round.cells.only("key", "spki", "closed")}
    papers = papers_of(round)
    open_round = OpenRound(
        papers=papers,
        cells={key: cell.spki for key, cell in cells.items()},
        closed=frozenset(key for key, cell in cells.items() if cell.closed),
        box_public=box_public(round),
        receipt_key=server_keys.receipt_key(round),
        row_length=row_length(papers.values()),
    )
    with _lock:
        _rounds[name] = open_round
        while len(_rounds) > _ROUNDS_KEPT:
            _rounds.popitem(last=False)
    return open_round
