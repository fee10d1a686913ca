"""Production refuses to start half-configured."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "s" * 50,
    "PEER_REVIEW_KEY_SECRET": "k" * 50,
    "ROUND_KEY_FOLDERS": "/nowhere/first,/nowhere/second",
    "ALLOWED_HOSTS": "intranet.example",
}


def start(tmp_path: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **GOOD, **changes}
    return subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_production_starts_when_everything_is_set(tmp_path: Path) -> None:
    result = start(tmp_path)

    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "insecure-default-secret-key-for-development-only"}, "SECRET_KEY"),
        ({"PEER_REVIEW_KEY_SECRET": "s" * 50}, "PEER_REVIEW_KEY_SECRET"),
        ({"ROUND_KEY_FOLDERS": ""}, "ROUND_KEY_FOLDERS"),
        ({"ROUND_KEY_FOLDERS": "/nowhere/one,/nowhere/one"}, "ROUND_KEY_FOLDERS"),
        ({"DEBUG": "true"}, "DEBUG"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"DATABASE_URL": "sqlite:////tmp/one.db", "BOX_DATABASE_URL": "sqlite:////tmp/one.db"}, "BOX_DATABASE_URL"),
    ],
)
def test_production_refuses_and_names_the_setting(tmp_path: Path, changes: dict[str, str], names: str) -> None:
    result = start(tmp_path, **changes)

    assert result.returncode != 0
    assert f"ImproperlyConfigured: {names}" in result.stderr
