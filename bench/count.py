"""How many ballots a second are opened and counted, beside the bare verification of the same signatures.

    python bench/count.py [--ballots 20000] [--papers 40]

A round with so many ballots is closed in databases of its own; then each step of the count is timed: the scrutineer's
keys, the opening of the rows, the count itself (every ballot checked again, the last of each credential kept, written
in order, the bulletin signed), and publication. Beside it: `cryptography` verifying the same RSA-PSS and Ed25519
signatures, in one process like the count, doing nothing else.
"""

# ruff: noqa: PLC0415 - Django is set up with this run's own settings before anything of it is imported

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent))

from common import BenchRound, answers_of, open_bench_round, own_databases, start_django
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=48)
#: When everybody drew, in milliseconds.
DRAWN_AT = 1_790_000_000_000
Found = TypeVar("Found")


def make_sealed(work: tuple[str, str, bytes, list[dict[str, int]], bytes, int]) -> list[tuple[bytes, bytes, bytes]]:
    """Return (row id, sealed row, entry) of one cell's ballots.

    The token is an ordinary RSA-PSS signature: what unblinding yields, had without blinding.
    """
    from peer_review.protocol.credentials import Credential, new_master
    from zhengyan_crypto import blindsig, canonical, sealing

    round_id, cell, private, answers, box_public, length = work
    key = blindsig.decode_private(private)
    made = []
    for given in answers:
        credential = Credential(new_master(), round_id, cell)
        token = key.sign(credential.message, PSS, hashes.SHA384())
        cast = credential.make_cast(given, token=token, revision=credential.revision_of(1, drawn_at=DRAWN_AT))
        entry = canonical.dumps(cast["entry"])
        row = sealing.seal(canonical.dumps(cast), box_public=box_public, round_id=round_id, length=length)
        made.append((sealing.new_row_id(), row, entry))
    return made


def fill_box(bench: BenchRound) -> list[bytes]:
    """Put one ballot a paper into the box and return the entries."""
    from peer_review.box import store
    from peer_review.domain.ballots.drawing import person_id
    from peer_review.domain.keys import server_keys
    from peer_review.domain.keys.custody import box_public
    from peer_review.domain.schemes import ballot_papers as papers
    from peer_review.models import Assignment, Drawn

    round = bench.round
    key = server_keys.key_of(round)
    answers = [answers_of(round, number) for number in range(len(bench.evaluators))]
    public, length = box_public(round), papers.row_length(round)
    work = [
        (
            round.public_id,
            cell.key,
            key.unwrap(cell.private_key, purpose=server_keys.CELL_KEY),
            answers,
            public,
            length,
        )
        for cell in round.cells.all()
    ]
    entries: list[bytes] = []
    with ProcessPoolExecutor(min(len(work), os.cpu_count() or 1)) as pool:
        for made in pool.map(make_sealed, work):
            store.insert_sealed(round.public_id, [(row_id, row) for row_id, row, _entry in made])
            entries += [entry for _id, _row, entry in made]
    # Everybody counts as having drawn. What was blinded plays no part in the count.
    people = Assignment.objects.filter(cell__round=round).order_by().values_list("evaluator_id", flat=True).distinct()
    Drawn.objects.bulk_create([Drawn(id=person_id(key, pk), value=b"") for pk in people], batch_size=2_000)
    return entries


def bare_rate(bench: BenchRound, entries: list[bytes]) -> float:
    """Return how many ballots a second have both signatures verified by `cryptography`, everything else prepared."""
    from peer_review.protocol.ballots import ballot_message, token_message
    from zhengyan_crypto.blindsig import decode_spki
    from zhengyan_crypto.encoding import b64u_decode

    round = bench.round
    cells = {key: decode_spki(spki) for key, spki in round.cells.values_list("key", "spki")}
    prepared = []
    for raw in entries:
        entry = json.loads(raw)
        ballot = entry["ballot"]
        public = b64u_decode(ballot["pk"])
        token = token_message(round.public_id, ballot["cell"], public_key=public, prefix=b64u_decode(ballot["pre"]))
        prepared.append(
            (
                cells[ballot["cell"]],
                b64u_decode(entry["tok"]),
                token,
                public,
                b64u_decode(entry["sig"]),
                ballot_message(ballot),
            )
        )
    digest = hashes.SHA384()
    start = time.perf_counter()
    for key, token_signature, token, public, signature, message in prepared:
        key.verify(token_signature, token, PSS, digest)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    return len(prepared) / (time.perf_counter() - start)


