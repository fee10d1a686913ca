"""The box's tables: what they hold, what they refuse, what is left of them."""

from typing import Any

import pytest
from django.db import connections

from peer_review.box import store
from peer_review.box.round_keys import RoundKeyMissing, destroy_round_key, make_round_key, round_key
from peer_review.box.store import Ballot, TableMissing
from peer_review.models.round import new_public_id
from tests.factories.peer_review.box import NO_PADDING, opened_rows
from zhengyan_crypto.errors import KeyUnreadable

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def public_id() -> str:
    public_id = new_public_id()
    make_round_key(public_id)
    store.create_table(public_id)
    return public_id


def columns(table: str) -> list[str]:
    with connections["box"].cursor() as cursor:
        return [one.name for one in connections["box"].introspection.get_table_description(cursor, table)]


def test_the_sealed_table_has_an_id_and_a_ciphertext_and_nothing_else(public_id: str) -> None:
    store.create_table(public_id)

    assert columns(f"sealed_{public_id}") == ["id", "ciphertext"]
    with connections["box"].cursor() as cursor:
        if connections["box"].vendor == "postgresql":
            assert connections["box"].introspection.get_sequences(cursor, f"sealed_{public_id}") == []
        else:
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [f"sealed_{public_id}"])
            assert "WITHOUT ROWID" in cursor.fetchone()[0]
            cursor.execute("PRAGMA secure_delete")
            assert cursor.fetchone()[0] == 1


@pytest.mark.parametrize("name", ["x", "A" * 32, "0" * 31, '0"; DROP TABLE x; --', "", "0" * 32 + "\n"])
def test_only_a_public_id_names_a_table(name: str) -> None:
    with pytest.raises(ValueError, match="public id"):
        store.create_table(name)


def test_insert_after_sealing_off_writes_nothing(public_id: str) -> None:
    store.insert_sealed(public_id, [(b"a" * 16, b"one")])
    store.seal_off(public_id, padding=NO_PADDING)
    store.seal_off(public_id, padding=NO_PADDING)

    with pytest.raises(TableMissing):
        store.insert_sealed(public_id, [(b"b" * 16, b"two")])

    assert store.count_rows("closed", public_id) == 1
    assert store.count_rows("sealed", public_id) == 0


def everything(table: str) -> list[tuple[bytes, bytes]]:
    with connections["box"].cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        return [(bytes(row_id), bytes(value)) for row_id, value in cursor.fetchall()]


def test_rows_are_wrapped_by_the_rounds_key_and_get_a_new_name_at_closing(public_id: str) -> None:
    """A copy of the open box tells which rows were written together; it must not be for the box key to read them."""
    rows = [(bytes([number]) * 16, bytes([number]) * 900) for number in range(5)]
    store.insert_sealed(public_id, rows)
    wrapped = everything(f"sealed_{public_id}")
    store.seal_off(public_id, padding=NO_PADDING)
    closed = everything(f"closed_{public_id}")

    assert sorted(row_id for row_id, _value in wrapped) == [row_id for row_id, _row in rows]
    legible = {row[:64] for _row_id, row in rows}
    assert not legible & {value[at : at + 64] for _id, value in [*wrapped, *closed] for at in range(90)}
    assert len({len(value) for _row_id, value in [*wrapped, *closed]}) == 1
    assert not {value for _row_id, value in wrapped} & {value for _row_id, value in closed}
    ids = [row_id for row_id, _value in closed]
    assert sorted(store.closed_ciphertexts(public_id, ids).values()) == [row for _row_id, row in rows]
    assert not {row_id for row_id, _row in rows} & {row_id for row_id, _value in closed}
    assert not store.table_exists("sealed", public_id)


def test_another_secret_in_the_settings_loses_no_row(public_id: str, settings: Any) -> None:
    store.insert_sealed(public_id, [(b"a" * 16, b"one")])
    own = settings.PEER_REVIEW_KEY_SECRET
    settings.PEER_REVIEW_KEY_SECRET = "another"
    with pytest.raises(KeyUnreadable):
        store.seal_off(public_id, padding=NO_PADDING)
    assert store.count_rows("sealed", public_id) == 1

    settings.PEER_REVIEW_KEY_SECRET = own
    store.seal_off(public_id, padding=NO_PADDING)
    ids = [row_id for row_id, _value in everything(f"closed_{public_id}")]
    assert list(store.closed_ciphertexts(public_id, ids).values()) == [b"one"]


