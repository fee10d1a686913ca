"""Rounds that are run only to be attacked: the real batcher, the real box, really sealed rows, invented people.

What is real: sealing, batching, the box's tables and everything the database keeps of them, opening, the sorted rewrite
after the count. What is not, in the 200 rounds: the blind signature on a token is random bytes, so nobody draws and the
count does not verify. It cannot matter to these rounds: the box never looks into a ballot, every strategy run on them
reads the box only, and a token's signature is one more random-looking value in a sealed text of constant length. Rounds
with real signatures, drawing, HTTP, sessions and logs are in test_full_path.py.

The clock is simulated: a batch whose window has ended in the simulated time is flushed, as the batcher's own clock
would have it written. Everything about the people is drawn from the round's seed; ids and ciphertexts are the system's
own.
"""

import random
import shutil
import sqlite3
import tempfile
from bisect import bisect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.db import connections

from peer_review.box import store
from peer_review.box.batcher import Batcher, Terms
from peer_review.box.round_keys import make_round_key, round_key
from peer_review.conf import conf
from peer_review.domain.tally import count
from peer_review.domain.tally.blocks import BLOCK, make_documents
from peer_review.domain.tally.opened_rows import unwrap_cast, wrap_cast
from peer_review.models.round import new_public_id
from peer_review.protocol.ballots import entry_of
from peer_review.protocol.bulletin import CellOutcome, Fate, Totals, leaves_of
from peer_review.protocol.credentials import Credential
from peer_review.protocol.revisions import revision_at
from tests.factories.peer_review.box import NO_PADDING, opened_rows
from tests.peer_review.privacy.attack.evidence import Copy, Counted, Evidence, Row, Trial, token_of
from zhengyan_crypto import canonical, merkle, sealing
from zhengyan_crypto.errors import CryptoError

#: As in peer_review.conf.
WINDOW, BALLOTS, REQUESTS = 2.0, 50, 5
#: Longest text of the open question: texts are what makes entries differ in length.
WORDS = 240
#: Long enough for any cast of these rounds.
LENGTH = 1280
#: When these rounds begin, in milliseconds.
OPENED_AT = 1_790_000_000_000
#: Who casts again and has taken over another browser's ballot with the recovery code, among all who cast again.
RECOVERED = 0.3
#: A page in SQLite's write-ahead log, with its header.
LOG_FRAME = 4096 + 24


