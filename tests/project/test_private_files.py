"""What the site makes on disk is for its own account alone, whatever umask it was started with."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import Error, Warning
from pytest_django import Settings

from config import gunicorn
from config.private_files import check_private_files
from tests.project.test_settings import GOOD, ROOT

#: Both databases, an upload in a new folder, a round's key, a mail, and a log.
MAKE = """
import pathlib
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import send_mail
from django.db import connections
from peer_review.box.round_keys import FileStore
for alias in ("default", "box"):
    with connections[alias].cursor() as cursor:
        cursor.execute("CREATE TABLE kept (id integer)")
        cursor.execute("INSERT INTO kept VALUES (1)")
default_storage.save("documents/of/one.txt", ContentFile(b"x" * 9_000_000))
default_storage.save("images/small.txt", ContentFile(b"x"))
FileStore().make("a" * 32)
send_mail("Subject", "Text", None, ["a@example.org"])
pathlib.Path(settings.VAR_DIR, "by-python.log").write_text("x")
folder = pathlib.Path(settings.VAR_DIR)
print("made", sorted(path.name for path in folder.rglob("*") if path.is_file()))
for path in folder.rglob("*"):
    print(oct(path.stat().st_mode & 0o777), "folder" if path.is_dir() else "file", path.name)
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py in production's settings, by a shell that hides nothing from anybody."""
    environment = {
        "PATH": os.environ["PATH"],
        **GOOD,
        "VAR_DIR": str(folder),
        "ROUND_KEY_FOLDERS": f"{folder / 'keys' / 'first'},{folder / 'keys' / 'second'}",
        "EMAIL_URL": f"filemail:///{folder / 'mail'}",
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        umask=0,
    )


def test_files_are_private_although_the_shell_hides_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    folder.mkdir(mode=0o700)

    result = run(folder, "shell", "--no-imports", "-c", MAKE)

    assert result.returncode == 0, result.stderr
    made, *lines = [line for line in result.stdout.splitlines() if line.strip()]
    for name in ("zhengyan.sqlite3", "zhengyan.sqlite3-wal", "zhengyan.sqlite3-shm", "box.sqlite3-wal", "one.txt"):
        assert f"'{name}'" in made
    assert {line.split()[0] for line in lines if " file " in line} == {"0o600"}
    assert {line.split()[0] for line in lines if " folder " in line} == {"0o700"}


@pytest.mark.parametrize(
    "name",
    [
        "box.sqlite3-wal",
        "keys/first/a.key",
        *(pytest.param(name, marks=pytest.mark.long) for name in ("", "media", "zhengyan.sqlite3", "keys/second")),
    ],
)
def test_production_refuses_what_others_may_open(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "var"
    for path in (folder / "media", folder / "keys" / "first", folder / "keys" / "second"):
        path.mkdir(parents=True)
    for file in ("zhengyan.sqlite3", "zhengyan.sqlite3-wal", "box.sqlite3", "box.sqlite3-wal", "keys/first/a.key"):
        (folder / file).touch()
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    assert run(folder, "check").returncode == 0
    opened = folder / name
    opened.chmod(stat.S_IMODE(opened.stat().st_mode) | 0o040)

    result = run(folder, "check")

    assert result.returncode != 0
    assert "zhengyan.E001" in result.stderr
    assert str(opened) in result.stderr


def test_developers_are_warned_and_production_refuses(tmp_path: Path, settings: Settings) -> None:
    settings.VAR_DIR = settings.MEDIA_ROOT = tmp_path
    tmp_path.chmod(0o755)

    assert [type(message) for message in check_private_files(None)] == [Warning]
    settings.PRIVATE_FILES_REQUIRED = True
    assert [type(message) for message in check_private_files(None)] == [Error]
    tmp_path.chmod(0o700)
    assert check_private_files(None) == []


def test_server_makes_private_files() -> None:
    assert gunicorn.umask == 0o077
