"""SIGKILL in the middle of casting: every ballot with a receipt is in the box."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.urls import reverse

from peer_review.crypto import canonical, merkle, sealing
from peer_review.crypto.ballots import verify_receipt
from peer_review.crypto.encoding import b64u_decode
from tests.factories.peer_review import RunningRound, make_open_round

ROOT = Path(__file__).resolve().parents[2]


class Server:
    """A real gunicorn with one worker of several threads, on the test's own databases."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{self.port}",
                "--workers", "1", "--preload", "--worker-class", "gthread", "--threads", "8", "--log-level", "critical",
                "--pythonpath", f"{ROOT / 'site'},{ROOT}",
            ],
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "tests.peer_review.kill_settings",
                "KILL_DEFAULT": str(connections["default"].settings_dict["NAME"]),
                "KILL_BOX": str(connections["box"].settings_dict["NAME"]),
            },
        )  # fmt: skip

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=15) as response:
            return response.read()

    def wait(self, path: str) -> None:
        for _ in range(300):
            try:
                self.get(path)
                return
            except OSError:
                time.sleep(0.1)
        pytest.fail("gunicorn did not start")

    @property
    def worker(self) -> int:
        """The worker's process id: the arbiter's only child."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children")
        if children.exists():
            return int(children.read_text().split()[0])
        listing = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, check=True)  # macOS has no /proc
        return int(listing.stdout.split()[0])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture
def server(transactional_db: None) -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


def post(server: Server, running: RunningRound, entries: list[Any]) -> list[Any]:
    url = f"http://127.0.0.1:{server.port}{reverse('peer_review:cast', args=[running.round.public_id])}"
    request = urllib.request.Request(url, json.dumps(entries).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=15) as response:
        assert "Set-Cookie" not in response.headers
        results: list[Any] = json.loads(response.read())["results"]
        return results


@pytest.mark.django_db(databases=["default", "box"], transaction=True)
def test_every_receipted_ballot_survives_a_killed_worker(server: Server) -> None:
    running = make_open_round(evaluators=9, subjects=2)
    public_id = running.round.public_id
    voters = running.evaluators[2:]
    entries = [voter.entries(running.answers) for voter in voters]
    server.wait(reverse("peer_review:manifest", args=[public_id]))
    receipts: dict[str, Any] = {}
    answered = threading.Event()

    def vote(number: int) -> None:
        # The last ones arrive while the first ones' batch is on its way: the kill finds some of each kind.
        time.sleep(0.06 * number)
        try:
            results = post(server, running, entries[number])
        except (OSError, HTTPException):  # killed before, or in the middle of, the answer
            return
        for result in results:
            receipts[result["leaf"]] = result["receipt"]
        answered.set()

    threads = [threading.Thread(target=vote, args=[number]) for number in range(len(voters))]
    for thread in threads:
        thread.start()
    assert answered.wait(15)
    first_worker = server.worker
    os.kill(first_worker, signal.SIGKILL)
    for thread in threads:
        thread.join()

    early = dict(receipts)
    assert early
    assert set(early) <= set(leaves(running))

    # What has no receipt is sent again to the worker that took over.
    server.wait(reverse("peer_review:manifest", args=[public_id]))
    assert server.worker != first_worker
    for voter_entries in entries:
        for result in post(server, running, voter_entries):
            receipts[result["leaf"]] = result["receipt"]

    assert len(receipts) == 2 * len(voters)
    running.close()
    assert set(leaves(running, "closed")) == set(receipts)
    for receipt in receipts.values():
        verify_receipt(receipt, receipt_key=b64u_decode(running.round.receipt_public), round_id=public_id)
    assert settings.PEER_REVIEW_BATCH_WINDOW < 1


def leaves(running: RunningRound, prefix: str = "sealed") -> list[str]:
    """Return the leaf hash of every ballot in the box, opened with the scrutineer's key."""
    public_id = running.round.public_id
    with connections["box"].cursor() as cursor:
        cursor.execute(f'SELECT ciphertext FROM "{prefix}_{public_id}"')
        rows = [bytes(row[0]) for row in cursor.fetchall()]
    found = []
    for row in rows:
        key = sealing.content_key(running.box_private, sealing.ephemeral_public(row), round_id=public_id)
        entry = sealing.open_row(row, key, round_id=public_id)
        assert canonical.dumps(canonical.loads(entry)) == entry
        found.append(merkle.leaf_hash(entry).hex())
    return found
