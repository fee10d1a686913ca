"""A database in which every migration has run, made once: a third of a minute that each worker of each run would pay.

Only what migrations make is kept. What the site does after migrating (permissions, content types, groups) is done anew
in each copy, by the code as it is then. The file lies in pytest's own cache, under a name that changes with every byte
of every migration; when it is missing, it is made while other tests run.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / ".pytest_cache" / "d" / "migrated"


def fingerprint(files: Iterable[Path]) -> str:
    """Return a name for what these migrations make with this Python, Django and SQLite."""
    import django

    digest = hashlib.sha256(f"{sys.version} {django.__version__} {sqlite3.sqlite_version}".encode())
    for name, path in sorted((f"{path.parent.parent.name}/{path.name}", path) for path in files):
        data = path.read_bytes()
        digest.update(f"{name} {len(data)} ".encode() + data)
    return digest.hexdigest()[:24]


def migration_files() -> list[Path]:
    """Return every migration of every installed app."""
    from importlib import import_module

    from django.apps import apps
    from django.db.migrations.loader import MigrationLoader

    files: list[Path] = []
    for app in apps.get_app_configs():
        name, _explicit = MigrationLoader.migrations_module(app.label)
        try:
            module = import_module(name) if name else None
        except ModuleNotFoundError:
            continue
        if module is not None:
            files += [path for folder in module.__path__ for path in Path(folder).glob("*.py")]
    return files


def migrated(folder: Path = FOLDER) -> Path:
    """Return the file, made now if need be; whoever comes meanwhile waits."""
    path = folder / f"{fingerprint(migration_files())}.sqlite3"
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder / "lock"):
        if not path.exists():
            for other in folder.glob("*.sqlite3*"):
                other.unlink()
            _migrate(path.with_suffix(".sqlite3-new"))
            path.with_suffix(".sqlite3-new").replace(path)
    return path


def copy_into(target: str) -> None:
    """Make a test's database of the file."""
    shutil.copyfile(migrated(), target)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _migrate(path: Path) -> None:
    """Run every migration on a new file, and nothing of what follows migrations."""
    from django.core.management.sql import emit_pre_migrate_signal
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor
    from django.utils import translation

    connection: Any = connections.create_connection("default")
    connection.settings_dict = {**connection.settings_dict, "NAME": str(path)}
    before = connections["default"]
    before.close()
    connections["default"] = connection
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        emit_pre_migrate_signal(0, False, "default", apps=executor.loader.project_state().apps, plan=plan)
        with translation.override(None):  # as `migrate` does: what it writes is in no language
            executor.migrate(executor.loader.graph.leaf_nodes(), plan)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
        connections["default"] = before


def main() -> None:
    """Make the file, for whoever starts this beside the tests."""
    root = Path(__file__).resolve().parents[1]
    sys.path[:0] = [str(root), str(root / "site")]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    import django

    django.setup()
    migrated()


if __name__ == "__main__":
    main()
