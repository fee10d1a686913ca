"""What leaks around the cryptography, looked for where it would lie: in what a backup holds, in the columns.

Each test first makes what could leak and shows that it is found there; then it looks at our own. Order of arrival has
its tests in test_leaks_sqlite.py and test_leaks_postgresql.py (each collected where its database runs); cookies,
caches, logs and error reports in views/test_anonymous.py; sessions and sign-in times in views/test_draw.py; drawing's
own table in domain/test_draw.py.
"""

import itertools
import secrets
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from peer_review.box import store
from peer_review.domain.ballots.cast import cast
from peer_review.domain.ballots.drawing import person_id
from peer_review.domain.keys.server_keys import key_of
from peer_review.domain.schemes import ballot_papers
from peer_review.models import Round
from tests.factories.peer_review.box import NO_PADDING
from tests.factories.peer_review.rounds import make_open_round
from zhengyan_crypto.encoding import b64u_decode

BOX = "box"
#: What the outer envelope of an open box adds to each row.
ENVELOPE = 29


def sealed_row() -> tuple[bytes, bytes]:
    """A row like those of a real form: as long, and as random."""
    return secrets.token_bytes(16), secrets.token_bytes(900)


def run(sql: str, values: list[Any] | None = None) -> Any:
    with connections[BOX].cursor() as cursor:
        cursor.execute(sql, values or [])
        return cursor.fetchall() if cursor.description else None


def rows_now(public_id: str) -> set[bytes]:
    """What a backup taken at this moment would hold."""
    return {bytes(row[0]) for row in run(f'SELECT id FROM "sealed_{public_id}"')}


@pytest.mark.django_db(databases=["default", "box"], transaction=True)
def test_a_backup_between_two_batches_never_sees_one_ballot_alone(tmp_path: Path) -> None:
    """Whole journey: real ballots, real threads, real batches, a floor of three requests."""
    running = make_open_round(evaluators=7, subjects=2)
    public_id = running.round.public_id
    # Straight inserts, one a request: the difference of two backups is one person.
    before = rows_now(public_id)
    store.insert_sealed(public_id, [sealed_row()])
    assert len(rows_now(public_id) - before) == 1

    Round.objects.update(batch_window=1, batch_floor=3)
    backups = [rows_now(public_id)]
    answers: dict[int, Any] = {}
    voters = running.evaluators[2:]
    entries = [voter.entries(running.answers) for voter in voters]

    def vote(number: int, wait: float) -> None:
        answers[number] = cast(public_id, entries[number], wait=wait)
        connections.close_all()

    def together(numbers: list[int], wait: float) -> None:
        threads = [threading.Thread(target=vote, args=[number, wait]) for number in numbers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    together([0, 1], 1.5)
    backups.append(rows_now(public_id))
    assert all(answer["pending"] for number in (0, 1) for answer in answers[number])
    together([2], 5.0)
    backups.append(rows_now(public_id))
    # The browsers of the first two ask again, and are answered without anything being written twice.
    together([0, 1], 1.0)
    backups.append(rows_now(public_id))

    assert [len(after - earlier) for earlier, after in itertools.pairwise(backups)] == [0, 6, 0]
    assert all(answer["receipt"] for number in (0, 1, 2) for answer in answers[number])
    lengths = {row[0] for row in run(f'SELECT length(ciphertext) FROM "sealed_{public_id}"')}
    assert lengths == {900 + ENVELOPE, ballot_papers.row_length(running.round) + ENVELOPE}


@pytest.mark.django_db(databases=["default", "box"], transaction=True)
def test_neither_database_holds_the_key_of_a_ballot_that_was_cast(tmp_path: Path) -> None:
    """Everything that lies on disk after draw and cast, searched for the credential's public key and its token."""
    running = make_open_round(evaluators=4, subjects=1)
    voter = running.evaluators[-1]
    (cell,) = voter.draw()
    secret = [voter.credential(cell).public_key, voter.tokens[cell], voter.master]
    blinded = voter.blinded()[cell]
    drawn = person_id(key_of(running.round), voter.user.pk)

    assert running.vote(voter)[0]["ok"]
    (made,) = voter.made
    secret += [b64u_decode(made["nonce"]), bytes.fromhex(made["rev"]), b64u_decode(made["entry"]["ballot"]["salt"])]

    for alias in ("default", BOX):
        data = dump(alias, tmp_path)
        for value in secret:
            assert value not in data
            assert value.hex().encode() not in data
        # What was drawn is not there either, and the detector bites: what stands for it is found.
        assert blinded not in data
        assert blinded.hex().encode() not in data
        assert (drawn in data or drawn.hex().encode() in data) == (alias == "default")


def dump(alias: str, folder: Path) -> bytes:
    """Return everything a database holds: SQLite's files as they lie, PostgreSQL's tables as text."""
    connection = connections[alias]
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"])
        copies = [shutil.copy(one, folder) for one in path.parent.glob(f"{path.name}*")]
        return b"".join(Path(one).read_bytes() for one in copies)
    parts: list[bytes] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            parts += [str(row[0]).encode() for row in cursor.fetchall()]
    return b"\n".join(parts)


@pytest.mark.django_db(databases=["default", "box"])
def test_no_table_of_the_ballot_path_has_a_time_or_a_counter() -> None:
    running = make_open_round()
    running.stuff(running.evaluators[0])
    public_id = running.round.public_id
    store.seal_off(public_id, padding=NO_PADDING)
    store.move_opened(public_id, {row_id: b"entry" for row_id, _epk in store.closed_rows(public_id, limit=9)})
    store.write_ballots(public_id, [store.Ballot(bytes(32), "0" * 16, b"entry")])
    wanted = {
        ("default", "peer_review_assignment"): {"id", "evaluator_id", "cell_id"},
        ("default", "peer_review_drawn"): {"id", "value"},
        (BOX, f"ballot_{public_id}"): {"token", "cell", "entry"},
    }
    for (alias, table), columns in wanted.items():
        with connections[alias].cursor() as cursor:
            found = connections[alias].introspection.get_table_description(cursor, table)
        assert {column.name for column in found} == columns
