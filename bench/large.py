"""Counting and publishing real ballots, from 2,000 to as many as one waits for: time, memory, growth.

    python bench/large.py [--ballots 2000 20000 100000] [--papers 40]
    python bench/large.py --ballots 2000000 --papers 400                # the whole; signing takes most of the time
    python bench/large.py --ballots 2000000 --papers 400 --unsigned     # all but the signatures, which nobody checks

The ballots are put where the scrutineer's keys would have opened them (count.py measures that). Each has signatures of
its own, and one in twenty is replaced by a later version. Another process, which did not make them, then counts and
publishes: time and memory are those of a background worker; beside them the memory of each process that checks for it.
In the end the box must hold exactly what had to stand, and the bulletin's blocks its leaves. CPU seconds are of all
these processes together.

With `--unsigned` tokens and signatures are random bytes, and the worker's check of signatures is left out; all else is
the same. That shows the memory and the growth of a round of full size within minutes; what signatures cost, each as
much as any other, the rounds with real ones show.
"""

# ruff: noqa: PLC0415 - Django is set up with this run's own settings before anything of it is imported

from __future__ import annotations

import argparse
import functools
import json
import math
import os
import resource
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from common import BenchRound, answers_of, open_bench_round, own_databases, peak_memory, start_django
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=48)
REPLACED = 20
_keys: dict[str, Any] = {}


def learn(round_id: str, private: dict[str, bytes]) -> None:
    """Give a process that makes ballots the keys of all cells."""
    from zhengyan_crypto import blindsig

    cells = {cell: blindsig.decode_private(key) if key else None for cell, key in private.items()}
    _keys.update({"round": round_id, "cells": cells})


class Unsigned:
    """A credential whose ballots look like any others until somebody checks a signature."""

    def __init__(self, cell: str) -> None:
        self.cell, self.public, self.prefix = cell, secrets.token_urlsafe(32), secrets.token_urlsafe(32)

    def make_cast(self, answers: dict[str, int], *, token: bytes, revision: int) -> dict[str, Any]:
        ballot = {"v": 2, "round": _keys["round"], "cell": self.cell, "pk": self.public, "pre": self.prefix}
        entry = {
            "ballot": {**ballot, "salt": secrets.token_urlsafe(32), "a": answers},
            "sig": secrets.token_urlsafe(64),
            "tok": secrets.token_urlsafe(256),
        }
        return {"entry": entry, "rev": f"{revision:016x}", "nonce": secrets.token_urlsafe(16)}


def make_casts(work: tuple[int, dict[str, int]]) -> list[tuple[bytes, bytes]]:
    """Return (cast, leaf hash if it must stand) of one evaluator's papers, now and then an earlier version first.

    The token is an ordinary RSA-PSS signature: what unblinding yields, had without blinding.
    """
    from peer_review.protocol.credentials import Credential, new_master
    from zhengyan_crypto import canonical, merkle

    number, answers = work
    made = []
    for at, (cell, key) in enumerate(_keys["cells"].items()):
        if key is None:
            credential, token = Unsigned(cell), b""
        else:
            credential = Credential(new_master(), _keys["round"], cell)
            token = key.sign(credential.message, PSS, hashes.SHA384())
        versions = (1, 2) if (number + at) % REPLACED == 0 else (2,)
        for revision in versions:
            cast = credential.make_cast(answers, token=token, revision=revision)
            leaf = merkle.leaf_hash(canonical.dumps(cast["entry"])) if revision == 2 else b""
            made.append((canonical.dumps(cast), leaf))
    return made


