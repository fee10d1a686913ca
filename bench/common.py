"""What the benchmarks share: databases of their own, Django on them, a machine's description, a round to vote in."""

# ruff: noqa: PLC0415 - Django is set up with a benchmark's own settings before anything of it is imported

from __future__ import annotations

import math
import os
import platform
import resource
import secrets
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [path for path in (str(ROOT), str(ROOT / "site")) if path not in sys.path]


def machine() -> str:
    """Return one line a fact that a figure depends on."""
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass  # not Linux: the name above will do
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    facts = [
        f"{cores} cores, {model}, {platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, Django {version('django')}, Wagtail {version('wagtail')}, "
        f"cryptography {version('cryptography')}",
        f"database: {database_version()}",
    ]
    if hasattr(os, "getloadavg"):
        facts.append(f"load before: {os.getloadavg()[0]:.1f}")
    return "\n".join(facts)


def database_version() -> str:
    """Return the name and version of the database that the benchmarks will use."""
    if not (url := os.environ.get("DATABASE_URL", "")).startswith("postgres"):
        return f"SQLite {sqlite3.sqlite_version}"
    import psycopg

    with psycopg.connect(url) as connection:
        number = connection.info.server_version
    return f"PostgreSQL {number // 10000}.{number % 10000}"


@contextmanager
def own_databases(name: str) -> Iterator[Path]:
    """Point DATABASE_URL, BOX_DATABASE_URL and VAR_DIR at empty places that are gone afterwards; yield the folder.

    SQLite files in the folder; if DATABASE_URL names PostgreSQL, two new databases on that server. When BENCH_TEMPLATE
    names a database that is migrated already (run.py makes one for all), the main one begins as its copy.
    """
    template = os.environ.get("BENCH_TEMPLATE", "")
    before = {key: os.environ.get(key) for key in ("DATABASE_URL", "BOX_DATABASE_URL", "VAR_DIR")}
    server = before["DATABASE_URL"] or ""
    with tempfile.TemporaryDirectory(prefix=f"zhengyan-bench-{name}-") as folder:
        made: list[str] = []
        try:
            if server.startswith("postgres"):
                made = [f"zhengyan_bench_{name}_{os.getpid()}{suffix}" for suffix in ("", "_box")]
                like = f' TEMPLATE "{template}"' if template else ""
                _on_server(server, f'CREATE DATABASE "{made[0]}"{like}', f'CREATE DATABASE "{made[1]}"')
                parts = urlsplit(server)
                urls = [urlunsplit(parts._replace(path=f"/{one}")) for one in made]
            else:
                urls = [f"sqlite:///{folder}/main.sqlite3", f"sqlite:///{folder}/box.sqlite3"]
                if template:
                    shutil.copyfile(template, f"{folder}/main.sqlite3")
            os.environ.update(DATABASE_URL=urls[0], BOX_DATABASE_URL=urls[1], VAR_DIR=folder)
            yield Path(folder)
        finally:
            for key, value in before.items():
                os.environ.pop(key, None) if value is None else os.environ.__setitem__(key, value)
            if made:
                _let_go()
                _on_server(server, *(f'DROP DATABASE IF EXISTS "{one}" WITH (FORCE)' for one in made))


def _let_go() -> None:
    from django.conf import settings
    from django.db import connections

    if settings.configured:
        connections.close_all()


