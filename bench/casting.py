"""How many ballots a second the server takes over HTTP, receipts and disk included, and what SIGKILL loses: nothing.

    python bench/casting.py [--ballots 3000] [--browsers 600] [--workers 2] [--kills 20]

One round, its ballots signed before any clock starts. gunicorn with production's settings, and browsers in a process of
their own (browsers.py), which send sittings of 10, of 5 and of 1 paper; then all at once, one paper each; then while
workers are killed. At the end the round is closed, and its box opened with the key: every ballot for which a receipt
was given must be in it. Beside each rate stands what checking and sealing the same entries costs one process.
"""

# ruff: noqa: PLC0415 - Django is set up with this run's own settings before anything of it is imported

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from browsers import Done, Plan
from common import BenchRound, answers_of, open_bench_round, own_databases, quantile, start_django
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from server import Server

BENCH = Path(__file__).resolve().parent
PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=48)
#: Papers in the largest sitting, so cells of the round.
CELLS = 10
#: The longest one measured stretch may take, in seconds; a killed worker's successor first has to load the intranet.
PATIENCE = 90
PATIENCE_A_KILL = 15
#: Between a worker's serving and the next kill, in seconds.
PAUSES = (1.0, 5.0)
#: Ballots enough to keep the browsers casting from one kill to the next.
BALLOTS_A_KILL = 900
#: When everybody drew, in milliseconds.
DRAWN_AT = 1_790_000_000_000
Cast = dict[str, Any]


class Ballots:
    """Signed ballots of one round, handed out in sittings; none twice."""

    def __init__(self, bench: BenchRound, sittings: int) -> None:
        from peer_review.domain.keys import server_keys

        key = server_keys.key_of(bench.round)
        answers = [answers_of(bench.round, number) for number in range(sittings)]
        work = [
            (
                bench.round.public_id,
                cell.key,
                key.unwrap(cell.private_key, purpose=server_keys.CELL_KEY),
                answers,
            )
            for cell in bench.round.cells.all()
        ]
        with ProcessPoolExecutor(min(len(work), os.cpu_count() or 1)) as pool:
            columns = list(pool.map(sign_ballots, work))
        self._sheets = iter(list(zip(*columns, strict=True)))

    def take(self, count: int, papers: int) -> list[list[Cast]]:
        """Return about `count` ballots, so many papers a sitting, each about another colleague."""
        casts = list(itertools.chain.from_iterable(itertools.islice(self._sheets, max(1, round(count / CELLS)))))
        return [casts[start : start + papers] for start in range(0, len(casts), papers)]


def sign_ballots(work: tuple[str, str, bytes, list[dict[str, int]]]) -> list[Cast]:
    """Return signed ballots of one cell. The token is an ordinary RSA-PSS signature: what unblinding yields."""
    from peer_review.protocol.credentials import Credential, new_master
    from zhengyan_crypto import blindsig

    round_id, cell, private, answers = work
    key = blindsig.decode_private(private)
    made = []
    for given in answers:
        credential = Credential(new_master(), round_id, cell)
        token = key.sign(credential.message, PSS, hashes.SHA384())
        made.append(credential.make_cast(given, token=token, revision=credential.revision_of(1, drawn_at=DRAWN_AT)))
    return made


def bare_rate(bench: BenchRound, sittings: Sequence[Sequence[Cast]]) -> float:
    """Return how many ballots a second one process checks and seals: no network, no disk, no waiting; best of three."""
    from peer_review.domain.keys.custody import box_public
    from peer_review.domain.schemes import ballot_papers as papers
    from peer_review.protocol.ballots import check_cast
    from zhengyan_crypto import canonical, sealing

    round = bench.round
    cells = dict(round.cells.values_list("key", "spki"))
    public, length = box_public(round), papers.row_length(round)
    asked = papers.papers_of(round)
    casts = list(itertools.chain.from_iterable(sittings))
    rates = []
    for _pass in range(3):
        start = time.perf_counter()
        for cast in casts:
            checked = check_cast(cast, round_id=round.public_id, cells=cells, papers=asked)
            sealing.seal(checked.canonical, box_public=public, round_id=round.public_id, length=length)
        rates.append(len(casts) / (time.perf_counter() - start))
    assert canonical.dumps(casts[-1]) == checked.canonical
    return max(rates)


class Load:
    """The browsers' process, to which this one only listens."""

    def __init__(self, plan: Plan) -> None:
        folder = Path(os.environ["VAR_DIR"])
        self._plan, self._done = folder / "plan.json", folder / "done.json"
        self._patience = plan.patience
        self._plan.write_text(json.dumps(asdict(plan)))
        self._process = subprocess.Popen(
            [sys.executable, str(BENCH / "browsers.py"), str(self._plan), str(self._done)], stdin=subprocess.PIPE
        )

    def running(self) -> bool:
        """Whether there is anything left to cast."""
        return self._process.poll() is None

    def stop(self) -> None:
        """Begin no further sitting."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()

    def result(self) -> Done:
        """Wait for the last receipt and return what came of it."""
        if self._process.wait(self._patience + 30):
            raise SystemExit("The browsers gave up.")
        done = Done(**json.loads(self._done.read_text()))
        if done.refused:
            raise SystemExit(f"A cast was refused: {done.refused[0]}")
        return done


def open_box(bench: BenchRound) -> list[bytes]:
    """Close the round and return the leaf hash of every ballot in its box, opened with the scrutineer's key."""

    from peer_review.box import store
    from peer_review.domain.ballots.box_padding import DUMMY
    from peer_review.domain.rounds.lifecycle import close_round
    from peer_review.protocol.ballots import entry_of
    from zhengyan_crypto import sealing
    from zhengyan_crypto.merkle import leaf_hash

    bench.round = close_round(bench.round, by=None)
    public_id = bench.round.public_id
    ids = [row_id for row_id, _epk in store.closed_rows(public_id, limit=10_000_000)]
    leaves = []
    for row in store.closed_ciphertexts(public_id, ids).values():
        key = sealing.content_key(bench.box_private, sealing.ephemeral_public(row), round_id=public_id)
        cast = sealing.open_row(row, key, round_id=public_id)
        if cast != DUMMY:
            leaves.append(leaf_hash(entry_of(cast)))
    return leaves


