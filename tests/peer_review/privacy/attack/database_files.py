"""Databases whose files a test may read whole: SQLite's beside each other, or a PostgreSQL server of the test's own.

On PostgreSQL the reader has the data folder, the write-ahead log and its archive, and base backups taken meanwhile.
"""

import glob
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connections
from wagtail.models import Site

from tests import migrated

ALIASES = ("default", "box")
#: Parts of a PostgreSQL server's folder that are its log.
_LOGS = ("pg_wal", "archive")
#: Has PostgreSQL store long values as they are. It would compress what is padded, which whoever has the files unpacks.
_UNCOMPRESSED = """
CREATE FUNCTION keep_as_it_is() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE made record;
BEGIN
  FOR made IN
    SELECT attrelid::regclass AS name, attname
    FROM pg_event_trigger_ddl_commands() JOIN pg_attribute ON attrelid = objid
    WHERE object_type = 'table' AND attnum > 0 AND NOT attisdropped AND attstorage = 'x'
  LOOP
    EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET STORAGE EXTERNAL', made.name, made.attname);
  END LOOP;
END $$;
CREATE EVENT TRIGGER keep_as_it_is ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION keep_as_it_is();
"""


class SQLiteFiles:
    """The files of both databases: themselves, and whatever SQLite lays beside them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def tables(self) -> bytes:
        """Return everything that the databases' own files and their logs hold."""
        return b"\n".join(path.read_bytes() for path in sorted(self.folder.glob("*.sqlite3*")))

    def everything(self) -> bytes:
        """Return what somebody with the disk, the logs and all backups has of it."""
        return self.tables()


class Cluster:
    """A PostgreSQL server of one's own, which archives its whole log."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self._programs = folder, programs
        self.data, self.archive = folder / "data", folder / "archive"
        self._user = "postgres" if os.geteuid() == 0 else ""
        self.archive.mkdir()
        if self._user:
            for path in (folder, self.archive):
                shutil.chown(path, self._user)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the user who may."""
        command = [str(self._programs / program), *arguments]
        if self._user:
            command = ["runuser", "-u", self._user, "--", *command]
        # pg_ctl leaves a server behind that would hold a pipe open.
        with tempfile.TemporaryFile() as said:
            status = subprocess.run(command, cwd=self.folder, stdout=said, stderr=said, check=False).returncode
            said.seek(0)
            assert status == 0, said.read().decode()

    def start(self) -> None:
        self.run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--wal-segsize=1", "-N")
        settings = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.folder),
            "fsync": "off",
            "wal_level": "replica",
            "archive_mode": "on",
            "archive_command": f"cp %p {self.archive}/%f",
        }
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        self.run("pg_ctl", "-D", str(self.data), "-o", options, "-w", "-l", str(self.folder / "log"), "start")

    def stop(self) -> None:
        self.run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")

    def base_backup(self, name: str) -> None:
        """Take a base backup as an administrator does, with the log that it needs."""
        self.run(
            "pg_basebackup", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-D", str(self.folder / name),
            "-c", "fast", "-X", "stream",
        )  # fmt: skip

    def settle(self) -> None:
        """Have the server write to its files what it holds in memory."""
        with connections["default"].cursor() as cursor:
            cursor.execute("CHECKPOINT")

    def tables(self) -> bytes:
        """Return what the tables' files hold, without log."""
        self.settle()
        return self._bytes(path for path in self._files(self.data) if not {*path.parts} & {*_LOGS})

    def everything(self) -> bytes:
        """Return what somebody with the disk, the logs and all backups has of it."""
        self.settle()
        return self._bytes(self._files(self.folder))

    def _files(self, folder: Path) -> Iterator[Path]:
        return (path for path in sorted(folder.rglob("*")) if path.is_file())

    def _bytes(self, paths: Iterator[Path]) -> bytes:
        parts = []
        for path in paths:
            try:
                parts.append(path.read_bytes())
            except FileNotFoundError:  # the server has just removed it
                continue
        return b"\n".join(parts)


def programs() -> Path | None:
    """Return the folder of PostgreSQL's server programs, None if there is none on this computer."""
    found = shutil.which("initdb")
    folders = [found and str(Path(found).parent), *sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)]
    return next((Path(folder) for folder in folders if folder and Path(folder, "pg_basebackup").exists()), None)


@contextmanager
def sqlite_files(folder: Path) -> Iterator[SQLiteFiles]:
    """Put both databases into new files for as long as the context lasts."""
    migrated.copy_into(str(folder / "default.sqlite3"))
    with _instead({alias: {"NAME": str(folder / f"{alias}.sqlite3")} for alias in ALIASES}):
        yield SQLiteFiles(folder)


@contextmanager
def cluster(programs: Path) -> Iterator[Cluster]:
    """Put both databases on a server of their own for as long as the context lasts."""
    with tempfile.TemporaryDirectory(prefix="zhengyan-cluster-") as name:
        server = Cluster(Path(name), programs)
        server.start()
        try:
            there = ("-h", "127.0.0.1", "-p", str(server.port), "-U", "postgres")
            for alias in ALIASES:
                server.run("createdb", *there, alias)
                server.run("psql", *there, "-v", "ON_ERROR_STOP=1", "-d", alias, "-c", _UNCOMPRESSED)
            place = {"HOST": "127.0.0.1", "PORT": server.port, "USER": "postgres", "PASSWORD": ""}
            with _instead({alias: {**place, "NAME": alias} for alias in ALIASES}):
                yield server
        finally:
            server.stop()


@contextmanager
def _instead(settings: dict[str, dict[str, Any]]) -> Iterator[None]:
    before = {alias: connections.settings[alias] for alias in ALIASES}
    _use({alias: {**before[alias], **settings[alias]} for alias in ALIASES})
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        _use(before)


def _use(databases: dict[str, dict[str, Any]]) -> None:
    for alias, database in databases.items():
        connections[alias].close()
        del connections[alias]
        connections.settings[alias] = database
    # What the process remembers of rows of another database.
    ContentType.objects.clear_cache()
    Site.clear_site_root_paths_cache()