def content_keys(bench: BenchRound, chunk: list[dict[str, str]]) -> dict[bytes, bytes]:
    """Derive what the scrutineer's computer hands in for these rows."""
    from zhengyan_crypto import sealing
    from zhengyan_crypto.encoding import b64u_decode

    return {
        bytes.fromhex(row["id"]): sealing.content_key(
            bench.box_private, b64u_decode(row["epk"]), round_id=bench.round.public_id
        )
        for row in chunk
    }


def derived_by_command(bench: BenchRound) -> float:
    """Return the seconds that open_box.py takes for the keys of all rows, its file included."""
    from peer_review.domain.keys.box_export import rows_file
    from peer_review.offline import open_box

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "rows.json"
        source.write_bytes(rows_file(bench.round))
        box = open_box.read_rows(source)
        with contextlib.redirect_stdout(io.StringIO()):
            return timed(lambda: open_box.derive(bench.box_private, box, box.rows, Path(folder) / "keys"))[1]


def measure(*, ballots: int, papers: int) -> None:
    """Fill a box, count it, print each step."""
    from peer_review.box import store
    from peer_review.domain.publication.publish import publish_round
    from peer_review.domain.rounds.lifecycle import close_round
    from peer_review.domain.tally import count

    start = time.perf_counter()
    bench = open_bench_round(evaluators=max(2, ballots // papers), subjects=papers)
    entries = fill_box(bench)
    bench.round = close_round(bench.round, by=None)
    total = len(entries)
    print(f"{total:,} ballots of {papers} subjects in the box after {time.perf_counter() - start:.0f} s")
    bare = bare_rate(bench, entries)

    by_command = derived_by_command(bench)
    deriving = opening = 0.0
    while rows := count.sealed_rows(bench.round):
        contents, spent = timed(lambda rows=rows: content_keys(bench, rows))
        deriving += spent
        opening += timed(lambda contents=contents: count.open_rows(bench.round, by=bench.scrutineer, keys=contents))[1]
    run, counting = timed(lambda: count.count_round(bench.round, by=bench.scrutineer))
    bench.round.refresh_from_db()
    _round, publishing = timed(lambda: publish_round(bench.round, by=bench.round.organiser))
    if run.accepted != total or set(entries) != set(_written(store, bench)):
        raise SystemExit(f"{run.accepted:,} of {total:,} ballots were counted.")
    print(f"{'':56}{'a second':>12}{'seconds':>10}")
    for name, spent in (
        ("content keys derived (scrutineer's computer)", deriving),
        ("content keys derived (open_box.py, file written)", by_command),
        ("rows opened, entries moved (server)", opening),
        ("ballots counted: checked, deduplicated, written, signed", counting),
        ("results computed, controlled and published", publishing),
        ("rows opened and ballots counted, together", opening + counting),
    ):
        print(f"{name:56}{total / spent:12,.0f}{spent:10.1f}")
    print(f"{'  beside: the same signatures, bare cryptography':56}{bare:12,.0f}{total / bare:10.1f}")
    print(f"counted {run.accepted:,} of {total:,}; the written ballots are those that were cast")


def timed(work: Callable[[], Found]) -> tuple[Found, float]:
    """Return what the work returns, and the seconds it took."""
    start = time.perf_counter()
    found = work()
    return found, time.perf_counter() - start


def _written(store: Any, bench: BenchRound) -> Iterator[bytes]:
    return (ballot.entry for ballot in store.ballots(bench.round.public_id))


def main(arguments: list[str] | None = None) -> None:
    """Parse and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ballots", type=int, default=20_000)
    parser.add_argument("--papers", type=int, default=40, help="subjects of the round, so ballots of one evaluator")
    options = parser.parse_args(arguments)
    with own_databases("count"):
        start_django()
        measure(**vars(options))


if __name__ == "__main__":
    main()
