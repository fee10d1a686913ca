"""Ballots checked in other processes, which are real ones: what they find, what they are given, what if they die."""

import contextlib
import os
import signal
import sys
import tracemalloc
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connections

from peer_review.box import store
from peer_review.box.round_keys import make_round_key
from peer_review.domain.keys.server_keys import key_of
from peer_review.domain.tally import check_pool, count, opened_rows
from peer_review.domain.tally.check_pool import CheckPool, processes_for
from peer_review.models import CountRun
from peer_review.protocol.ballots import entry_of
from peer_review.protocol.checking import READY, RECORD, RoundChecker, Terms
from tests.factories.peer_review.box import NO_PADDING
from tests.factories.peer_review.counted_rounds import count_all, make_voted_round, open_box
from tests.peer_review.protocol.election import CELLS, PAPER, ROUND, Election
from zhengyan_crypto import canonical, merkle

database = pytest.mark.django_db(databases=["default", "box"])
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what a process holds")


@pytest.fixture(scope="module")
def election() -> Election:
    return Election()


@pytest.fixture(scope="module")
def terms(election: Election) -> Terms:
    return Terms(round_id=ROUND, cells=election.cells, papers=dict.fromkeys(CELLS, PAPER))


@pytest.fixture(scope="module")
def chunks(election: Election) -> list[list[bytes]]:
    """Twelve chunks, each with rows that are no ballots."""
    entries = [canonical.dumps(election.cast(cell=CELLS[at % 2])) for at in range(4)]
    return [[entries[at % 4], b"no ballot", entries[(at + 1) % 4]] for at in range(12)]


@pytest.fixture(scope="module")
def expected(terms: Terms, chunks: list[list[bytes]]) -> list[bytes]:
    return [RoundChecker(terms).check_many(chunk) for chunk in chunks]


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_any_number_of_processes_finds_the_same_in_the_same_order(
    processes: int, terms: Terms, chunks: list[list[bytes]], expected: list[bytes]
) -> None:
    with CheckPool(terms, processes=processes) as pool:
        assert len(pool.pids) == (processes if processes > 1 else 0)
        assert list(pool.check(iter(chunks))) == expected
    assert not any(Path(f"/proc/{pid}").exists() for pid in pool.pids)


def test_few_chunks_are_read_ahead(terms: Terms, chunks: list[list[bytes]]) -> None:
    read = 0

    def counting() -> Iterator[list[bytes]]:
        nonlocal read
        for chunk in chunks * 3:
            read += 1
            yield chunk

    with CheckPool(terms, processes=2) as pool:
        for done, _records in enumerate(pool.check(counting()), start=1):
            assert read - done <= 4


@pytest.mark.parametrize("victims", [1, 2])
def test_processes_that_are_killed_take_nothing_with_them(
    victims: int, terms: Terms, chunks: list[list[bytes]], expected: list[bytes]
) -> None:
    with CheckPool(terms, processes=2) as pool:
        found = pool.check(iter(chunks))
        first = next(found)
        for pid in pool.pids[:victims]:
            os.kill(pid, signal.SIGKILL)
        assert [first, *found] == expected