def fill_box(bench: BenchRound, *, signed: bool) -> tuple[int, bytes]:
    """Put ballots where opened ones wait; return how many, and the leaves that must stand, sorted, end to end."""
    from peer_review.box import store
    from peer_review.domain.ballots.drawing import person_id
    from peer_review.domain.keys import server_keys
    from peer_review.domain.tally.opened_rows import wrap_cast
    from peer_review.models import Assignment, CountRun, Drawn

    round = bench.round
    own_key = server_keys.key_of(round)
    private = {
        cell: own_key.unwrap(sealed, purpose=server_keys.CELL_KEY) if signed else b""
        for cell, sealed in round.cells.values_list("key", "private_key")
    }
    work = [(number, answers_of(round, number)) for number in range(len(bench.evaluators))]
    leaves: list[bytes] = []
    total = 0
    name = store._name("opened", round.public_id)
    # Ids that grow, so that filling the table takes no longer for a large one. The count reads them in their order.
    base = secrets.randbits(64)
    with store._atomic() as cursor:
        cursor.execute(
            f"CREATE TABLE {name} (id {store._blob()} PRIMARY KEY, entry {store._blob()} NOT NULL)"
            f"{store._without_rowid()}"
        )
    with ProcessPoolExecutor(os.cpu_count(), initializer=learn, initargs=(round.public_id, private)) as pool:
        for made in pool.map(make_casts, work, chunksize=max(1, min(50, 2_000 // len(private)))):
            rows = [
                ((base << 64 | total + at).to_bytes(16, "big"), wrap_cast(own_key, cast, length=1_088))
                for at, (cast, _leaf) in enumerate(made)
            ]
            with store._atomic() as cursor:
                cursor.executemany(f"INSERT INTO {name} (id, entry) VALUES (%s, %s)", rows)
            total += len(rows)
            leaves += [leaf for _cast, leaf in made if leaf]
    # Everybody counts as having drawn. What was blinded plays no part in the count.
    people = Assignment.objects.filter(cell__round=round).order_by().values_list("evaluator_id", flat=True).distinct()
    Drawn.objects.bulk_create([Drawn(id=person_id(own_key, pk), value=b"") for pk in people], batch_size=2_000)
    CountRun.objects.create(round=round, total=total)
    leaves.sort()
    return total, b"".join(leaves)


# The worker


def work_off(public_id: str, *, signed: bool) -> None:
    """Count and publish a round, and print as JSON what each part took."""
    start_django()
    if not signed:
        from django.conf import settings

        from peer_review.protocol import checking

        checking.check_signatures = lambda *_signed: None  # type: ignore[assignment]
        settings.PEER_REVIEW_COUNT_PROCESSES = 1
    from peer_review.box import store
    from peer_review.domain.publication import publish
    from peer_review.domain.tally import count
    from peer_review.models import Round

    spent: dict[str, list[float]] = {}
    watched = watch_checkers(spent, "ballots checked, the last of each credential kept", count)
    part_of(spent, "fates of all cells decided", count, "_fates")
    part_of(spent, "written in order, and what was before destroyed", store, "write_ballots")
    part_of(spent, "bulletin signed, who drew destroyed", count, "_conclude")
    part_of(spent, "key destroyed, databases rewritten", count, "wipe")
    part_of(spent, "answers read", publish, "read_ballots")
    part_of(spent, "roll read", publish, "make_plan")
    part_of(spent, "figures computed and controlled", publish, "release")
    part_of(spent, "figures kept", publish, "_keep")
    round = Round.objects.get(public_id=public_id)
    start = clock()
    count.count_round(round, by=None)
    counted = clock()
    held = peak_memory()
    round.refresh_from_db()
    publish.publish_round(round, by=None)
    published = clock()
    run = round.count_run
    print(
        json.dumps(
            {
                "parts": spent,
                "counted": [one - other for one, other in zip(counted, start, strict=True)],
                "published": [one - other for one, other in zip(published, counted, strict=True)],
                "counting_mb": held,
                "publishing_mb": peak_memory(),
                "checkers_mb": watched,
                "accepted": run.accepted,
                "rejected": run.rejected,
            }
        )
    )


def part_of(spent: dict[str, list[float]], label: str, module: Any, name: str) -> None:
    """Time every call of a module's function."""
    work: Callable[..., Any] = getattr(module, name)

    @functools.wraps(work)
    def timed(*args: Any, **kwargs: Any) -> Any:
        start = clock()
        try:
            return work(*args, **kwargs)
        finally:
            spent[label] = [*(one - other for one, other in zip(clock(), start, strict=True)), peak_memory()]

    setattr(module, name, timed)


def watch_checkers(spent: dict[str, list[float]], label: str, module: Any) -> list[float]:
    """Time the checking from the start of its processes to their end; return a list that their memory will be in."""
    watched: list[float] = []

    class Watched(module.CheckPool):  # type: ignore[misc, name-defined]
        def __enter__(self) -> Any:
            self.start = clock()
            return super().__enter__()

        def __exit__(self, *error: Any) -> None:
            watched.extend(peak_memory(pid) for pid in self.pids)
            super().__exit__(*error)
            spent[label] = [*(one - other for one, other in zip(clock(), self.start, strict=True)), peak_memory()]

    module.CheckPool = Watched
    return watched


def clock() -> tuple[float, float]:
    """Return the time on the wall, and the CPU time of this process and of those that have ended for it."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter(), time.process_time() + ended.ru_utime + ended.ru_stime


# The benchmark


def measure(ballots: int, papers: int, *, signed: bool) -> dict[str, Any]:
    """Make a round, let another process count it, print what that took."""
    from django.db import connections

    from peer_review.box import store
    from peer_review.domain.rounds.lifecycle import close_round
    from peer_review.domain.tally.bulletin import blocks_of
    from peer_review.models import Bulletin
    from peer_review.protocol.bulletin import leaves_of
    from zhengyan_crypto import merkle

    start = time.perf_counter()
    papers = min(papers, max(1, ballots // 50))
    bench = open_bench_round(evaluators=ballots // papers, subjects=papers)
    total, leaves = fill_box(bench, signed=signed)
    round = close_round(bench.round, by=None)
    kind = "real" if signed else "UNSIGNED"
    print(f"\n{total:,} {kind} ballots of {papers} subjects made in {time.perf_counter() - start:.0f} s", flush=True)
    connections.close_all()
    done = subprocess.run(
        [sys.executable, __file__, "--count", round.public_id, *([] if signed else ["--unsigned"])],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    # Every cell of this round is counted: each ballot that stands is in the box, and its leaf in a block.
    kept = sorted(merkle.leaf_hash(ballot.entry) for ballot in store.ballots(round.public_id))
    shown = {leaf for _row, block in blocks_of(Bulletin.objects.get(round=round)) for leaf in leaves_of(block)}
    if b"".join(kept) != leaves or not shown.issuperset(kept) or found["rejected"]:
        raise SystemExit(f"The count is wrong: {found}")
    print(f"{'':56}{'CPU s':>9}{'wall s':>9}{'µs each':>9}{'peak MB':>9}")
    for label, (wall, cpu, *peak) in lines(found):
        so_far = f"{peak[0]:9,.0f}" if peak else ""
        print(f"{label:56}{cpu:9.1f}{wall:9.1f}{cpu / total * 1e6:9.1f}{so_far}")
    checkers = " and ".join(f"{held:,.0f} MB" for held in found["checkers_mb"]) or "none"
    print(
        f"{found['accepted']:,} stand, the others were replaced; these alone are kept, their leaves in the blocks.\n"
        f"Peak of memory: {found['counting_mb']:,.0f} MB counting, {found['publishing_mb']:,.0f} MB with publishing; "
        f"processes beside it that check: {checkers}",
        flush=True,
    )
    return {"total": total, **found}


def lines(found: dict[str, Any]) -> Iterator[tuple[str, list[float]]]:
    for label, spent in found["parts"].items():
        yield f"  {label}", spent
    yield "counted", found["counted"]
    yield "published", found["published"]


def main() -> None:
    """Parse and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ballots", type=int, nargs="+", default=[2_000, 20_000, 100_000])
    parser.add_argument("--papers", type=int, default=40, help="subjects of the round, so ballots of one evaluator")
    parser.add_argument("--unsigned", action="store_true", help="signatures are neither made nor checked")
    parser.add_argument("--count", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.count:
        work_off(options.count, signed=not options.unsigned)
        return
    with own_databases("large"):
        start_django()
        os.environ["BENCH_TEMPLATE"] = "migrated"  # so that the worker does not look for migrations
        before: dict[str, Any] | None = None
        for ballots in options.ballots:
            found = measure(ballots, options.papers, signed=not options.unsigned)
            if before is not None:
                growth = math.log(found["total"] / before["total"])
                for name in ("counted", "published"):
                    exponent = math.log(found[name][1] / before[name][1]) / growth
                    print(f"{name}: CPU time grows with the power {exponent:.2f} of the number of ballots")
            before = found


if __name__ == "__main__":
    main()
