"""The ballot box: raw SQL on its own database, because Django would give each row a sequence and each change a time.

Per round: `sealed_` while it is open (id, ciphertext), `closed_` after closing (the same rows under new ids, with
dummies among them; the first table is gone, so that a late batch fails whole), `opened_` while the scrutineer opens the
box, `ballot_` after the count. Every name ends in the round's public id. Nothing here knows a person, a time or an
order of arrival.
"""

import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, Protocol

from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from peer_review.box.round_keys import round_key
from peer_review.conf import conf

#: Length of a row's random id, in bytes.
ID_BYTES = 16
#: A sealed row starts with the ephemeral public key.
EPK_BYTES = 32
CHUNK = 1000


class TableMissing(Exception):
    """The round's table is not there: never opened, or already sealed off."""


class Document(NamedTuple):
    """What a count keeps beside its ballots, under a kind and a name (domain.tally.blocks, merged_groups)."""

    kind: str
    name: str
    body: bytes


class Padding(Protocol):
    """What sealing off lays among a box's rows (domain.ballots.box_padding)."""

    def missing(self, rows: int) -> int:
        """Return how many dummies to lay among so many rows."""

    def seal(self) -> bytes:
        """Return one dummy, sealed as a ballot is."""


class Ballot(NamedTuple):
    """A counted ballot: `token` is SHA-256 of the credential's public key, `entry` canonical JSON."""

    token: bytes
    cell: str
    entry: bytes


