"""Verifying, deduplicating and scoring per-subject ballots from 2,000 to 2,000,000, each beside the bare operation.

    python bench/scores.py [--sizes 2000 20000 200000 2000000] [--ballots 20000]

Verified are so many real ballots (RSA-PSS token, Ed25519 signature), by one process and by one a core. Deduplicated and
scored are invented ones, whose tokens and answers need no signature: 5 criteria, 3 voter classes, 50 ballots a
subject, one in twenty replaced by a later version, one answer in twenty 不了解. Beside each: the same data through
`cryptography` or NumPy alone, doing the least that any program must.

Seconds are CPU time, so that a busy machine changes little; every line is a process of its own, whose peak memory is
printed (Python and its libraries are 75 MB of it). The exponent is the growth from the size before: 1 is linear.
"""

# ruff: noqa: PLC0415 - the processes are measured last: they need settings, and the rest needs no Django

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
from common import peak_memory
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from peer_review.counting.aggregate import aggregate
from peer_review.counting.latest import latest
from peer_review.counting.one_ballot import Part, one_ballot_decides
from peer_review.counting.release import Ballots, Plan, Roll, release
from peer_review.counting.reliability import round_reliability
from peer_review.counting.scales import bin_edges
from peer_review.protocol import ballots
from peer_review.protocol.checking import FAULTS, RECORD, RoundChecker, Terms
from peer_review.protocol.credentials import Credential, new_master
from peer_review.protocol.papers import Paper
from zhengyan_crypto import blindsig, canonical
from zhengyan_crypto.encoding import b64u_decode

PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=48)
CRITERIA = ("virtue", "ability", "diligence", "results", "integrity")
CLASSES, PER_SUBJECT, SECTION = 3, 50, 20
EDGES = bin_edges("points")


@dataclass
class Spent:
    """One line: CPU seconds of ours and of the bare operation, and the peak of memory in megabytes."""

    ours: float
    bare: float | None
    peak: float


def cpu(work: Callable[[], Any]) -> float:
    """Return the CPU seconds of one run, those of its threads included."""
    start = time.process_time()
    work()
    return time.process_time() - start


