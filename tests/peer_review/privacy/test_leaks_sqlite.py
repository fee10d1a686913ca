"""Order of arrival in the bytes of SQLite's file and log. Collected when the box is SQLite (see conftest.py)."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from peer_review.box import store
from peer_review.box.batcher import Batcher, Terms
from peer_review.box.round_keys import make_round_key
from peer_review.models.round import new_public_id
from tests.factories.peer_review.box import NO_PADDING

BOX = "box"


def sealed_row() -> tuple[bytes, bytes]:
    """A row like those of a real form: as long, and as random."""
    return secrets.token_bytes(16), secrets.token_bytes(900)


def seen_order(data: bytes, ids: list[bytes]) -> list[bytes]:
    """Return those ids that occur, in the order of their first occurrence."""
    return sorted((one for one in ids if one in data), key=data.find)


class SQLiteBox:
    """A ballot box in a fresh file of its own, opened as the settings open the real one."""

    def __init__(self, alias: str, path: Path) -> None:
        self.alias, self.path = alias, path
        connections.databases[alias] = {**connections.databases[BOX], "NAME": str(path)}

    def run(self, sql: str, values: list[Any] | None = None) -> Any:
        with connections[self.alias].cursor() as cursor:
            cursor.execute(sql, values or [])
            return cursor.fetchall() if cursor.description else None

    def checkpoint(self) -> None:
        self.run("PRAGMA wal_checkpoint(TRUNCATE)")

    @property
    def file(self) -> bytes:
        return self.path.read_bytes()

    @property
    def wal(self) -> bytes:
        return Path(f"{self.path}-wal").read_bytes()


@pytest.fixture
def make_box(tmp_path: Path, settings: Any, django_db_blocker: Any) -> Iterator[Callable[[], SQLiteBox]]:
    made: list[SQLiteBox] = []

    def make() -> SQLiteBox:
        box = SQLiteBox(f"leak{len(made)}", tmp_path / f"leak{len(made)}.sqlite3")
        made.append(box)
        settings.PEER_REVIEW_BOX_DATABASE = box.alias
        return box

    with django_db_blocker.unblock():
        yield make
        for box in made:
            connections[box.alias].close()
            del connections[box.alias]
            del connections.databases[box.alias]


def test_naive_table_in_sqlite_tells_the_order_of_arrival_three_times(make_box: Callable[[], SQLiteBox]) -> None:
    """What Django would make of a ballot with a random key: the detectors below all bite."""
    box = make_box()
    box.run("CREATE TABLE ballot (id BLOB PRIMARY KEY, ciphertext BLOB NOT NULL)")
    arrived = [sealed_row() for _ in range(6)]
    for row in arrived:
        box.run("INSERT INTO ballot VALUES (%s, %s)", list(row))
    ids = [row_id for row_id, _ciphertext in arrived]

    assert seen_order(box.wal, ids) == ids
    assert [bytes(row[0]) for row in box.run("SELECT id FROM ballot ORDER BY rowid")] == ids
    box.checkpoint()
    # Pages fill from their end; four rows fit on one.
    assert seen_order(box.file, ids[:3]) == ids[:3][::-1]


def test_a_batch_leaves_the_same_bytes_whatever_the_order_it_came_in(make_box: Callable[[], SQLiteBox]) -> None:
    """Not merely shuffled: where each row lies in file and log is a function of the random ids alone."""
    public_id = new_public_id()
    requests = [[sealed_row() for _ in range(3)] for _ in range(7)]
    ids = [row_id for request in requests for row_id, _ciphertext in request]
    files, logs = [], []
    for order in (requests, requests[::-1], sorted(requests, key=lambda _: secrets.randbits(32))):
        box = make_box()
        make_round_key(public_id)
        store.create_table(public_id)
        box.checkpoint()
        batcher = Batcher()
        terms = Terms(window=30.0, ballots=21, requests=7)
        tickets = [
            batcher.submit(public_id, [(secrets.token_bytes(32), row) for row in request], terms) for request in order
        ]
        assert all(ticket.wait(10) and ticket.error is None for ticket in tickets)
        batcher.stop()
        logs.append(seen_order(box.wal, ids))
        box.checkpoint()
        files.append(seen_order(box.file, ids))

    assert len(logs[0]) == 21
    assert logs[0] == logs[1] == logs[2]
    assert files[0] == files[1] == files[2]
    with pytest.raises(Exception, match="rowid"):
        box.run(f'SELECT rowid FROM "sealed_{public_id}"')


def test_deleted_rows_are_overwritten_in_sqlite(make_box: Callable[[], SQLiteBox]) -> None:
    row_id, ciphertext = sealed_row()
    naive = make_box()
    naive.run("PRAGMA secure_delete=OFF")
    naive.run("CREATE TABLE ballot (id BLOB PRIMARY KEY, ciphertext BLOB NOT NULL)")
    naive.run("INSERT INTO ballot VALUES (%s, %s)", [row_id, ciphertext])
    naive.run("DELETE FROM ballot")
    naive.checkpoint()
    assert ciphertext[:400] in naive.file

    ours, public_id = make_box(), new_public_id()
    make_round_key(public_id)
    store.create_table(public_id)
    store.insert_sealed(public_id, [(row_id, ciphertext)])
    ours.checkpoint()
    assert row_id in ours.file
    store.seal_off(public_id, padding=NO_PADDING)
    ours.checkpoint()
    assert row_id not in ours.file
    (closed,) = ours.run(f'SELECT ciphertext FROM "closed_{public_id}"')[0]
    assert bytes(closed)[:400] in ours.file
    store.move_opened(public_id, {name: b"an opened entry" for name, _epk in store.closed_rows(public_id, limit=1)})
    ours.checkpoint()
    assert bytes(closed)[:400] not in ours.file


def test_after_the_count_nothing_of_what_came_before_is_in_the_file_or_its_log(
    make_box: Callable[[], SQLiteBox],
) -> None:
    box, public_id = make_box(), new_public_id()
    make_round_key(public_id)
    store.create_table(public_id)
    arrived = [sealed_row() for _ in range(30)]
    for row in arrived:
        store.insert_sealed(public_id, [row])
    store.seal_off(public_id, padding=NO_PADDING)
    closed = [row_id for row_id, _epk in store.closed_rows(public_id, limit=99)]
    store.move_opened(public_id, {row_id: b"opened " + row_id.hex().encode() for row_id in closed})
    box.checkpoint()
    assert all(row_id.hex().encode() in box.file for row_id in closed)

    tokens = [secrets.token_bytes(32) for _ in arrived]
    store.write_ballots(public_id, [store.Ballot(token, "0" * 16, b"entry") for token in tokens])

    for data in (box.file, box.wal):
        for row_id, ciphertext in arrived:
            assert row_id not in data
            assert ciphertext[:64] not in data
        assert not [row_id for row_id in closed if row_id in data or row_id.hex().encode() in data]
    assert seen_order(box.file, tokens) in (sorted(tokens), sorted(tokens, reverse=True))
