"""Order of arrival in PostgreSQL's system columns. Collected when the box is PostgreSQL (see conftest.py)."""

import secrets
from typing import Any

import pytest
from django.db import connections

from peer_review.box import store
from peer_review.box.batcher import Batcher, Terms
from peer_review.box.round_keys import make_round_key
from peer_review.models.round import new_public_id
from tests.factories.peer_review.box import NO_PADDING

BOX = "box"
pytestmark = pytest.mark.django_db(databases=["default", "box"], transaction=True)


def sealed_row() -> tuple[bytes, bytes]:
    """A row like those of a real form: as long, and as random."""
    return secrets.token_bytes(16), secrets.token_bytes(900)


def run(sql: str, values: list[Any] | None = None) -> Any:
    with connections[BOX].cursor() as cursor:
        cursor.execute(sql, values or [])
        return cursor.fetchall() if cursor.description else None


def test_naive_table_in_postgresql_tells_the_order_of_arrival_twice() -> None:
    run("DROP TABLE IF EXISTS naive_ballot")
    run("CREATE TABLE naive_ballot (id bytea PRIMARY KEY, ciphertext bytea NOT NULL)")
    arrived = [sealed_row() for _ in range(6)]
    for row in arrived:
        run("INSERT INTO naive_ballot VALUES (%s, %s)", list(row))
    ids = [row_id for row_id, _ciphertext in arrived]

    by_place = [bytes(row[0]) for row in run("SELECT id FROM naive_ballot ORDER BY ctid")]
    by_time = [bytes(row[0]) for row in run("SELECT id FROM naive_ballot ORDER BY xmin::text::bigint")]
    run("DROP TABLE naive_ballot")

    assert by_place == by_time == ids


def test_a_batch_in_postgresql_has_one_transaction_and_the_order_of_its_ids() -> None:
    public_id = new_public_id()
    make_round_key(public_id)
    store.create_table(public_id)
    batcher = Batcher()
    requests = [[sealed_row() for _ in range(3)] for _ in range(7)]
    terms = Terms(window=30.0, ballots=21, requests=7)
    tickets = [
        batcher.submit(public_id, [(secrets.token_bytes(32), row) for row in request], terms) for request in requests
    ]
    assert all(ticket.wait(10) and ticket.error is None for ticket in tickets)
    batcher.stop()

    table = f'"sealed_{public_id}"'
    assert run(f"SELECT count(DISTINCT xmin::text) FROM {table}") == [(1,)]
    places = [bytes(row[0]) for row in run(f"SELECT id FROM {table} ORDER BY ctid")]
    assert places == sorted(row_id for request in requests for row_id, _ciphertext in request)
    store.drop_round(public_id)


def test_after_the_count_postgresql_knows_one_transaction_and_the_order_of_the_tokens() -> None:
    public_id = new_public_id()
    make_round_key(public_id)
    store.create_table(public_id)
    arrived = [sealed_row() for _ in range(12)]
    for row in arrived:
        store.insert_sealed(public_id, [row])
    table = f'"sealed_{public_id}"'
    assert run(f"SELECT count(DISTINCT xmin::text) FROM {table}") == [(12,)]
    store.seal_off(public_id, padding=NO_PADDING)

    tokens = [secrets.token_bytes(32) for _ in arrived]
    store.write_ballots(public_id, [store.Ballot(token, "0" * 16, b"entry") for token in tokens])

    ballots = f'"ballot_{public_id}"'
    assert run(f"SELECT count(DISTINCT xmin::text) FROM {ballots}") == [(1,)]
    assert [bytes(row[0]) for row in run(f"SELECT token FROM {ballots} ORDER BY ctid")] == sorted(tokens)
    for prefix in ("sealed", "closed", "opened", "staged"):
        assert run("SELECT to_regclass(%s)", [f"{prefix}_{public_id}"]) == [(None,)]
    assert run("SHOW track_commit_timestamp") == [("off",)]
    store.drop_round(public_id)