def test_an_interpreter_that_does_not_start_costs_nothing_but_speed(
    terms: Terms, chunks: list[list[bytes]], expected: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/true")
    with CheckPool(terms, processes=2) as pool:
        assert list(pool.check(iter(chunks))) == expected


@on_linux
@database
def test_a_process_holds_no_secret_no_database_and_no_file(
    terms: Terms, chunks: list[list[bytes]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # What could leak: secrets in the environment, an open file, the databases' own files.
    secret = "a secret of the environment"
    monkeypatch.setenv("SECRET_KEY", secret)
    monkeypatch.setenv("PEER_REVIEW_KEY_SECRET", secret)
    with (tmp_path / "open").open("wb") as file, connections["box"].cursor() as cursor:
        os.set_inheritable(file.fileno(), True)
        cursor.execute("SELECT 1")
        assert str(tmp_path / "open") in held_by(os.getpid())
        with CheckPool(terms, processes=2) as pool:
            found = pool.check(iter(chunks))
            next(found)
            for pid in pool.pids:
                environment = Path(f"/proc/{pid}/environ").read_bytes()
                assert b"PYTHONPATH" in environment
                assert secret.encode() not in environment
                assert b"DATABASE" not in environment
                assert b"DJANGO" not in environment
                assert [name for name in held_by(pid, first=3) if name.startswith("/")] == []
                assert "django" not in Path(f"/proc/{pid}/maps").read_text()
            assert list(found)
    assert django_settings.SECRET_KEY.encode() not in environment


def held_by(pid: int, *, first: int = 0) -> list[str]:
    """Return what a process has open, from this descriptor on."""
    found = []
    for one in list(Path(f"/proc/{pid}/fd").iterdir()):
        with contextlib.suppress(FileNotFoundError):  # the one that listed them
            found += [os.readlink(one)] if int(one.name) >= first else []
    return found


@on_linux
def test_a_process_writes_its_answers_and_not_a_byte_else(terms: Terms, chunks: list[list[bytes]]) -> None:
    def written(pid: int) -> int:
        """Return the bytes of all its writes, to whatever: a file, a log, a pipe."""
        lines = Path(f"/proc/{pid}/io").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("wchar")).split()[1])

    with CheckPool(terms, processes=2) as pool:
        answers = list(pool.check(iter(chunks * 20)))
        total = sum(written(pid) for pid in pool.pids)
    assert total == 2 * len(READY) + sum(len(records) for records in answers)


def test_small_rounds_are_checked_by_the_process_that_counts(settings: Any) -> None:
    assert processes_for(check_pool.PAYS_FROM - 1) == 1
    assert processes_for(check_pool.PAYS_FROM) == check_pool._cores()
    for asked, used in ((3, 3), (1, 1), (0, 1)):
        settings.PEER_REVIEW_COUNT_PROCESSES = asked
        assert processes_for(10) == processes_for(10_000_000) == used


@database
def test_a_round_counted_by_two_processes_is_counted_like_any_other(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PEER_REVIEW_COUNT_PROCESSES = 2
    monkeypatch.setattr(opened_rows, "CHUNK", 2)
    running = make_voted_round(evaluators=6)
    one = running.evaluators[0]
    running.stuff(one, {"quality": 10, "spirit": 20}, revision=2**63 - 1)
    running.stuff(one, {"quality": 999, "spirit": 20}, revision=2**63 - 2)
    round = count_all(running)
    run = round.count_run
    assert (run.total, run.accepted, run.rejected) == (5, 5, {"bad_answers": None})
    tokens = [ballot.token for ballot in store.ballots(round.public_id)]
    assert tokens == sorted(tokens)
    assert any(b'"quality":10,' in ballot.entry for ballot in store.ballots(round.public_id))


@database
def test_a_row_altered_between_checking_and_writing_stops_the_count_which_can_be_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running = make_voted_round(evaluators=4)
    forged = canonical.dumps(running.evaluators[0].entries({"quality": 100, "spirit": 100}, revision=9)[0])
    running.close()
    open_box(running)
    round, run = running.round, CountRun.objects.get()
    rows = store.count_rows("opened", round.public_id)
    real = store.opened_some

    def swapped(public_id: str, ids: Iterable[bytes]) -> dict[bytes, bytes]:
        found = real(public_id, ids)
        return {**found, max(found): opened_rows.wrap_cast(key_of(round), forged, length=900)}

    with monkeypatch.context() as patch:
        patch.setattr(store, "opened_some", swapped)
        with pytest.raises(opened_rows.AlteredMeanwhile):
            count.count_round(round)
    assert not store.table_exists("ballot", round.public_id)
    assert store.count_rows("opened", round.public_id) == rows >= 3
    assert count.count_round(round).accepted == 3
    assert run.round_id == round.pk


class Unchecked:
    """Takes every row for a ballot of its own: for what the count keeps, whatever the checks cost."""

    def check(self, chunks: Iterable[list[bytes]]) -> Iterator[bytes]:
        for chunk in chunks:
            yield b"".join(RECORD.pack(sha256(raw).digest(), merkle.leaf_hash(entry_of(raw)), 1, 0, 0) for raw in chunk)


@database
def test_memory_grows_by_a_tenth_of_the_ballots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a round's size: what is kept of a ballot is a fraction of it, and few are held at once."""
    monkeypatch.setattr(opened_rows, "PART", 500)
    peaks = {ballots: _peak(ballots) for ballots in (3_000, 9_000)}
    grown = (peaks[9_000] - peaks[3_000]) / 6_000
    assert grown < 300, f"{grown:.0f} bytes a ballot of 1,300"
    assert peaks[3_000] < 3_000 * 1_300


def _peak(ballots: int) -> int:
    """Return the most memory that a count of so many ballots takes, in bytes."""
    public_id = os.urandom(16).hex()
    key = make_round_key(public_id)
    store.create_table(public_id)
    store.seal_off(public_id, padding=NO_PADDING)
    kept: Any = [(os.urandom(16), os.urandom(650).hex().encode()) for _ballot in range(ballots)]
    name = store._name("opened", public_id)
    with store._atomic() as cursor:
        cursor.execute(f"CREATE TABLE {name} (id {store._blob()} PRIMARY KEY, entry {store._blob()} NOT NULL)")
        for row_id, raw in kept:
            row = (row_id, opened_rows.wrap_cast(key, raw, length=1_400))
            cursor.execute(f"INSERT INTO {name} (id, entry) VALUES (%s, %s)", row)
    expected = sorted(sha256(raw).digest() for _row_id, raw in kept)
    del kept
    reported: list[int] = []
    tracemalloc.start()
    try:
        pool: Any = Unchecked()
        standing = opened_rows.check_opened_rows(public_id, pool, key=key, report=reported.append)
        written = opened_rows.standing_ballots(public_id, standing, ["0" * 16], key=key, report=reported.append)
        assert store.write_ballots(public_id, written) == ballots
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [ballot.token for ballot in store.ballots(public_id)] == expected
    assert reported[-1] == opened_rows.WRITTEN
    store.drop_round(public_id)
    return peak
