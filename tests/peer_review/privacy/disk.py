"""What the databases have written to disk, as whoever copies their files reads it."""

from collections.abc import Callable
from pathlib import Path

from django.db import connections

from peer_review.conf import conf


def written_since_now() -> Callable[[], bytes]:
    """Return a function that gives everything both databases have written from now on, logs too."""
    if connections[conf.BOX_DATABASE].vendor != "postgresql":
        return _sqlite_files
    with connections[conf.BOX_DATABASE].cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_lsn()::text")
        since = cursor.fetchone()[0]
    return lambda: _postgresql_files(since)


def _sqlite_files() -> bytes:
    """Return both databases as they lie, with their logs."""
    found = []
    for alias in ("default", conf.BOX_DATABASE):
        path = Path(connections[alias].settings_dict["NAME"])
        found += [file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")) if file.is_file()]
    return b"".join(found)


def _postgresql_files(since: str) -> bytes:
    """Return the files of both databases as the server reads them, and its log since a moment."""
    found: list[bytes] = []
    for alias in ("default", conf.BOX_DATABASE):
        with connections[alias].cursor() as cursor:
            cursor.execute("CHECKPOINT")
            cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
            folder = f"base/{cursor.fetchone()[0]}"
            cursor.execute(
                "SELECT pg_read_binary_file(%s || '/' || name, 0, 1 << 28, true) FROM pg_ls_dir(%s) name", [folder] * 2
            )
            found += [bytes(row[0] or b"") for row in cursor.fetchall()]
            cursor.execute(
                "SELECT pg_read_binary_file('pg_wal/' || name, 0, 1 << 28, true) FROM pg_ls_waldir() "
                "WHERE name BETWEEN pg_walfile_name(%s::pg_lsn) AND pg_walfile_name(pg_current_wal_lsn())",
                [since],
            )
            found += [bytes(row[0] or b"") for row in cursor.fetchall()]
    return b"".join(found)