@dataclass(frozen=True, slots=True)
class Sitting:
    """One person casting all their papers at one moment."""

    at: float
    who: str
    casts: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A round as it will happen."""

    seed: int
    people: tuple[str, ...]
    cells: tuple[str, ...]
    #: cell → the colleague it is about; empty where the evaluated do not evaluate.
    subjects: dict[str, str]
    sittings: tuple[Sitting, ...]
    authors: dict[bytes, str]
    backups: tuple[float, float]
    #: Who drew when, in two-stage rounds.
    drawings: tuple[tuple[float, str], ...]
    #: Who votes at the kiosk.
    on_paper: frozenset[str]

    def list_of(self, who: str) -> list[str]:
        return [cell for cell in self.cells if self.subjects.get(cell) != who]


class Lists(StrEnum):
    """Who evaluates whom."""

    #: Everybody evaluates the same few, who do not evaluate.
    SAME = "same"
    #: A few of those who evaluate are evaluated, by everybody else.
    SOME = "some"
    #: A small section: everybody evaluates everybody else. A list names its author by the gap.
    EVERYBODY = "everybody"


class Revisions(StrEnum):
    """What a revision says."""

    #: As built: an offset that is another for each paper, the time of the draw, the number of versions since.
    HIDDEN = "hidden"
    #: How often its author came.
    COUNTED = "counted"
    #: As built, without the offset.
    TIMED = "timed"
    #: As built, but the kiosk counts from one: it keeps no secret of anybody to hide a number with.
    KIOSK = "kiosk"


def make_plan(
    seed: int, *, public_id: str, lists: Lists | None = None, revisions: Revisions = Revisions.HIDDEN
) -> Plan:
    """Return a round of 5 to 60 people: who comes when, who comes back and from which browser, what they write.

    Rounds are quiet (most people sit alone in their batch: the attacker's best case) or crowded.
    """
    chance = random.Random(seed)
    lists = lists or list(Lists)[seed % 3]
    size = chance.randint(5, 9) if lists == Lists.EVERYBODY else min(60, round(chance.triangular(5, 70, 6)))
    people = tuple(f"person{at:02}" for at in range(size))
    on_paper = frozenset(random.Random(f"paper {seed}").sample(people, size // 3))
    papers = size if lists == Lists.EVERYBODY else chance.randint(1, 3)
    cells = tuple(f"{chance.getrandbits(64):016x}" for _cell in range(papers))
    subjects = {} if lists == Lists.SAME else dict(zip(cells, people, strict=False))
    span = len(people) * chance.choice([0.3, 1.0, 5.0, 60.0])
    masters = {who: chance.randbytes(20) for who in people}
    came: list[tuple[float, str, int]] = []
    for who in people:
        versions = chance.choices([1, 2, 3, 4], [80, 12, 5, 3])[0]
        moments = sorted(chance.uniform(0, span) for _version in range(versions))
        came += [(moment, who, version) for version, moment in enumerate(moments, 1)]
    came.sort()
    sittings, authors = [], {}
    #: Who → when their browser drew, in milliseconds, and how many versions it has cast.
    browsers: dict[str, tuple[int, int]] = {}
    for at, who, version in came:
        drawn_at, cast_before = browsers.get(who, (OPENED_AT + round(1000 * at), 0))
        if cast_before and chance.random() < RECOVERED:
            drawn_at, cast_before = OPENED_AT + round(1000 * at), 0
        browsers[who] = (drawn_at, cast_before + 1)
        casts = []
        for cell in cells:
            if subjects.get(cell) == who:
                continue
            credential = Credential(masters[who], public_id, cell)
            answers: dict[str, Any] = {"quality": chance.randint(0, 100), "spirit": chance.choice(["dk", 80])}
            answers["words"] = "x" * chance.randint(0, WORDS)
            revision = {
                Revisions.HIDDEN: credential.revision_of(cast_before + 1, drawn_at=drawn_at),
                Revisions.COUNTED: version,
                Revisions.TIMED: revision_at(0, drawn_at=drawn_at, version=cast_before + 1),
                Revisions.KIOSK: cast_before + 1
                if who in on_paper
                else credential.revision_of(cast_before + 1, drawn_at=drawn_at),
            }[revisions]
            cast = credential.make_cast(answers, token=chance.randbytes(256), revision=revision)
            casts.append(canonical.dumps(cast))
            authors[token_of(cast["entry"])] = who
        sittings.append(Sitting(at, who, tuple(casts)))
    early, late = sorted(chance.uniform(0, span) for _copy in range(2))
    drawings = [(chance.uniform(0, span), who) for who in people]
    return Plan(
        seed, people, cells, subjects, tuple(sittings), authors, (early, late), tuple(sorted(drawings)), on_paper
    )


@dataclass
class RealBox:
    """The box as it is built, driven as the application drives it."""

    public_id: str
    private: X25519PrivateKey = field(default_factory=X25519PrivateKey.generate)
    started: float | None = None
    seen: dict[bytes, Row] = field(default_factory=dict)
    logged: int = 0
    counted_revisions: dict[bytes, int] = field(default_factory=dict)
    #: cell → how many people may vote in it.
    eligible: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.batcher = Batcher(self.insert)

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    def open(self) -> None:
        make_round_key(self.public_id)
        store.create_table(self.public_id)
        if connections[conf.BOX_DATABASE].vendor == "sqlite":
            with connections[conf.BOX_DATABASE].cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def seal(self, cast: bytes) -> bytes:
        return sealing.seal(cast, box_public=self.public, round_id=self.public_id, length=LENGTH)

    def tick(self, now: float) -> None:
        """Write what waits if its window has ended by now."""
        if self.started is not None and now >= self.started + WINDOW:
            self.batcher.flush(self.public_id)
            self.started = None

    def cast(self, sitting: Sitting) -> None:
        """Take one request."""
        self.tick(sitting.at)
        rows = [(sealing.new_row_id(), self.seal(cast)) for cast in sitting.casts]
        terms = Terms(window=3600.0, ballots=BALLOTS, requests=REQUESTS)
        self.batcher.submit(self.public_id, [(row[0], row) for row in rows], terms)
        self.started = sitting.at if self.started is None else self.started

    def insert(self, public_id: str, rows: Sequence[tuple[bytes, bytes]]) -> None:
        """Write a batch."""
        store.insert_sealed(public_id, rows)

    def close(self) -> None:
        self.batcher.flush(self.public_id)
        self.batcher.stop()
        self.shut()

    def shut(self) -> None:
        """Take the box away from those who cast."""
        store.seal_off(self.public_id, padding=NO_PADDING)

    def unseal(self) -> None:
        """Open every row, as domain.count.open_rows does."""
        opened = {}
        for row_id, ciphertext in self.closed().items():
            opened[row_id] = self.keep(self.cast_in(ciphertext), len(ciphertext))
        self.move(opened)

    def closed(self) -> dict[bytes, bytes]:
        """Return the closed rows as the box key opens them."""
        ids = [row_id for row_id, _epk in store.closed_rows(self.public_id, limit=count.MAX_ROWS)]
        return store.closed_ciphertexts(self.public_id, ids)

    def cast_in(self, ciphertext: bytes) -> bytes:
        """Open a row with the box key. Of a copy of the closed box he has the round's key too, while it lasts."""
        with suppress(CryptoError):
            ciphertext = round_key(self.public_id).unwrap(ciphertext, purpose=store._CLOSED)
        epk = sealing.ephemeral_public(ciphertext)
        key = sealing.content_key(self.private.private_bytes_raw(), epk, round_id=self.public_id)
        return sealing.open_row(ciphertext, key, round_id=self.public_id)

    def keep(self, cast: bytes, length: int) -> bytes:
        return wrap_cast(round_key(self.public_id), cast, length=length)

    def take_out(self, stored: bytes) -> bytes:
        return unwrap_cast(round_key(self.public_id), stored)

    def move(self, opened: dict[bytes, bytes]) -> None:
        store.move_opened(self.public_id, opened)

    def count(self) -> None:
        """Keep the last ballot of each token and write them, as domain.count does."""
        best: dict[bytes, tuple[str, store.Ballot]] = {}
        for stored in opened_rows(self.public_id):
            raw = self.take_out(stored)
            cast = canonical.loads_canonical(raw)
            token = token_of(cast["entry"])
            if token not in best or cast["rev"] > best[token][0]:
                best[token] = (cast["rev"], store.Ballot(token, cast["entry"]["ballot"]["cell"], entry_of(raw)))
        ballots = [best[token][1] for token in sorted(best)]
        store.write_ballots(self.public_id, ballots, self.documents(ballots))
        self.counted_revisions = {token: int(rev, 16) for token, (rev, _ballot) in best.items()}

    def documents(self, ballots: Sequence[store.Ballot]) -> Iterator[store.Document]:
        """Yield what is kept for the bulletin: a block a cell. Floors are attacked elsewhere; here all is counted."""
        leaves: dict[str, list[bytes]] = {}
        for ballot in ballots:
            leaves.setdefault(ballot.cell, []).append(merkle.leaf_hash(ballot.entry))
        rows = [CellOutcome(cell, eligible, Fate.COUNTED) for cell, eligible in self.eligible.items()]
        return make_documents(rows, [], Totals(counted=len(ballots)), leaves, key=round_key(self.public_id))

    def blocks(self) -> dict[str, list[bytes]]:
        """Return each cell's leaves as they are published."""
        return {document.name: list(leaves_of(document.body)) for document in store.documents(self.public_id, BLOCK)}

    def counted(self, rows: dict[bytes, Row]) -> list[Counted]:
        with connections[conf.BOX_DATABASE].cursor() as cursor:
            cursor.execute(f'SELECT token, cell FROM "ballot_{self.public_id}"')
            return [Counted(bytes(token), cell, None, rows[bytes(token)]) for token, cell in cursor.fetchall()]

    def copy(
        self, prefix: str, now: float, *, name: str = "id", payload: str = "ciphertext", more: str = "NULL"
    ) -> Copy:
        """Take a backup of one table: files or system columns and all. What older copies tell is not asked again."""
        self.tick(now)
        table = f'"{prefix}_{self.public_id}"'
        if connections[conf.BOX_DATABASE].vendor == "postgresql":
            found = _postgresql_rows(f"SELECT {name}, {payload}, {more}, xmin::text::bigint, ctid::text FROM {table}")
        else:
            sealed = prefix in ("sealed", "closed")
            known, since = (self.seen, self.logged) if sealed else ({}, 0)
            sql = f"SELECT {name}, {payload}, {more}{{rowid}} FROM {table}"
            found, self.logged = _sqlite_rows(sql, known=known, since=since)
        self.seen.update(found)
        return Copy(now, found)


def _ranks(values: dict[bytes, Any]) -> dict[bytes, int]:
    order = {value: rank for rank, value in enumerate(sorted(set(values.values())))}
    return {row_id: order[value] for row_id, value in values.items()}


def _postgresql_rows(sql: str) -> dict[bytes, Row]:
    with connections[conf.BOX_DATABASE].cursor() as cursor:
        cursor.execute(sql)
        found = {bytes(row[0]): row for row in cursor.fetchall()}
    places = {row_id: tuple(int(part) for part in row[4].strip("()").split(",")) for row_id, row in found.items()}
    place, transaction = _ranks(places), _ranks({row_id: row[3] for row_id, row in found.items()})
    # The log holds the rows transaction by transaction, in the order they were put down.
    logged = _ranks({row_id: (transaction[row_id], place[row_id]) for row_id in found})
    return {
        row_id: Row(row_id, bytes(row[1]), place[row_id], transaction[row_id], logged[row_id], row[2])
        for row_id, row in found.items()
    }


def _sqlite_rows(sql: str, *, known: Mapping[bytes, Row], since: int) -> tuple[dict[bytes, Row], int]:
    """Return the rows and the log's length. Rows not yet `known` can only be in what the log has grown by `since`."""
    path = Path(connections[conf.BOX_DATABASE].settings_dict["NAME"])
    wal = Path(f"{path}-wal")
    log = wal.read_bytes() if wal.exists() else b""
    size = len(log)
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(shutil.copy(path, folder))
        Path(f"{copied}-wal").write_bytes(log)
        with closing(sqlite3.connect(copied)) as database:
            database.execute("PRAGMA synchronous=OFF")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            try:
                found = {row[0]: row for row in database.execute(sql.format(rowid=", rowid"))}
            except sqlite3.OperationalError:  # WITHOUT ROWID
                found = {row[0]: row for row in database.execute(sql.format(rowid=""))}
        data = copied.read_bytes()
    if "opened_" in sql:  # its rows are read, not traced: looking for them would take most of the time
        data = log = b""
    # The last page of each transaction says how large the file was after it; all others say 0 there.
    starts = range(32, len(log), LOG_FRAME)
    commits = [start + LOG_FRAME for start in starts if log[start + 4 : start + 8] != bytes(4)]
    rows = {}
    for row_id, (_id, payload, at, *rowid) in found.items():
        if row_id in known:
            rows[row_id] = known[row_id]
            continue
        place, logged = rowid[0] if rowid else data.find(row_id), log.find(row_id, since)
        rows[row_id] = Row(row_id, payload, place, bisect(commits, logged), logged, at)
    return rows, size


MakeBox = Callable[[str], RealBox]


def run(
    seed: int, make_box: MakeBox = RealBox, *, two_stage: bool = False, box_key: bool = False, **plan: Any
) -> Trial:
    """Run one round and return what the attacker has of it, and the truth.

    two_stage: he saw who drew instead of who cast. box_key: he opens what the key opens.
    """
    # Not from the seed: another process may run the same rounds beside this one, and keys lie in files of that name.
    public_id = new_public_id()
    box = make_box(public_id)
    plans = make_plan(seed, public_id=public_id, **plan)
    candidates = {cell: [who for who in plans.people if plans.subjects.get(cell) != who] for cell in plans.cells}
    box.eligible = {cell: len(people) for cell, people in candidates.items()}
    store.drop_round(public_id)
    box.open()
    copies = list(_collect(box, plans))
    box.close()
    copies.append(box.copy("closed", plans.sittings[-1].at + 60))
    unsealed = {}
    for copy in copies if box_key else []:
        for row_id, row in copy.rows.items():
            with suppress(CryptoError):
                unsealed[row_id] = canonical.loads_canonical(box.cast_in(row.payload))
    box.unseal()
    opened = box.copy("opened", 0, payload="entry")
    box.count()
    final = box.copy("ballot", 0, name="token", payload="entry")
    counted = box.counted(final.rows)
    blocks = box.blocks()
    store.drop_round(public_id)
    evidence = Evidence(
        candidates=candidates,
        seen=list(plans.drawings) if two_stage else [(one.at, one.who) for one in plans.sittings],
        backups=copies,
        opened=opened,
        counted=counted,
        blocks=blocks,
        subjects=plans.subjects,
        on_paper=plans.on_paper,
        box_public=box.public,
        round_id=public_id,
        unsealed=unsealed,
    )
    return Trial(evidence, plans.authors)


def _collect(box: RealBox, plan: Plan) -> Iterator[Copy]:
    """Let everybody cast, and take the two backups in between."""
    waiting = list(plan.backups)
    for sitting in plan.sittings:
        while waiting and waiting[0] <= sitting.at:
            yield box.copy("sealed", waiting.pop(0))
        box.cast(sitting)
    for moment in waiting:
        yield box.copy("sealed", moment)
