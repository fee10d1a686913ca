"""How many ballots a second the server takes: gunicorn with two workers, over HTTP, receipts and disk included.

    python bench/casting.py [--ballots 2000] [--papers 10] [--clients 40] [--workers 2]

A round is opened in databases of its own; its papers are drawn and filled in beforehand by the reference client. Then
many browsers send at once, each one sitting a request. Afterwards the box is opened: every ballot for which a receipt
was given must be in it. Beside the rate over HTTP stands what checking and sealing the same entries costs one process.
"""

# ruff: noqa: PLC0415 - Django is set up with this run's own settings before anything of it is imported

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from common import ROOT, BenchRound, answers_of, open_bench_round, open_rows, own_databases, quantile, start_django

#: A browser gives up after this many times "not yet on disk, ask again".
ATTEMPTS = 10
#: The longest one measured stretch may take, in seconds.
PATIENCE = 150


def fill_in(bench: BenchRound) -> list[list[dict[str, Any]]]:
    """Draw every evaluator's papers through the domain and return their signed entries, one list a sitting."""
    from peer_review.crypto.blindsig import decode_spki
    from peer_review.crypto.credentials import Credential, new_master
    from peer_review.domain.draw import draw

    round = bench.round
    cells = {key: decode_spki(spki) for key, spki in round.cells.values_list("key", "spki")}
    sittings = []
    for number, user in enumerate(bench.evaluators):
        master = new_master()
        papers = {cell: Credential(master, round.public_id, cell) for cell in cells}
        signed = draw(user, round, {cell: one.blind(cells[cell]).blinded for cell, one in papers.items()})
        sittings.append(
            [
                one.make_entry(answers_of(round, number), token=one.finalize(cells[cell], signed[cell]))
                for cell, one in papers.items()
            ]
        )
    return sittings


def bare_rate(bench: BenchRound, sittings: list[list[dict[str, Any]]]) -> float:
    """Return how many entries a second one process checks and seals, without network, disk or waiting."""
    from peer_review.crypto import canonical, sealing
    from peer_review.crypto.ballots import check_entry
    from peer_review.domain import keys, papers

    round = bench.round
    cells = dict(round.cells.values_list("key", "spki"))
    public, length = keys.box_public(round), papers.row_length(round)
    asked = papers.papers_of(round)
    entries = [entry for sitting in sittings for entry in sitting]
    start = time.perf_counter()
    for entry in entries:
        checked = check_entry(entry, round_id=round.public_id, cells=cells, papers=asked)
        sealing.seal(checked.canonical, box_public=public, round_id=round.public_id, length=length)
    rate = len(entries) / (time.perf_counter() - start)
    assert canonical.dumps(entries[-1]) == checked.canonical
    return rate