def _name(prefix: str, public_id: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{32}", public_id):
        raise ValueError("not a round's public id")
    return f'"{prefix}_{public_id}"'


def _connection() -> BaseDatabaseWrapper:
    return connections[conf.BOX_DATABASE]


def _is_postgresql() -> bool:
    return bool(_connection().vendor == "postgresql")


@contextmanager
def _atomic() -> Iterator[CursorWrapper]:
    """One transaction on the box; SQLite takes the write lock at once and overwrites what it deletes."""
    with transaction.atomic(using=conf.BOX_DATABASE), _connection().cursor() as cursor:
        yield cursor


def _blob() -> str:
    return "bytea" if _is_postgresql() else "BLOB"


def _without_rowid() -> str:
    """SQLite's hidden rowid keeps the order of arrival; PostgreSQL has no such thing to turn off."""
    return "" if _is_postgresql() else " WITHOUT ROWID"


def _exists(cursor: CursorWrapper, name: str) -> bool:
    plain = name.strip('"')
    if _is_postgresql():
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        return bool(cursor.fetchone()[0])
    cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = %s", [plain])
    return bool(cursor.fetchone()[0])


def create_table(public_id: str) -> None:
    """Make the table that takes a round's ballots; harmless if it is there."""
    with _atomic() as cursor:
        _harden(cursor)
        cursor.execute(
            f"CREATE TABLE IF NOT EXISTS {_name('sealed', public_id)} "
            f"(id {_blob()} PRIMARY KEY, ciphertext {_blob()} NOT NULL){_without_rowid()}"
        )


def _harden(cursor: CursorWrapper) -> None:
    if not _is_postgresql():
        cursor.execute("PRAGMA secure_delete=ON")


def insert_sealed(public_id: str, rows: Sequence[tuple[bytes, bytes]]) -> None:
    """Write one batch of (id, ciphertext) in one transaction; all of it is on disk when this returns.

    Rows are written in the order of their random ids, which is a shuffle, each wrapped by the round's key. While
    ballots are collected, a copy of the box tells which of them were written together; whoever holds the box key too
    could see what those say, and where everybody evaluates everybody else, the paper missing among them names their
    author. And once the round's key is destroyed, a copy of the box and the box key open nothing.
    Raises: TableMissing if the round has been sealed off; nothing is written then. RoundKeyMissing.
    """
    key = round_key(public_id)
    wrapped = [(row_id, key.wrap(ciphertext, purpose=_SEALED)) for row_id, ciphertext in sorted(rows)]
    try:
        with _atomic() as cursor:
            _insert(cursor, _name("sealed", public_id), wrapped)
    except DatabaseError as error:
        if not table_exists("sealed", public_id):
            raise TableMissing(public_id) from error
        raise


def _insert(cursor: CursorWrapper, name: str, rows: Sequence[tuple[bytes, bytes]]) -> None:
    # A multi-row VALUES keeps the whole batch one statement, whatever the driver does with many.
    for start in range(0, len(rows), 400):
        part = rows[start : start + 400]
        cursor.execute(
            f"INSERT INTO {name} (id, ciphertext) VALUES {', '.join(['(%s, %s)'] * len(part))}",  # noqa: S608 - the name is checked hexadecimal
            [value for row in part for value in row],
        )


#: What a round's key wraps here; bound into each record.
_SEALED = "sealed row"
_CLOSED = "closed row"
#: Stands for the former id of a dummy, which has none.
_NO_ROW = b""


def table_exists(prefix: str, public_id: str) -> bool:
    """Whether a round's table of this kind is there."""
    with _connection().cursor() as cursor:
        return _exists(cursor, _name(prefix, public_id))


def seal_off(public_id: str, *, padding: Padding) -> None:
    """Move a round's rows, and dummies among them, to where nothing more can be cast, in one transaction.

    Harmless when done already. Each row is wrapped anew and gets a new random id, and they are written in the order of
    those: what was written together can no longer be told, nor which is a dummy, not even from the database's log.
    Raises: TableMissing if the round never had a table; RoundKeyMissing, or KeyUnreadable if the round's key is not the
        one that wrapped the rows. Then nothing is changed.
    """
    sealed, closed = _name("sealed", public_id), _name("closed", public_id)
    with _atomic() as cursor:
        _harden(cursor)
        if not _exists(cursor, sealed):
            if not _exists(cursor, closed):
                raise TableMissing(public_id)
            return
        key = round_key(public_id)
        if _is_postgresql():
            # A batch that is being written comes in; a later one waits, and then finds no table.
            cursor.execute(f"LOCK TABLE {sealed} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(
            f"CREATE TABLE {closed} (id {_blob()} PRIMARY KEY, ciphertext {_blob()} NOT NULL){_without_rowid()}"
        )
        cursor.execute(f"SELECT id FROM {sealed}")  # noqa: S608
        former = [bytes(row_id) for (row_id,) in cursor.fetchall()]
        former += [_NO_ROW] * padding.missing(len(former))
        renamed = sorted((secrets.token_bytes(ID_BYTES), old) for old in former)
        for start in range(0, len(renamed), 400):
            part = renamed[start : start + 400]
            entries = _ciphertexts(cursor, sealed, [old for _new, old in part if old != _NO_ROW])
            plain = (
                (new, key.unwrap(entries[old], purpose=_SEALED) if old != _NO_ROW else padding.seal())
                for new, old in part
            )
            _insert(cursor, closed, [(new, key.wrap(row, purpose=_CLOSED)) for new, row in plain])
        cursor.execute(f"DROP TABLE {sealed}")


# Counting


def count_rows(prefix: str, public_id: str) -> int:
    """Return how many rows a round's table of this kind holds; 0 if there is none.

    For after closing only: a figure read while the round is open would tell when somebody cast. Of closed and opened
    rows many are dummies.
    """
    name = _name(prefix, public_id)
    with _connection().cursor() as cursor:
        if not _exists(cursor, name):
            return 0
        cursor.execute(f"SELECT count(*) FROM {name}")  # noqa: S608
        return int(cursor.fetchone()[0])


def closed_rows(public_id: str, *, limit: int) -> list[tuple[bytes, bytes]]:
    """Return up to `limit` rows still sealed, as (id, ephemeral public key), in the order of their random ids.

    Raises: RoundKeyMissing, KeyUnreadable.
    """
    key = round_key(public_id)
    with _connection().cursor() as cursor:
        cursor.execute(
            f"SELECT id, ciphertext FROM {_name('closed', public_id)} ORDER BY id LIMIT %s",  # noqa: S608
            [limit],
        )
        rows = cursor.fetchall()
    return [(bytes(row_id), key.unwrap(record, purpose=_CLOSED)[:EPK_BYTES]) for row_id, record in rows]


def closed_ciphertexts(public_id: str, ids: Sequence[bytes]) -> dict[bytes, bytes]:
    """Return the ciphertexts of those of `ids` that are still sealed.

    Raises: RoundKeyMissing, KeyUnreadable.
    """
    key = round_key(public_id)
    records: dict[bytes, bytes] = {}
    with _connection().cursor() as cursor:
        for start in range(0, len(ids), 400):
            records.update(_ciphertexts(cursor, _name("closed", public_id), ids[start : start + 400]))
    return {row_id: key.unwrap(record, purpose=_CLOSED) for row_id, record in records.items()}


def _ciphertexts(cursor: CursorWrapper, name: str, ids: Sequence[bytes]) -> dict[bytes, bytes]:
    if not ids:
        return {}
    cursor.execute(
        f"SELECT id, ciphertext FROM {name} WHERE id IN ({', '.join(['%s'] * len(ids))})",  # noqa: S608
        list(ids),
    )
    return {bytes(row_id): bytes(ciphertext) for row_id, ciphertext in cursor.fetchall()}


def move_opened(public_id: str, opened: dict[bytes, bytes]) -> None:
    """Keep opened ballots (id → what to keep of it) and drop their sealed rows, in one transaction.

    An opened row has a new random id, and all rows are dropped before the first is written: neither a copy of the
    box nor its log tells which sealed row, and so which batch, an entry lay in. Ids that are no longer sealed are
    passed over, so sending the same chunk twice changes nothing.
    """
    closed, target = _name("closed", public_id), _name("opened", public_id)
    with _atomic() as cursor:
        _harden(cursor)
        cursor.execute(
            f"CREATE TABLE IF NOT EXISTS {target} "
            f"(id {_blob()} PRIMARY KEY, entry {_blob()} NOT NULL){_without_rowid()}"
        )
        fresh = []
        for row_id in sorted(opened):
            cursor.execute(f"DELETE FROM {closed} WHERE id = %s", [row_id])  # noqa: S608
            if cursor.rowcount == 1:
                fresh.append((secrets.token_bytes(ID_BYTES), opened[row_id]))
        if fresh:
            cursor.executemany(f"INSERT INTO {target} (id, entry) VALUES (%s, %s)", sorted(fresh))  # noqa: S608


def opened_chunks(public_id: str, *, size: int = CHUNK) -> Iterator[list[tuple[bytes, bytes]]]:
    """Yield every opened row as (id, what is kept of it), in the order of the random ids, `size` at a time; nothing
    if no row was ever opened, and no more once another process has taken them away."""
    name = _name("opened", public_id)
    last = b""
    while True:
        with _connection().cursor() as cursor:
            if not _exists(cursor, name):
                return
            cursor.execute(f"SELECT id, entry FROM {name} WHERE id > %s ORDER BY id LIMIT {size:d}", [last])  # noqa: S608
            rows = [(bytes(row_id), bytes(entry)) for row_id, entry in cursor.fetchall()]
        if not rows:
            return
        last = rows[-1][0]
        yield rows


def opened_some(public_id: str, ids: Iterable[bytes]) -> dict[bytes, bytes]:
    """Return what is kept of these opened rows, by id.

    Raises: TableMissing.
    """
    name = _name("opened", public_id)
    entries: dict[bytes, bytes] = {}
    with _connection().cursor() as cursor:
        if not _exists(cursor, name):
            raise TableMissing(public_id)
        ordered = sorted(ids)
        for start in range(0, len(ordered), 400):
            part = ordered[start : start + 400]
            cursor.execute(f"SELECT id, entry FROM {name} WHERE id IN ({', '.join(['%s'] * len(part))})", part)  # noqa: S608
            entries.update((bytes(row_id), bytes(entry)) for row_id, entry in cursor.fetchall())
    return entries


def write_ballots(public_id: str, ballots: Iterable[Ballot], documents: Iterable[Document] = ()) -> int:
    """Write the counted ballots, sorted by token, and the documents of the count, drop everything that came before
    them, and return how many ballots there are.

    One transaction, within which ballots and documents are asked for: staged first, then one sorted INSERT … SELECT
    into a new table, so that neither physical order nor transaction numbers tell anything. Then VACUUM, as soon as no
    transaction is open. Harmless when repeated with the same ballots. Processes that count the same round at once
    write one after the other; whatever `ballots` or `documents` raises leaves everything as it was.
    """
    staged, final = _name("staged", public_id), _name("ballot", public_id)
    columns = f"token {_blob()} PRIMARY KEY, cell varchar(16) NOT NULL, entry {_blob()} NOT NULL"
    total = 0
    with _atomic() as cursor:
        _harden(cursor)
        if _is_postgresql():
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [final])
        cursor.execute(f"DROP TABLE IF EXISTS {staged}")
        cursor.execute(f"CREATE TABLE {staged} ({columns}){_without_rowid()}")
        batch: list[Ballot] = []
        for ballot in ballots:
            batch.append(ballot)
            if len(batch) == CHUNK:
                total += _stage(cursor, staged, batch)
                batch = []
        total += _stage(cursor, staged, batch)
        cursor.execute(f"DROP TABLE IF EXISTS {final}")
        cursor.execute(f"CREATE TABLE {final} ({columns}){_without_rowid()}")
        cursor.execute(
            f"INSERT INTO {final} (token, cell, entry) "  # noqa: S608
            f"SELECT token, cell, entry FROM {staged} ORDER BY token"
        )
        _write_documents(cursor, public_id, documents)
        for name in (staged, _name("opened", public_id), _name("closed", public_id), _name("sealed", public_id)):
            cursor.execute(f"DROP TABLE IF EXISTS {name}")
    vacuum()
    return total