def receipted(bench: BenchRound, receipts: Sequence[Any]) -> set[bytes]:
    """Return the leaf hashes that valid receipts promise."""
    from peer_review.protocol.ballots import verify_receipt
    from zhengyan_crypto.encoding import b64u_decode

    key = b64u_decode(bench.round.receipt_public)
    return {verify_receipt(one, receipt_key=key, round_id=bench.round.public_id) for one in receipts}


def print_rate(title: str, done: Done, bare: float | None = None) -> None:
    """Print one stretch: rate, share of the bare rate, latency."""
    rate = len(done.receipts) / done.seconds
    times = [1000 * one for one in done.latencies]
    print(f"  {title:44}{rate:7,.0f} ballots a second ({len(done.receipts):,} in {done.seconds:.1f} s)", end="")
    print(f"; bare {bare:,.0f}, ratio {rate / bare:.2f}" if bare else "")
    print(f"  {'':44}p50 {quantile(times, 0.5):,.0f} ms, p95 {quantile(times, 0.95):,.0f} ms", end="")
    print(f", longest {max(times):,.0f} ms; asked again {done.asked_again:,} of {done.requests:,}")


@contextmanager
def _loaded(plan: Plan) -> Iterator[Load]:
    load = Load(plan)
    try:
        yield load
    finally:
        load.stop()


def main(arguments: list[str] | None = None) -> None:
    """Measure the rates, kill the workers, open the box."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ballots", type=int, default=3_000, help="in each of the three measured stretches")
    parser.add_argument("--browsers", type=int, default=600, help="sending at once")
    parser.add_argument("--at-once", type=int, nargs="*", default=[300, 1_000], help="of one paper each, in one moment")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--no-keep-alive", action="store_true", help="a new connection for every request")
    options = parser.parse_args(arguments)
    with own_databases("casting") as folder:
        start_django()
        measure(folder, options)


def measure(folder: Path, options: argparse.Namespace) -> None:
    from django.db import connections

    bench = open_bench_round(evaluators=CELLS, subjects=CELLS)
    wanted = 3 * options.ballots + sum(options.at_once) + BALLOTS_A_KILL * options.kills
    start = time.perf_counter()
    ballots = Ballots(bench, wanted // CELLS + 10)
    print(f"{wanted:,} ballots signed in {time.perf_counter() - start:.0f} s; ", end="")
    print(f"{options.workers} workers, {connections['box'].vendor}; load now {os.getloadavg()[0]:.1f}")
    connections.close_all()
    path = f"/review/rounds/{bench.round.public_id}/cast/"
    receipts: list[Any] = []

    def plan(sittings: list[list[Cast]], browsers: int) -> Plan:
        keep = not options.no_keep_alive
        return Plan(server.port, path, sittings, browsers, keep_alive=keep, patience=PATIENCE)

    with Server(folder / "server.log", workers=options.workers) as server:
        Load(plan(ballots.take(40, 1), 40)).result()  # both workers have read the round
        for papers in (10, 5, 1):
            sittings = ballots.take(options.ballots, papers)
            bare = bare_rate(bench, sittings)
            # Two sittings each at least, or there would be no rate, only one crowd.
            browsers = max(1, min(options.browsers, len(sittings) // 2))
            done = Load(plan(sittings, browsers)).result()
            print_rate(f"sittings of {papers}, {browsers} browsers", done, bare)
            receipts += done.receipts
        for crowd in options.at_once:
            done = Load(plan(ballots.take(crowd, 1), crowd)).result()
            print_rate(f"{crowd:,} evaluators at once, one paper each", done)
            receipts += done.receipts
        if options.kills:
            sittings = ballots.take(BALLOTS_A_KILL * options.kills, 1)
            receipts += kill_workers(server, plan(sittings, options.browsers), options.kills)
    boxed = open_box(bench)
    promised = receipted(bench, receipts)
    lost = promised - set(boxed)
    print(f"  box opened: {len(boxed):,} rows, {len(set(boxed)):,} ballots; receipts given {len(promised):,}, ", end="")
    print(f"lost {len(lost)}")
    if lost or len(promised) != len(receipts):
        raise SystemExit(f"{len(lost)} receipted ballots are not in the box.")


def kill_workers(server: Server, plan: Plan, kills: int) -> list[Any]:
    """Kill workers while browsers cast; return the receipts they were given all the same."""
    plan.patience += kills * PATIENCE_A_KILL
    with _loaded(plan) as load:
        # A kill counts only if browsers were casting then.
        killed = sum(load.running() for _pid in server.kill_workers(kills, patience=plan.patience, pauses=PAUSES))
    done = load.result()
    print_rate(f"meanwhile {killed} workers killed (SIGKILL)", done)
    print(f"  {'':44}connections broken {done.broken:,}")
    if killed < kills:
        raise SystemExit(f"Only {killed} of {kills} kills met the load.")
    return done.receipts


if __name__ == "__main__":
    main()