class Server:
    """gunicorn as the intranet runs it, on a free port of this computer."""

    def __init__(self, folder: Path, workers: int) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = folder / "server.log"
        command = [
            sys.executable, "-m", "gunicorn", "--config", "site/config/gunicorn.py",
            "--chdir", "site", "--pythonpath", "..", "config.wsgi",
        ]  # fmt: skip
        environment = {**os.environ, "PORT": str(self.port), "WEB_CONCURRENCY": str(workers), "RUN_WORKER": "0"}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def __enter__(self) -> Server:
        for _attempt in range(150):
            if self.process.poll() is not None:
                raise SystemExit(self.log.read_text())
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return self
            except OSError:
                time.sleep(0.2)
        raise SystemExit(f"The server does not answer.\n{self.log.read_text()}")

    def __exit__(self, *unused: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()


def cast_all(port: int, path: str, bodies: list[bytes], clients: int) -> tuple[float, list[float], list[Any], int]:
    """Send every body, `clients` at a time; return seconds, latency by sitting, all results, how often sent again."""
    queue: SimpleQueue[bytes] = SimpleQueue()
    for body in bodies:
        queue.put(body)
    latencies: list[float] = []
    results: list[Any] = []
    faults: list[str] = []
    again: list[int] = []
    deadline = time.monotonic() + PATIENCE

    def browse() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {"Content-Type": "application/json", "Host": f"127.0.0.1:{port}"}
        while time.monotonic() < deadline and not faults:
            try:
                body = queue.get_nowait()
            except Empty:
                return
            start = time.perf_counter()
            for _attempt in range(ATTEMPTS):
                try:
                    connection.request("POST", path, body, headers)
                    response = connection.getresponse()
                    answer = response.read()
                except (OSError, http.client.HTTPException):
                    # An idle connection that the server has closed: a browser opens another and sends again.
                    connection.close()
                    again.append(1)
                    continue
                if response.status != 200:
                    faults.append(f"{response.status} {answer[:200]!r}")
                    return
                given = json.loads(answer)["results"]
                if not any(one.get("pending") for one in given):
                    break
                again.append(1)
                time.sleep(max(one.get("retry_after", 1) for one in given if one.get("pending")))
            latencies.append(time.perf_counter() - start)
            results.extend(given)

    threads = [threading.Thread(target=browse) for _ in range(clients)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise SystemExit(f"A cast was refused: {faults[0]}")
    return time.perf_counter() - start, latencies, results, len(again)


def check_box(bench: BenchRound, results: list[Any]) -> int:
    """Close the round, open the box, and return how many receipted ballots lie in it; all must."""
    from peer_review.box import store
    from peer_review.crypto.ballots import verify_receipt
    from peer_review.crypto.encoding import b64u_decode
    from peer_review.crypto.merkle import leaf_hash
    from peer_review.domain.count import take_out
    from peer_review.domain.rounds import close_round

    key = b64u_decode(bench.round.receipt_public)
    receipted = {
        verify_receipt(one["receipt"], receipt_key=key, round_id=bench.round.public_id)
        for one in results
        if one["ok"] and "receipt" in one
    }
    bench.round = close_round(bench.round, by=bench.round.organiser)
    open_rows(bench)
    boxed = {leaf_hash(take_out(entry)) for entry in store.opened_entries(bench.round.public_id)}
    if missing := receipted - boxed:
        raise SystemExit(f"{len(missing)} of {len(receipted)} receipted ballots are not in the box.")
    return len(receipted)


def measure(*, ballots: int, papers: int, clients: int, workers: int) -> None:
    """Open a round, cast everything over HTTP, look into the box, print."""
    sittings_wanted = max(1, ballots // papers)
    start = time.perf_counter()
    bench = open_bench_round(evaluators=max(sittings_wanted, 2), subjects=papers)
    sittings = fill_in(bench)
    drawn = sum(len(sitting) for sitting in sittings)
    print(f"{drawn:,} papers drawn and filled in by the reference client in {time.perf_counter() - start:.0f} s")
    bare = bare_rate(bench, sittings)
    bodies = [json.dumps(sitting).encode() for sitting in sittings]
    from django.db import connections

    with Server(Path(os.environ["VAR_DIR"]), workers) as server:
        path = f"/review/rounds/{bench.round.public_id}/cast/"
        seconds, latencies, results, again = cast_all(server.port, path, bodies, clients)
    connections.close_all()
    found = check_box(bench, results)
    print(f"{papers} papers a sitting, {clients} browsers at once, {workers} workers ({connections['box'].vendor})")
    print(f"  ballots cast over HTTP{found / seconds:15,.0f} a second  ({found:,} in {seconds:.1f} s)")
    print(f"  sittings{len(latencies) / seconds:29,.0f} a second")
    print(f"  from sending to receipts: p50 {1000 * quantile(latencies, 0.50):,.0f} ms, ", end="")
    print(
        f"p95 {1000 * quantile(latencies, 0.95):,.0f} ms, longest {1000 * max(latencies):,.0f} ms; sent again {again}"
    )
    print(f"  beside: entries checked and sealed, bare, in one process{bare:9,.0f} a second")
    print(f"  receipts given {found:,}, of {len(results):,} answers; in the box: every one of them")
    if found != drawn:
        raise SystemExit(f"Only {found:,} of {drawn:,} ballots were taken.")


def main(arguments: list[str] | None = None) -> None:
    """Measure sittings of many papers, whose batches fill at once, and of a single one, which wait for company."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ballots", type=int, default=2_000)
    parser.add_argument("--papers", type=int, default=10, help="papers one evaluator casts together")
    parser.add_argument("--clients", type=int, default=40, help="browsers sending at once")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--single", type=int, default=300, help="ballots cast one paper a sitting; 0 leaves that out")
    options = parser.parse_args(arguments)
    with own_databases("casting"):
        start_django()
        shared = {"clients": options.clients, "workers": options.workers}
        measure(ballots=options.ballots, papers=options.papers, **shared)
        if options.single:
            measure(ballots=options.single, papers=1, **shared)


if __name__ == "__main__":
    main()