def _on_server(url: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            for attempt in range(1, 11):
                try:
                    connection.execute(statement.encode())
                    break
                except psycopg.errors.ObjectInUse:  # somebody else is connected to the template just now
                    if attempt == 10:
                        raise
                    time.sleep(1)


def start_django() -> None:
    """Set Django up on the databases of own_databases, and migrate them."""
    import logging

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.base"
    os.environ.setdefault("ALLOWED_HOSTS", "127.0.0.1,testserver")
    import django
    from django.conf import settings

    logging.disable(logging.INFO)
    (Path(os.environ["VAR_DIR"]) / "static").mkdir(exist_ok=True)
    # Static files are never what is measured; hashed names would ask for collectstatic first.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    django.setup()
    from django.core.management import call_command

    if not os.environ.get("BENCH_TEMPLATE"):
        call_command("migrate", verbosity=0)


def peak_memory(pid: int | str = "self") -> float:
    """Return the most memory that a living process has held, in megabytes.

    On Linux since it began as the program it is: what the system counts for a process includes what its parent held
    when it was started. Elsewhere this can be asked of oneself only; NaN for others.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 2**10
    except (OSError, StopIteration):
        if pid != "self":
            return math.nan
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def quantile(values: list[float], share: float) -> float:
    """Return the value below which this share lies."""
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]


@dataclass
class BenchRound:
    """An open round, what is needed to vote in it and to count it."""

    round: Any
    scrutineer: Any
    box_private: bytes
    evaluators: list[Any]


def open_bench_round(*, evaluators: int, subjects: int) -> BenchRound:
    """Open a round in which every evaluator has a paper about each of `subjects` others."""
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from organisation.enums import Role
    from peer_review.domain.keys import server_keys
    from peer_review.domain.keys.custody import confirm_box_key, set_box_key
    from peer_review.domain.rounds import lifecycle
    from peer_review.domain.schemes import default_schemes
    from peer_review.enums import RoundKind
    from peer_review.models import Assignment, Cell, RollMember, Subject
    from tests.factories.organisation import hold
    from zhengyan_crypto import sealing

    user_model = get_user_model()
    prefix = f"bench-{secrets.token_hex(4)}-"
    user_model.objects.bulk_create(
        [user_model(username=f"{prefix}{number}", password="!") for number in range(evaluators + subjects)]
    )
    users = list(user_model.objects.filter(username__startswith=prefix).order_by("pk"))
    organiser, scrutineer = users[0], users[1]
    for user, role in ((organiser, "organiser"), (scrutineer, "scrutineer")):
        hold(user, Role(role))
    round = lifecycle.create_round(
        by=organiser,
        title="Bench",
        kind=RoundKind.PERSON,
        scheme=default_schemes.create_default_schemes(by=organiser)["annual"],
        opens_at=timezone.now() - timedelta(minutes=1),
        closes_at=timezone.now() + timedelta(days=2),
        scrutineers=[scrutineer],
    )
    members = RollMember.objects.bulk_create(
        [
            RollMember(round=round, user=user, name=user.username, section_key="a", section_name="A", rank_key="r")
            for user in users
        ]
    )
    about = Subject.objects.bulk_create(
        [
            Subject(round=round, member=one, key=f"p{one.user_id}", label=one.name, section_key="a", section_name="A")
            for one in members[evaluators:]
        ]
    )
    cells = Cell.objects.bulk_create([Cell(round=round, subject=one, voter_class="staff") for one in about])
    Assignment.objects.bulk_create(
        [Assignment(evaluator=user, cell=cell) for user in users[:evaluators] for cell in cells], batch_size=2_000
    )
    server_keys.prepare_keys(round)
    private = sealing.generate_box_key()
    raw = private.private_bytes_raw()
    epk = set_box_key(round, by=scrutineer, public=private.public_key().public_bytes_raw())
    confirm_box_key(round, by=scrutineer, key=sealing.content_key(raw, epk, round_id=round.public_id))
    round.refresh_from_db()
    round = lifecycle.open_round(round, by=organiser)
    return BenchRound(round, scrutineer, raw, users[:evaluators])


def answers_of(round: Any, number: int) -> dict[str, int]:
    """Return answers that fit the scheme, and differ from ballot to ballot."""
    scheme = round.frozen_scheme
    span = scheme.max - scheme.min + 1
    return {key: scheme.min + (number * 7 + at * 13) % span for at, key in enumerate(scheme.criterion_keys)}


def open_rows(bench: BenchRound) -> None:
    """Open the box of a closed round as its scrutineer does: derive content keys, hand them in chunk by chunk."""
    from peer_review.domain.tally import count
    from zhengyan_crypto import sealing
    from zhengyan_crypto.encoding import b64u_decode

    while rows := count.sealed_rows(bench.round):
        contents = {
            bytes.fromhex(row["id"]): sealing.content_key(
                bench.box_private, b64u_decode(row["epk"]), round_id=bench.round.public_id
            )
            for row in rows
        }
        count.open_rows(bench.round, by=bench.scrutineer, keys=contents)


if __name__ == "__main__":
    # What run.py copies: the databases that the environment names, migrated.
    start_django()
