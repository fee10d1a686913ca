"""The index of the opened rows: which ballots stand, and where in the box they lie.

It takes 109 bytes a row in a few arrays (218 MB for two million ballots); the rows themselves stay in the box. Ballots
that stand are read a second time when they are written.
"""

from collections import Counter, deque
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from peer_review.box import store
from peer_review.counting.latest import latest
from peer_review.domain.ballots.box_padding import DUMMY
from peer_review.domain.tally.check_pool import CheckPool
from peer_review.protocol.ballots import entry_of
from peer_review.protocol.checking import FAULTS, RECORD
from zhengyan_crypto import merkle
from zhengyan_crypto.round_key import RoundKey

#: Rows handed to a process at once.
CHUNK = 500
#: Ballots held at once while they are written; those of one part are read in the order in which they lie in the box.
PART = 50_000
#: How far all ballots are written, in hundredths; and from how many on every hundredth is reported. Of fewer the first
#: report would tell how many there are.
WRITTEN = 100
MANY = 10_000
_END = b"\x80"
_OPENED = "opened cast"
_ROWS = np.dtype([("token", "u1", 32), ("leaf", "u1", 32), ("rev", "<u8"), ("cell", "<u4"), ("fault", "u1")])
if _ROWS.itemsize != RECORD.size:
    raise TypeError("rows and records differ")


def wrap_cast(key: RoundKey, cast: bytes, *, length: int) -> bytes:
    """Return an opened cast as the box keeps it until the count: wrapped by the round's key, all of one length.

    Rows are opened chunk by chunk, and the database's log keeps every chunk: a legible cast would tell from which few
    sealed rows it may come. Its revision is nowhere else, and is gone with the key.
    """
    return key.wrap((cast + _END).ljust(length, b"\0"), purpose=_OPENED)


def unwrap_cast(key: RoundKey, stored: bytes) -> bytes:
    """Return the cast that wrap_cast has wrapped.

    Raises: zhengyan_crypto.errors.KeyUnreadable.
    """
    return key.unwrap(stored, purpose=_OPENED).rpartition(_END)[0]


class AlteredMeanwhile(Exception):
    """An opened row is no longer what was checked. Nothing is written; counted again, the round is checked anew."""


@dataclass(frozen=True, slots=True)
class StandingBallots:
    """The ballots that stand, in the order of their tokens, and the numbers of all other rows by what became of them.

    Shape: ids (ballots, 16), rows (ballots,). `seen` is how many rows there were, dummies among them.
    """

    seen: int
    superseded: int
    rejected: dict[str, int]
    ids: npt.NDArray[np.uint8]
    rows: npt.NDArray[np.void]

    def per_cell(self, cells: Iterable[str]) -> Counter[str]:
        """Return how many ballots stand in each cell. `cells`: all cells, in the order in which they were checked."""
        numbered = list(cells)
        counted = np.bincount(self.rows["cell"], minlength=len(numbered))
        return Counter(dict(zip(numbered, counted.tolist(), strict=True)))

    def leaves_per_cell(self, cells: Iterable[str]) -> dict[str, list[bytes]]:
        """Return the leaves of each cell's ballots. `cells`: as of per_cell."""
        names = list(cells)
        leaves: dict[str, list[bytes]] = {}
        for number, leaf in zip(self.rows["cell"].tolist(), self.rows["leaf"], strict=True):
            leaves.setdefault(names[number], []).append(leaf.tobytes())
        return leaves

    def within(self, cells: Iterable[str], chosen: Container[str]) -> "StandingBallots":
        """Return the ballots of the chosen cells. `cells`: as of per_cell."""
        numbers = [number for number, cell in enumerate(cells) if cell in chosen]
        inside = np.isin(self.rows["cell"], numbers)
        return replace(self, ids=self.ids[inside], rows=self.rows[inside])

    def ordered_by(self, numbers: Sequence[int]) -> "StandingBallots":
        """Return the ballots in the order of their cells' numbers. `numbers`: one a cell, as of per_cell."""
        order = np.argsort(np.asarray(numbers, dtype=np.int64)[self.rows["cell"]], kind="stable")
        return replace(self, ids=self.ids[order], rows=self.rows[order])