def _write_documents(cursor: CursorWrapper, public_id: str, documents: Iterable[Document]) -> None:
    name = _name("kept", public_id)
    cursor.execute(f"DROP TABLE IF EXISTS {name}")
    cursor.execute(
        f"CREATE TABLE {name} (kind varchar(16) NOT NULL, name varchar(16) NOT NULL, body {_blob()} NOT NULL, "
        f"PRIMARY KEY (kind, name)){_without_rowid()}"
    )
    ordered = sorted(documents)
    for start in range(0, len(ordered), CHUNK):
        part = ordered[start : start + CHUNK]
        cursor.executemany(f"INSERT INTO {name} (kind, name, body) VALUES (%s, %s, %s)", part)  # noqa: S608


def documents(public_id: str, kind: str) -> Iterator[Document]:
    """Yield the documents of one kind that a count has kept, by name; none before the count, and none of a round that
    was counted before there were any."""
    table, last = _name("kept", public_id), ""
    while True:
        with _connection().cursor() as cursor:
            if not _exists(cursor, table):
                return
            cursor.execute(
                f"SELECT name, body FROM {table} WHERE kind = %s AND name > %s ORDER BY name LIMIT {CHUNK}",  # noqa: S608
                [kind, last],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        for name, body in rows:
            yield Document(kind, name, bytes(body))
        last = rows[-1][0]


def drop_documents(public_id: str, kind: str) -> None:
    """Delete the documents of one kind; harmless if there are none."""
    name = _name("kept", public_id)
    with _atomic() as cursor:
        _harden(cursor)
        if _exists(cursor, name):
            cursor.execute(f"DELETE FROM {name} WHERE kind = %s", [kind])  # noqa: S608


def _stage(cursor: CursorWrapper, name: str, batch: list[Ballot]) -> int:
    if batch:
        cursor.executemany(f"INSERT INTO {name} (token, cell, entry) VALUES (%s, %s, %s)", batch)  # noqa: S608
    return len(batch)


def drop_round(public_id: str) -> None:
    """Drop every table of a round: it came to nothing, and nothing of its ballots is kept."""
    with _atomic() as cursor:
        _harden(cursor)
        for prefix in ("staged", "opened", "closed", "sealed", "ballot", "kept"):
            cursor.execute(f"DROP TABLE IF EXISTS {_name(prefix, public_id)}")
    vacuum()


def vacuum() -> None:
    """Rewrite the box's file, so that no dropped page survives; done later by whoever holds no transaction."""
    connection = _connection()
    if connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        if _is_postgresql():
            cursor.execute("VACUUM")
        else:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def ballots(public_id: str) -> Iterator[Ballot]:
    """Yield the counted ballots in the order of their tokens; nothing before the count.

    Tables of rounds that were counted before ballots had salts hold a column of revisions too, which is not read.
    """
    name = _name("ballot", public_id)
    last = b""
    while True:
        with _connection().cursor() as cursor:
            if not _exists(cursor, name):
                return
            cursor.execute(
                f"SELECT token, cell, entry FROM {name} WHERE token > %s ORDER BY token LIMIT {CHUNK}",  # noqa: S608
                [last],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        for token, cell, entry in rows:
            yield Ballot(bytes(token), cell, bytes(entry))
        last = bytes(rows[-1][0])
