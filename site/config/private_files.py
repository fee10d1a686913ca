"""Files that only the server's own account may read: databases, uploads, keys, mails and logs on disk."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

FILE_MODE = 0o600
FOLDER_MODE = 0o700
#: What is left of a mode that opens a file to the group or to everybody.
OTHERS = 0o077
#: What SQLite puts beside a database, with the mode of the database.
BESIDE = ("", "-wal", "-shm", "-journal")
SHOWN = 10


def keep_private() -> None:
    """Let this process, and those that it starts, make no file that group or others may open."""
    os.umask(OTHERS)


def private_paths() -> Iterator[Path]:
    """Yield the folders and files that must be private, as far as they are there.

    A folder that nobody else may enter hides all that is in it, so what lies deeper is not asked for one by one.
    """
    names = [settings.VAR_DIR, settings.MEDIA_ROOT, *getattr(settings, "PEER_REVIEW_ROUND_KEY_FOLDERS", [])]
    folders = [Path(name) for name in names]
    seeds = [path for folder in folders[2:] if folder.is_dir() for path in folder.iterdir()]
    databases = [
        Path(f"{database['NAME']}{end}")
        for database in settings.DATABASES.values()
        if database["ENGINE"].endswith("sqlite3")
        for end in BESIDE
    ]
    for path in dict.fromkeys([*folders, *seeds, *databases, Path(settings.ROOT) / ".env"]):
        if path.exists():
            yield path


def open_to_others(paths: Iterator[Path]) -> list[Path]:
    """Return those that group or others may read, write or enter."""
    return [path for path in paths if path.stat().st_mode & OTHERS]


@register()
def check_private_files(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Check that nobody but the server's account may open its files: an error in production, elsewhere a warning."""
    found = open_to_others(private_paths())
    if not found:
        return []
    names = ", ".join(str(path) for path in found[:SHOWN])
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    kind = Error if settings.PRIVATE_FILES_REQUIRED else Warning
    return [
        kind(
            f"Group or others may open files of this site: {names}{more}.",
            hint="chmod go= these paths. What the site makes itself from now on is private.",
            id="zhengyan.E001" if kind is Error else "zhengyan.W001",
        )
    ]
