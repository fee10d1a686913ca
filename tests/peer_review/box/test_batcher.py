"""Group commits, with real threads: who waits for whom, and that nobody is answered before the disk is."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from peer_review.box.batcher import Batcher, Row, Terms

ROOT = Path(__file__).resolve().parents[3]
ROUND = "0" * 32
SLOW = Terms(window=30.0)


class Box:
    """Stands for the disk: remembers batches, may be slow or broken."""

    def __init__(self) -> None:
        self.batches: list[list[Row]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.fault: Exception | None = None

    def write(self, public_id: str, rows: Sequence[Row]) -> None:
        self.gate.wait(5)
        if self.fault:
            raise self.fault
        self.batches.append(list(rows))


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def batcher(box: Box) -> Iterator[Batcher]:
    batcher = Batcher(box.write)
    yield batcher
    batcher.stop()


def entry(number: int) -> tuple[bytes, Row]:
    return bytes([number]) * 32, (bytes([number]) * 16, b"sealed")


def test_a_full_batch_goes_out_before_its_window_ends(batcher: Batcher, box: Box) -> None:
    terms = Terms(window=30.0, ballots=6, requests=3)
    tickets = [batcher.submit(ROUND, [entry(2 * n), entry(2 * n + 1)], terms) for n in range(3)]

    assert all(ticket.wait(2) and ticket.error is None for ticket in tickets)
    assert [len(batch) for batch in box.batches] == [6]


def test_many_ballots_of_few_requests_wait_for_company(batcher: Batcher, box: Box) -> None:
    terms = Terms(window=30.0, ballots=6, requests=3)
    ticket = batcher.submit(ROUND, [entry(n) for n in range(10)], terms)

    assert not ticket.wait(0.2)
    assert box.batches == []


def test_a_lone_ballot_goes_out_when_its_window_ends(batcher: Batcher, box: Box) -> None:
    started = time.monotonic()
    ticket = batcher.submit(ROUND, [entry(1)], Terms(window=0.3))

    assert ticket.wait(2)
    assert time.monotonic() - started >= 0.3
    assert len(box.batches) == 1


def test_nobody_is_answered_before_the_batch_is_on_disk(batcher: Batcher, box: Box) -> None:
    box.gate.clear()
    ticket = batcher.submit(ROUND, [entry(1)], Terms(window=0.0))

    assert not ticket.wait(0.3)
    assert not batcher.is_committed(entry(1)[0])
    box.gate.set()
    assert ticket.wait(2)
    assert batcher.is_committed(entry(1)[0])


def test_a_floor_keeps_a_small_batch_off_the_disk_however_long_it_waits(batcher: Batcher, box: Box) -> None:
    terms = Terms(window=0.1, floor=3)
    tickets = [batcher.submit(ROUND, [entry(n)], terms) for n in range(2)]
    assert not tickets[0].wait(0.5)

    tickets.append(batcher.submit(ROUND, [entry(2)], terms))

    assert all(ticket.wait(2) for ticket in tickets)
    assert [len(batch) for batch in box.batches] == [3]


def test_a_floor_is_waived_before_closing_so_that_no_ballot_is_lost(batcher: Batcher, box: Box) -> None:
    ticket = batcher.submit(ROUND, [entry(1)], Terms(window=30.0, floor=9, deadline=time.monotonic() + 0.2))

    assert ticket.wait(2)
    assert len(box.batches) == 1


def test_rounds_do_not_share_a_batch(batcher: Batcher, box: Box) -> None:
    first = batcher.submit("1" * 32, [entry(1)], Terms(window=0.1))
    second = batcher.submit("2" * 32, [entry(2)], Terms(window=0.1))

    assert first.wait(2)
    assert second.wait(2)
    assert [len(batch) for batch in box.batches] == [1, 1]


def test_a_fault_is_told_to_everyone_in_the_batch_and_names_no_ballot(
    batcher: Batcher, box: Box, caplog: pytest.LogCaptureFixture
) -> None:
    box.fault = RuntimeError("row 0x11223344 is bad")
    with caplog.at_level(logging.DEBUG):
        tickets = [batcher.submit(ROUND, [entry(n)], Terms(window=0.1)) for n in range(2)]
        assert all(ticket.wait(2) for ticket in tickets)

    assert all(ticket.error is box.fault for ticket in tickets)
    assert not batcher.is_committed(entry(0)[0])
    assert "11223344" not in caplog.text
    # The next batch is not harmed.
    box.fault = None
    again = batcher.submit(ROUND, [entry(1)], Terms(window=0.0))
    assert again.wait(2)
    assert again.error is None


def test_the_same_ballot_waiting_already_is_found_and_not_queued_again(batcher: Batcher) -> None:
    ticket = batcher.submit(ROUND, [entry(1)], SLOW)

    assert batcher.waiting(ROUND, entry(1)[0]) is ticket
    assert batcher.waiting(ROUND, entry(2)[0]) is None
    assert batcher.waiting("f" * 32, entry(1)[0]) is None


def test_a_ballot_whose_batch_is_being_written_is_still_found(batcher: Batcher, box: Box) -> None:
    """Else who asks again just then would have a second row sealed."""
    box.gate.clear()
    ticket = batcher.submit(ROUND, [entry(1)], Terms(window=0.0))
    while ROUND not in batcher._writing:
        assert not ticket.wait(0.001)

    assert batcher.waiting(ROUND, entry(1)[0]) is ticket
    box.gate.set()
    assert ticket.wait(2)
    assert batcher.waiting(ROUND, entry(1)[0]) is None
    assert batcher.is_committed(entry(1)[0])


def test_flush_writes_what_waits_for_one_round(batcher: Batcher, box: Box) -> None:
    ticket = batcher.submit(ROUND, [entry(1)], SLOW)
    other = batcher.submit("f" * 32, [entry(2)], SLOW)

    batcher.flush(ROUND)

    assert ticket.wait(0)
    assert not other.wait(0)
    batcher.flush("e" * 32)


def test_stop_writes_everything_and_the_batcher_can_go_on(batcher: Batcher, box: Box) -> None:
    ticket = batcher.submit(ROUND, [entry(1)], SLOW)

    batcher.stop()
    assert ticket.wait(0)
    assert len(box.batches) == 1

    assert batcher.submit(ROUND, [entry(2)], Terms(window=0.0)).wait(2)


def test_an_idle_thread_ends_and_the_next_ballot_starts_another(batcher: Batcher, box: Box) -> None:
    assert batcher.submit(ROUND, [entry(1)], Terms(window=0.0)).wait(2)
    thread = batcher._thread
    assert thread is not None
    thread.join(3)
    assert not thread.is_alive()

    assert batcher.submit(ROUND, [entry(2)], Terms(window=0.0)).wait(2)


def test_many_requests_at_once_lose_nothing(batcher: Batcher, box: Box) -> None:
    terms = Terms(window=0.05, ballots=10, requests=3)
    outcomes: list[Any] = []

    def go(number: int) -> None:
        ticket = batcher.submit(ROUND, [entry(number), entry(number + 100)], terms)
        outcomes.append(ticket.wait(5) and ticket.error is None)

    threads = [threading.Thread(target=go, args=[number]) for number in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == [True] * 60
    written = [row for batch in box.batches for row in batch]
    assert sorted(written) == sorted(row for n in range(60) for row in (entry(n)[1], entry(n + 100)[1]))


def test_what_is_remembered_is_bounded(batcher: Batcher, settings: Any) -> None:
    settings.PEER_REVIEW_CAST_MEMORY = 2
    assert batcher.submit(ROUND, [entry(n) for n in range(4)], Terms(window=0.0)).wait(2)

    assert len(batcher._committed) == 2


def test_a_process_that_ends_writes_what_waits_and_its_fork_does_not(tmp_path: Path) -> None:
    """A worker told to stop (SIGTERM) ends through Python's exit: no waiting ballot is thrown away.

    A forked child must not write what waits in its parent: that would be in the box twice.
    """
    script = """
import os, pathlib, sys
from django.conf import settings
settings.configure(DATABASES={"box": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})
from peer_review.box.batcher import Terms, batcher
def write(public_id, rows):
    with pathlib.Path(sys.argv[1]).open("a") as file:
        file.write(f"{public_id} {len(rows)} {os.getpid() == parent}\\n")
parent = os.getpid()
batcher._write = write
batcher.submit("0" * 32, [(bytes(32), (bytes(16), b"sealed"))], Terms(window=600.0))
child = os.fork()
if child:
    os.waitpid(child, 0)
sys.exit(0)
"""
    written = tmp_path / "written"
    subprocess.run([sys.executable, "-c", script, str(written)], check=True, cwd=ROOT)

    assert written.read_text() == f"{ROUND} 1 True\n"
