"""Drawing: what a browser sends is signed once, and that somebody drew is kept under the round's key.

`Drawn` holds two HMACs and nothing else. Whoever reads the databases learns how many have drawn; who they are only the
round's key tells, and it is destroyed once the ballots are counted.

With the signatures goes the time, from which the browser makes the revisions of its ballots (protocol.revisions). It is
the database's: hosts whose clocks differ share it. It is kept nowhere.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import NamedTuple

from django.db.models.functions import Now

from peer_review.domain.keys.server_keys import CELL_KEY
from peer_review.exceptions.ballots import AlreadyDrawn, DrawClosed
from peer_review.exceptions.base import BadEncoding
from peer_review.models import Cell, Drawn
from zhengyan_crypto import blindsig
from zhengyan_crypto.errors import BadEncoding as CryptoBadEncoding
from zhengyan_crypto.round_key import RoundKey

Blinded = Mapping[str, bytes]
#: Values asked for in one query.
_CHUNK = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Drawing(NamedTuple):
    """What drawing gives: the blind signature of each paper by its cell, and the time in milliseconds since 1970."""

    signed: dict[str, bytes]
    drawn_at: int


def person_id(key: RoundKey, user_pk: int) -> bytes:
    """Return under which `Drawn.id` a person of the key's round draws."""
    return key.mac("drawn person", str(user_pk).encode())


def ticket_id(key: RoundKey, digest: bytes) -> bytes:
    """Return under which `Drawn.id` the ticket with this hash draws."""
    return key.mac("drawn ticket", digest)


def value_of(key: RoundKey, blinded: Blinded) -> bytes:
    """Return what is kept of a whole map of blinded values."""
    return key.mac("drawn value", *(part for cell in sorted(blinded) for part in (cell.encode(), blinded[cell])))


def draw(key: RoundKey, drawn_id: bytes, cells: Iterable[Cell], blinded: Blinded, *, anew: bool) -> Drawing:
    """Return the blind signature of every paper, all at once or none; inside the caller's transaction.

    The same values again are signed again, to the same bytes: RSA is deterministic, so a lost reply costs nothing and
    a recovered browser gets what the first one had, and a later time. Of two browsers at once, one wins. `anew` False:
    only what was drawn before is signed again.
    Raises: AlreadyDrawn if other values were drawn; DrawClosed if nothing was and `anew` is False; BadEncoding.
    """
    value = value_of(key, blinded)
    if anew:
        # One statement decides between two browsers: the second writes nothing and reads what the first wrote.
        Drawn.objects.bulk_create([Drawn(id=drawn_id, value=value)], ignore_conflicts=True)
    found = Drawn.objects.filter(id=drawn_id).values_list("value", Now()).first()
    if found is None:
        raise DrawClosed
    kept, now = found
    if bytes(kept) != value:
        raise AlreadyDrawn
    signed = {cell.key: _sign(key, cell, blinded[cell.key]) for cell in cells}
    return Drawing(signed, (now - _EPOCH) // _MILLISECOND)


def _sign(key: RoundKey, cell: Cell, blinded: bytes) -> bytes:
    private = blindsig.decode_private(key.unwrap(cell.private_key, purpose=CELL_KEY))
    try:
        return blindsig.blind_sign(private, blinded)
    except CryptoBadEncoding as error:
        raise BadEncoding from error


def which_are_drawn(ids: Collection[bytes]) -> set[bytes]:
    """Return those of these ids under which somebody has drawn. One query for each 500."""
    drawn: set[bytes] = set()
    rest: Iterator[bytes] = iter(sorted(ids))
    while some := list(islice(rest, _CHUNK)):
        drawn.update(bytes(drawn_id) for drawn_id in Drawn.objects.filter(id__in=some).values_list("id", flat=True))
    return drawn
