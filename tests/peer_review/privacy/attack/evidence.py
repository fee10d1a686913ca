"""What the attacker holds about one round, and nothing else. The truth he is after lies apart, in `Trial.authors`.

He is everybody we promise protection from, at their luckiest. He has the roll, so he knows every list. He stood at the
door: he knows exactly who cast, in which order and when, to the second, and who came back (in two-stage rounds: who
drew; casting is anonymous there, and he was not at the door). He has a copy of the ballot box from two moments while
ballots were collected, one from the moment of closing, one from the moment when the box had just been opened, and the
box as it is in the end; of each copy the files or system columns too: the place of each row, the transaction that wrote
it, its first appearance in the write-ahead log. He has all that is published and all that auditors get: the blocks with
their leaves, and which of them are dummies. He knows this software. In two-stage rounds he also holds the box key.

He does not have what the promise excludes: the memory of the running server, its settings, or (in one-visit rounds) the
key of the box.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from zhengyan_crypto.encoding import b64u_decode


def token_of(entry: Mapping[str, Any]) -> bytes:
    """Return the token under which a counted entry is kept."""
    return hashlib.sha256(b64u_decode(entry["ballot"]["pk"])).digest()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the box as a copy shows it."""

    id: bytes
    payload: bytes
    #: Its place: rowid where there is one, else where its bytes lie in SQLite's file; ctid in PostgreSQL.
    place: int
    #: The transaction that wrote it: xmin in PostgreSQL; in SQLite the commit in the log that first shows it.
    transaction: int
    #: Its first appearance in the write-ahead log.
    logged: int
    #: What a column of times says, where there is one.
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """The box's rows at one moment, keyed by their ids."""

    taken_at: float
    rows: dict[bytes, Row]


@dataclass(frozen=True, slots=True)
class Counted:
    """A counted ballot, as the box shows it in the end."""

    token: bytes
    cell: str
    #: None where the box does not show it: what is kept of a ballot holds none.
    revision: int | None
    row: Row


@dataclass(slots=True)
class Evidence:
    """One round as the attacker sees it."""

    #: cell → who could have cast it: the roll, less those who never drew.
    candidates: dict[str, list[str]]
    #: (when, who), in order: who cast, or in two-stage rounds who drew.
    seen: list[tuple[float, str]]
    #: Copies of the box while it was collecting, the last one from the moment of closing.
    backups: list[Copy]
    #: The box just opened, not yet counted.
    opened: Copy
    counted: list[Counted]
    #: cell → the leaves of its block, in their order, as they are published.
    blocks: dict[str, list[bytes]] = field(default_factory=dict)
    #: Who is the subject of which cell, where the subject is a colleague.
    subjects: dict[str, str] = field(default_factory=dict)
    #: Who votes at the kiosk: it stands on the roll.
    on_paper: frozenset[str] = frozenset()
    box_public: bytes = b""
    round_id: str = ""
    #: With the box key: sealed row id → the cast in it, from all the backups.
    unsealed: dict[bytes, dict[str, Any]] = field(default_factory=dict)
    #: What drawing left in the main database: (person, cell) → (blinded, blind signature).
    drawn: dict[tuple[str, str], tuple[bytes, bytes]] = field(default_factory=dict)
    #: cell → public key; token → its signature, as counted ballots show it.
    keys: dict[str, RSAPublicKey] = field(default_factory=dict)
    signatures: dict[bytes, bytes] = field(default_factory=dict)
    by_cell: dict[str, list[Counted]] = field(default_factory=dict, repr=False)
    by_token: dict[bytes, int] = field(default_factory=dict, repr=False)

    @property
    def order(self) -> list[str]:
        """Everybody seen, by the last time they were."""
        last = {who: when for when, who in self.seen}
        return sorted(last, key=last.__getitem__)

    def times(self, who: str) -> int:
        """How often somebody was seen."""
        return sum(1 for _when, one in self.seen if one == who)

    def ballots_of(self, cell: str) -> list[Counted]:
        """Return the ballots counted in a cell. To be asked when everything is counted."""
        if not self.by_cell:
            for one in self.counted:
                self.by_cell.setdefault(one.cell, []).append(one)
        return self.by_cell.get(cell, [])

    def revision_of(self, ballot: Counted) -> int | None:
        """Return a counted ballot's revision where he knows it: from the box, or as he opened it with the box key."""
        if not self.by_token:
            for cast in self.unsealed.values():
                token = token_of(cast["entry"])
                self.by_token[token] = max(self.by_token.get(token, 0), int(cast["rev"], 16))
        return self.by_token.get(ballot.token) if ballot.revision is None else ballot.revision

    @property
    def cells(self) -> Iterator[str]:
        """Cells in which anything was counted: the others ask no question."""
        return (cell for cell in self.candidates if self.ballots_of(cell))


@dataclass(slots=True)
class Trial:
    """A simulated round: what the attacker holds, and what he must not find."""

    evidence: Evidence
    authors: dict[bytes, str]
    #: In rounds held over HTTP, every ballot as it was cast.
    casts: list[dict[str, Any]] = field(default_factory=list)
