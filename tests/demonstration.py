"""The reference organisation in a test's databases, loaded once and copied: loading it takes a third of a minute.

What was loaded is kept under a name that changes with every byte of the code that loads it, and with the day: as files
in pytest's own cache on SQLite, as databases of the server on PostgreSQL.
"""

import datetime
import fcntl
import hashlib
import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol
from unittest import mock

import django
import psycopg
import wagtail
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from psycopg import sql
from wagtail.models import Site

from demo.load import voting
from tests.factories.home import home_page
from tests.factories.peer_review.rounds import stock_key_pool

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".pytest_cache" / "d" / "demonstration"
#: Fewer than with `make demo`, so that it loads in seconds.
VOTERS = 16
KEYS = 200
ALIASES = ("default", "box")
#: Begins the name of every kept database of a PostgreSQL server.
PREFIX = "zhengyan_demonstration_"


class Copy(Protocol):
    """What was loaded once, kept outside the test's databases."""

    def exists(self) -> bool: ...

    def save(self) -> None:
        """Keep what the test's databases hold, in place of every older copy."""

    def restore(self) -> None:
        """Put what is kept in place of what the test's databases hold."""


def load_demonstration() -> None:
    """Fill this test's databases with the reference organisation.

    The first process to come loads it and keeps a copy; the others wait, and take theirs from the copy.
    """
    name = fingerprint()
    copy: Copy = PostgresqlCopy(name) if connections["default"].vendor == "postgresql" else SqliteCopy(name)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _alone(FOLDER / "lock"):
        if not copy.exists():
            _load()
            copy.save()
            return
        copy.restore()
    # The rows have other keys than those that this process has read before.
    ContentType.objects.clear_cache()
    Site.clear_site_root_paths_cache()


def fingerprint(root: Path = ROOT, today: datetime.date | None = None) -> str:
    """Return a name for what the code below `root` loads today, with this Python, Django, Wagtail and SQLite."""
    versions = (sys.version, django.__version__, wagtail.__version__, sqlite3.sqlite_version)
    digest = hashlib.sha256(f"{versions} {today or timezone.localdate()}".encode())
    for path in sources(root):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(root)} {len(data)} ".encode() + data)
    return digest.hexdigest()[:24]


def sources(root: Path) -> list[Path]:
    """Return every file of code and data that decides what is loaded, sorted."""
    packages = {path.parent for path in root.glob("*/__init__.py")} - {root / "tests", root / "tools"}
    files = [path for folder in (*packages, root / "site") for path in _files(folder)]
    return sorted([*files, *_files(root / "tests" / "factories"), *root.glob(f"tests/{Path(__file__).name}")])


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.suffix in (".py", ".toml") and "node_modules" not in path.parts)


def _load() -> None:
    with mock.patch.object(voting, "VOTERS", VOTERS), open(os.devnull, "w") as nowhere:
        home_page()
        stock_key_pool(KEYS)
        call_command("demo", stdout=nowhere)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class SqliteCopy:
    """A file for each database. Pages are copied through the test's own connection, so other threads see them too."""

    def __init__(self, name: str) -> None:
        self.files = {alias: FOLDER / f"{name}-{alias}.sqlite3" for alias in ALIASES}

    def exists(self) -> bool:
        return all(path.exists() for path in self.files.values())

    def save(self) -> None:
        for old in FOLDER.glob("*.sqlite3*"):
            old.unlink()
        for alias, path in self.files.items():
            fresh = path.with_suffix(".sqlite3-new")
            with closing(sqlite3.connect(fresh)) as target:
                self._connection(alias).backup(target)
            fresh.replace(path)

    def restore(self) -> None:
        for alias, path in self.files.items():
            with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as source:
                source.backup(self._connection(alias))

    @staticmethod
    def _connection(alias: str) -> sqlite3.Connection:
        connections[alias].ensure_connection()
        connection: sqlite3.Connection = connections[alias].connection
        return connection


class PostgresqlCopy:
    """A database for each of the test's, copied by the server itself. Whoever is connected meanwhile is put out."""

    def __init__(self, name: str) -> None:
        self.names = {alias: f"{PREFIX}{name[:16]}_{alias}" for alias in ALIASES}

    def exists(self) -> bool:
        return all(name in self._kept(alias) for alias, name in self.names.items())

    def save(self) -> None:
        for alias in ALIASES:
            for name in self._kept(alias):
                self._drop(alias, name)
        for alias, name in self.names.items():
            self._copy(alias, source=self._own(alias), target=name)

    def restore(self) -> None:
        for alias, name in self.names.items():
            self._drop(alias, self._own(alias))
            self._copy(alias, source=name, target=self._own(alias))

    def _kept(self, alias: str) -> set[str]:
        with self._server(alias) as server:
            rows = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
            return {name for (name,) in rows.fetchall()}

    def _copy(self, alias: str, *, source: str, target: str) -> None:
        connections[alias].close()
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(target), sql.Identifier(source))
        with self._server(alias) as server:
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [source])
            server.execute(copy)

    def _drop(self, alias: str, name: str) -> None:
        connections[alias].close()
        with self._server(alias) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @staticmethod
    def _own(alias: str) -> str:
        return str(connections[alias].settings_dict["NAME"])

    @staticmethod
    def _server(alias: str) -> psycopg.Connection[tuple[object, ...]]:
        """Return a connection to the maintenance database: no database can be copied or dropped from within."""
        parameters = {**connections[alias].get_connection_params(), "dbname": "postgres"}
        ours = {key: parameters[key] for key in ("dbname", "user", "password", "host", "port") if parameters.get(key)}
        return psycopg.connect(**ours, autocommit=True)