def check_opened_rows(
    public_id: str, pool: CheckPool, *, key: RoundKey, report: Callable[[int], None]
) -> StandingBallots:
    """Check every opened row and return the ballots that stand. `report` gets the number of rows done so far.

    Dummies are passed over here, and are nobody's fault. Rows are reported by whole chunks, also one of nothing but
    dummies, each when its own ballots are checked: chunks are read ahead, and dummies that are reported before the
    ballots of their chunk would tell how many it holds.
    """
    ids, records = bytearray(), bytearray()
    done = 0
    read: deque[int] = deque()

    def chunks() -> Iterator[list[bytes]]:
        for rows in store.opened_chunks(public_id, size=CHUNK):
            opened = ((row_id, unwrap_cast(key, stored)) for row_id, stored in rows)
            casts = [(row_id, cast) for row_id, cast in opened if cast != DUMMY]
            ids.extend(b"".join(row_id for row_id, _cast in casts))
            read.append(len(rows))
            yield [cast for _row_id, cast in casts]

    for checked in pool.check(chunks()):
        records += checked
        done += read.popleft()
        report(done)
    rows = np.frombuffer(records, dtype=_ROWS)
    (sound,) = np.nonzero(rows["fault"] == 0)
    kept = sound[latest(rows["token"][sound], rows["rev"][sound], rows["leaf"][sound])]
    faults = np.bincount(rows["fault"], minlength=len(FAULTS) + 1)[1:]
    return StandingBallots(
        seen=done,
        superseded=len(sound) - len(kept),
        rejected={code: int(many) for code, many in zip(FAULTS, faults, strict=True) if many},
        ids=np.frombuffer(ids, dtype="u1").reshape(-1, store.ID_BYTES)[kept],
        rows=rows[kept],
    )


def standing_ballots(
    public_id: str, standing: StandingBallots, cells: Iterable[str], *, key: RoundKey, report: Callable[[int], None]
) -> Iterator[store.Ballot]:
    """Yield the ballots that stand, sorted by token, for store.write_ballots, within whose transaction they are read.

    Of each cast the entry alone: revision and nonce end here. `report` gets hundredths of the work, up to WRITTEN, and
    never a number of ballots: beside the bulletin's it would tell how many lie in merged groups.
    Raises: peer_review.box.store.TableMissing if the opened rows were taken away meanwhile; AlteredMeanwhile.
    """
    names = list(cells)
    total, reported = len(standing.rows), 0
    for done, (row, entry) in enumerate(standing_entries(public_id, standing, key=key), 1):
        yield store.Ballot(row["token"].tobytes(), names[row["cell"]], entry)
        if total >= MANY and (hundredths := WRITTEN * done // total) > reported:
            reported = hundredths
            report(hundredths)
    if reported < WRITTEN:
        report(WRITTEN)


def standing_entries(public_id: str, standing: StandingBallots, *, key: RoundKey) -> Iterator[tuple[np.void, bytes]]:
    """Yield what was noted of each ballot that stands, with its entry as it was checked.

    Raises: peer_review.box.store.TableMissing; AlteredMeanwhile.
    """
    for first in range(0, len(standing.rows), PART):
        part = slice(first, first + PART)
        ids = [row_id.tobytes() for row_id in standing.ids[part]]
        stored = store.opened_some(public_id, ids)
        for row_id, row in zip(ids, standing.rows[part], strict=True):
            if row_id not in stored:
                raise AlteredMeanwhile
            entry = entry_of(unwrap_cast(key, stored.pop(row_id)))
            if merkle.leaf_hash(entry) != row["leaf"].tobytes():
                raise AlteredMeanwhile
            yield row, entry