def test_nothing_is_written_or_read_without_the_rounds_key(public_id: str) -> None:
    """After the count a copy of the box, with the box key and the settings' secret, opens nothing."""
    store.insert_sealed(public_id, [(b"a" * 16, b"x" * 40)])
    kept = round_key(public_id)
    destroy_round_key(public_id)
    with pytest.raises(RoundKeyMissing):
        store.insert_sealed(public_id, [(b"b" * 16, b"x" * 40)])
    with pytest.raises(RoundKeyMissing):
        store.seal_off(public_id, padding=NO_PADDING)
    assert store.count_rows("sealed", public_id) == 1
    make_round_key(public_id)  # another key under the same name
    with pytest.raises(KeyUnreadable):
        store.seal_off(public_id, padding=NO_PADDING)
    (_row_id, record) = everything(f"sealed_{public_id}")[0]
    assert kept.unwrap(record, purpose="sealed row") == b"x" * 40


def test_a_row_of_one_round_opens_in_no_other(public_id: str) -> None:
    other = new_public_id()
    make_round_key(other)
    store.create_table(other)
    store.insert_sealed(public_id, [(b"a" * 16, b"one")])
    with connections["box"].cursor() as cursor:
        cursor.execute(f'INSERT INTO "sealed_{other}" SELECT id, ciphertext FROM "sealed_{public_id}"')

    with pytest.raises(KeyUnreadable):
        store.seal_off(other, padding=NO_PADDING)


def test_seal_off_refuses_a_round_that_never_had_a_table() -> None:
    with pytest.raises(TableMissing):
        store.seal_off(new_public_id(), padding=NO_PADDING)


def test_a_batch_is_written_whole_or_not_at_all(public_id: str) -> None:
    store.insert_sealed(public_id, [(b"a" * 16, b"one")])

    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        store.insert_sealed(public_id, [(b"b" * 16, b"two"), (b"a" * 16, b"again")])

    assert store.count_rows("sealed", public_id) == 1


def test_a_large_batch_is_one_transaction(public_id: str) -> None:
    store.insert_sealed(public_id, [(number.to_bytes(16), b"x" * 100) for number in range(1000)])

    assert store.count_rows("sealed", public_id) == 1000


def test_opening_moves_rows_once_and_goes_on_after_an_interruption(public_id: str) -> None:
    rows = [(bytes([number]) * 16, bytes([number]) * 32 + b"rest") for number in range(5)]
    store.insert_sealed(public_id, rows)
    store.seal_off(public_id, padding=NO_PADDING)
    ids = [row_id for row_id, _epk in store.closed_rows(public_id, limit=9)]
    found = store.closed_ciphertexts(public_id, [*ids, b"?" * 16])
    assert store.closed_rows(public_id, limit=2) == [(row_id, found[row_id][:32]) for row_id in ids[:2]]
    assert sorted(found.values()) == [row for _row_id, row in rows]

    store.move_opened(public_id, {ids[0]: b"entry 0", ids[1]: b"entry 1"})
    store.move_opened(public_id, {ids[0]: b"entry 0", ids[2]: b"entry 2", b"?" * 16: b"never sealed"})

    assert sorted(opened_rows(public_id)) == [b"entry 0", b"entry 1", b"entry 2"]
    assert store.count_rows("closed", public_id) == 2


def test_write_ballots_leaves_one_sorted_table_and_drops_the_rest(public_id: str) -> None:
    store.insert_sealed(public_id, [(b"a" * 16, b"x" * 40)])
    store.seal_off(public_id, padding=NO_PADDING)
    store.move_opened(public_id, {row_id: b"entry" for row_id, _epk in store.closed_rows(public_id, limit=1)})
    ballots = [Ballot(bytes([number]) * 32, "0" * 16, b"entry") for number in (3, 1, 2)]

    assert store.write_ballots(public_id, iter(ballots)) == 3
    assert store.write_ballots(public_id, ballots) == 3

    assert list(store.ballots(public_id)) == sorted(ballots)
    assert columns(f"ballot_{public_id}") == ["token", "cell", "entry"]
    for prefix in ("sealed", "closed", "opened", "staged"):
        assert not store.table_exists(prefix, public_id)


def test_what_was_never_there_is_empty_and_no_error() -> None:
    nowhere = new_public_id()

    assert list(store.ballots(nowhere)) == []
    assert list(opened_rows(nowhere)) == []
    assert store.count_rows("ballot", nowhere) == 0


def test_drop_round_removes_every_table(public_id: str) -> None:
    store.seal_off(public_id, padding=NO_PADDING)
    store.drop_round(public_id)

    with connections["box"].cursor() as cursor:
        names: list[Any] = connections["box"].introspection.table_names(cursor)
    assert not [name for name in names if public_id in name]