def best(work: Callable[[], Any], *, size: int) -> float:
    """Return the least of some runs: one where it takes long, many where the clock is coarser than the work."""
    return min(cpu(work) for _run in range(max(1, min(20, 400_000 // size))))


# Dedupe


def dedupe(size: int) -> Spent:
    """Keep the last ballot of each credential, sorted by token."""
    chance = np.random.default_rng(1)
    token = chance.integers(0, 256, (size, 32), dtype=np.uint8)
    again = chance.choice(size, size // 20, replace=False)
    token[again] = token[chance.integers(0, size, len(again))]
    leaf = chance.integers(0, 256, (size, 32), dtype=np.uint8)
    revision = chance.integers(0, 2**63, size, dtype="<u8")
    first = np.ascontiguousarray(token.view(">u8")[:, 0].astype(np.uint64))

    def bare() -> Any:
        """Sort by eight bytes of the token and by revision, keep the first of each token: NumPy's two lines for it."""
        order = np.lexsort((~revision, first))
        return order[np.append(True, np.diff(first[order]) != 0)]

    if not np.array_equal(latest(token, revision, leaf), bare()):
        raise SystemExit("The bare operation keeps other ballots.")
    top = peak_memory()
    return Spent(best(lambda: latest(token, revision, leaf), size=size), best(bare, size=size), top)


# Scores


def invented(size: int) -> tuple[Ballots, Plan]:
    """Return so many counted ballots and the rules to count them by."""
    chance = np.random.default_rng(2)
    subjects = max(1, size // PER_SUBJECT)
    subject, voter_class = chance.integers(0, subjects, size), chance.integers(0, CLASSES, size)
    answers = chance.integers(50, 101, (size, len(CRITERIA))).astype(np.float64)
    answers[chance.random(answers.shape) < 0.05] = np.nan
    made = Ballots(subject=subject, voter_class=voter_class, answers=answers, sheet=np.arange(size))
    plan = Plan(
        scale="points",
        floor=5,
        trim=True,
        class_weights=np.array([50.0, 30.0, 20.0]),
        criterion_weights=np.full(len(CRITERIA), 20.0),
        sections=np.arange(subjects) // SECTION,
        roll=Roll(subject=subject, voter_class=voter_class, person=chance.integers(0, 2 * subjects, size)),
    )
    return made, plan


def bare_figures(group: Any, points: Any, groups: int) -> tuple[Any, ...]:
    """Return count, mean, spread, trimmed mean and bars of every group: one sort, six sums, and no control of them."""
    answered = ~np.isnan(points)
    group, points = group[answered], points[answered]
    order = np.lexsort((points, group))
    group, points = group[order], points[order]
    n = np.bincount(group, minlength=groups)
    total = np.bincount(group, weights=points, minlength=groups)
    mean = total / np.maximum(n, 1)
    squares = np.bincount(group, weights=(points - mean[group]) ** 2, minlength=groups)
    end = np.cumsum(n)
    start = np.minimum(end - n, len(points) - 1)
    trimmed = (total - points[start] - points[end - 1]) / np.maximum(n - 2, 1)
    pulled = points.copy()
    pulled[start], pulled[end - 1] = points[np.minimum(start + 1, len(points) - 1)], points[end - 2]
    winsorised = np.bincount(group, weights=(pulled - mean[group]) ** 2, minlength=groups)
    bins = np.searchsorted(EDGES, points, side="right") - 1
    bars = np.bincount(group * len(EDGES) + bins, minlength=groups * len(EDGES))
    return n, mean, squares, trimmed, winsorised, bars


def scored(size: int) -> Spent:
    """Aggregate one criterion."""
    made, plan = invented(size)
    groups = len(plan.sections) * CLASSES
    group, points = made.subject * CLASSES + made.voter_class, np.ascontiguousarray(made.answers[:, 0])

    def ours() -> Any:
        return aggregate(group, points, groups=groups, edges=EDGES)

    def bare() -> Any:
        return bare_figures(group, points, groups)

    stats, figures = ours(), bare()
    shown = stats.n > 5
    if not (np.allclose(stats.trimmed[shown], figures[3][shown]) and np.array_equal(stats.n, figures[0])):
        raise SystemExit("The bare operation comes to other figures.")
    top = peak_memory()
    return Spent(best(ours, size=size), best(bare, size=size), top)


def plain_means(made: Ballots, subjects: int) -> list[Any]:
    """Return every subject's mean in every criterion, which is what the two following stand beside."""
    means = []
    for points in made.answers.T:
        answered = ~np.isnan(points)
        subject = made.subject[answered]
        n = np.bincount(subject, minlength=subjects)
        means.append(np.bincount(subject, weights=points[answered], minlength=subjects) / np.maximum(n, 1))
    return means


def left_out(size: int) -> Spent:
    """Leave every ballot out in turn, five criteria; the figures that it starts from are not measured here."""
    made, plan = invented(size)
    subjects = len(plan.sections)
    columns = [np.ascontiguousarray(column) for column in made.answers.T]
    group, groups = made.subject * CLASSES + made.voter_class, subjects * CLASSES
    shown = np.ones(subjects, dtype=bool)
    parts = [Part(points, aggregate(group, points, groups=groups, edges=EDGES), shown) for points in columns]

    def ours() -> Any:
        return one_ballot_decides(made.subject, made.voter_class, parts, plan)

    ours()
    top = peak_memory()
    return Spent(best(ours, size=size), best(lambda: plain_means(made, subjects), size=size), top)


def reliable(size: int) -> Spent:
    """Intraclass correlations, generalisability and split halves over five criteria."""
    made, plan = invented(size)
    subjects = len(plan.sections)
    columns = [np.ascontiguousarray(column) for column in made.answers.T]
    shown = np.ones((len(columns), subjects), dtype=bool)

    def ours() -> Any:
        return round_reliability(
            made.subject, columns, shown=shown, weights=plan.criterion_weights, floor=plan.floor, spread_floor=2.5
        )

    ours()
    top = peak_memory()
    return Spent(best(ours, size=size), best(lambda: plain_means(made, subjects), size=size), top)


def released(size: int) -> Spent:
    """All figures of the round: five criteria, intervals, disclosure control, rounding; an object for each figure."""
    made, plan = invented(size)
    return Spent(cpu(lambda: release(made, plan)), None, peak_memory())


# Verification


def verified(size: int) -> list[tuple[str, float]]:
    """Return (what, CPU seconds): our checks of so many real ballots by one process, and the bare verification."""
    raws, terms, key = _real(size)
    checker = RoundChecker(terms)
    prepared = []
    for raw in raws:
        entry = json.loads(raw)["entry"]
        ballot = entry["ballot"]
        public = b64u_decode(ballot["pk"])
        signed = ballots.token_message(
            terms.round_id, ballot["cell"], public_key=public, prefix=b64u_decode(ballot["pre"])
        )
        prepared.append(
            (b64u_decode(entry["tok"]), signed, public, b64u_decode(entry["sig"]), ballots.ballot_message(ballot))
        )
    digest, rsa = hashes.SHA384(), key.public_key()

    def bare() -> None:
        for token, signed, public, signature, message in prepared:
            rsa.verify(token, signed, PSS, digest)
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)

    def long_way() -> None:
        for raw in raws:
            ballots.check_cast(
                canonical.loads_canonical(raw), round_id=terms.round_id, cells=terms.cells, papers=terms.papers
            )

    if any(fault for *_kept, fault in RECORD.iter_unpack(checker.check_many(raws))):
        raise SystemExit(f"A sound ballot was refused; faults are {FAULTS}.")
    # In turns, so that a machine that grows busy is busy for both.
    turns = [(cpu(bare), cpu(lambda: checker.check_many(raws)), cpu(long_way)) for _turn in range(3)]
    found = [min(column) for column in zip(*turns, strict=True)]
    return list(
        zip(("bare cryptography", "checked as the count does", "parsed and checked field by field"), found, strict=True)
    )


def _real(size: int) -> tuple[list[bytes], Terms, Any]:
    round_id, cell, key = "0" * 32, "1" * 16, blindsig.generate_key()
    paper = Paper(kind="rating", criteria=tuple((name, 2_000) for name in CRITERIA))
    raws = []
    for number in range(size):
        credential = Credential(new_master(), round_id, cell)
        answers = {name: (number * 7 + at * 13) % 101 for at, name in enumerate(CRITERIA)}
        token = key.sign(credential.message, PSS, hashes.SHA384())
        raws.append(canonical.dumps(credential.make_cast(answers, token=token, revision=number)))
    return raws, Terms(round_id, {cell: blindsig.encode_spki(key)}, {cell: paper}), key


def in_processes(size: int) -> None:
    """Print how fast one and more processes check the same real ballots over and over, by the clock on the wall."""
    from django.conf import settings

    settings.configure()
    from peer_review.domain.tally.check_pool import CheckPool

    distinct = min(size, 4_000)
    raws, terms, _key = _real(distinct)
    chunks = [raws[at : at + 500] for at in range(0, distinct, 500)]
    rounds = max(1, size // distinct)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    rates: dict[int, float] = {}
    for _turn in range(3):
        for processes in sorted({1, cores}):
            with CheckPool(terms, processes=processes) as pool:
                list(pool.check(chunks[:1] * processes))
                start = time.perf_counter()
                done = sum(len(records) // RECORD.size for records in pool.check(chunks * rounds))
                rates[processes] = max(rates.get(processes, 0), done / (time.perf_counter() - start))
    for processes, found in rates.items():
        name = "one process" if processes == 1 else f"{processes} processes"
        more = f", {found / rates[1]:.2f} times as many" if processes > 1 else ""
        print(f"  {name}: {found:,.0f} a second by the clock on the wall{more}")
    print(f"  ({distinct:,} distinct ballots, each {rounds} times; load now {os.getloadavg()[0]:.1f})")


KINDS: dict[str, Callable[[int], Spent]] = {
    "last of each credential": dedupe,
    "one criterion aggregated": scored,
    "every ballot left out once": left_out,
    "reliability of the round": reliable,
    "all figures released": released,
}


def alone(kind: str, size: int) -> Spent:
    """Measure one line in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--one", kind, str(size)], check=True, stdout=subprocess.PIPE, text=True
    )
    return Spent(**json.loads(done.stdout))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2_000, 20_000, 200_000, 2_000_000])
    parser.add_argument("--ballots", type=int, default=20_000, help="real ballots to verify")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(vars(KINDS[options.one[0]](int(options.one[1])))))
        return
    real = min(options.ballots, 5_000)
    lines = verified(real)
    print(f"{real:,} real ballots verified by one process, CPU time")
    for name, spent in lines:
        print(f"  {name:40}{spent / real * 1e6:8.1f} µs each   ratio {spent / lines[0][1]:.2f}")
    in_processes(options.ballots)
    for kind in KINDS:
        print(f"\n{kind:28}{'ballots':>12}{'CPU s':>10}{'bare':>10}{'ratio':>8}{'peak MB':>9}{'exponent':>10}")
        before: tuple[int, float] | None = None
        for size in options.sizes:
            spent = alone(kind, size)
            beside = (f"{spent.bare:.4f}", f"{spent.ours / spent.bare:.2f}") if spent.bare else ("", "")
            figures = f"{spent.ours:10.4f}{beside[0]:>10}{beside[1]:>8}{spent.peak:9,.0f}"
            grown = math.log(spent.ours / before[1]) / math.log(size / before[0]) if before else math.nan
            exponent = f"{grown:.2f}" if before else ""
            print(f"{'':28}{size:12,}{figures}{exponent:>10}", flush=True)
            before = size, spent.ours


if __name__ == "__main__":
    main()
