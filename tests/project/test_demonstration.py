"""When the kept copy of the reference organisation is made anew (tests/demonstration.py)."""

import datetime
from pathlib import Path

import pytest

from tests.demonstration import fingerprint, sources

DAY = datetime.date(2026, 3, 2)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with code that decides what is loaded, and other files."""
    for name in (
        "app/__init__.py",
        "app/domain/rounds.py",
        "app/static_src/node_modules/tool/setup.py",
        "app/templates/page.html",
        "bench/run.py",
        "site/demo/data/topics.toml",
        "site/demo/load.py",
        "tests/__init__.py",
        "tests/demonstration.py",
        "tests/factories/home.py",
        "tests/test_other.py",
        "tools/__init__.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_sources_are_the_code_and_data_that_decide_what_is_loaded(repository: Path) -> None:
    assert [path.relative_to(repository).as_posix() for path in sources(repository)] == [
        "app/__init__.py",
        "app/domain/rounds.py",
        "site/demo/data/topics.toml",
        "site/demo/load.py",
        "tests/demonstration.py",
        "tests/factories/home.py",
    ]


def test_fingerprint_stays_with_the_same_code_on_the_same_day(repository: Path) -> None:
    assert fingerprint(repository, DAY) == fingerprint(repository, DAY)


def test_fingerprint_changes_with_the_day(repository: Path) -> None:
    assert fingerprint(repository, DAY) != fingerprint(repository, DAY + datetime.timedelta(days=1))


@pytest.mark.parametrize("name", ["app/domain/rounds.py", "site/demo/data/topics.toml", "app/domain/new.py"])
def test_fingerprint_changes_with_the_code(repository: Path, name: str) -> None:
    before = fingerprint(repository, DAY)

    (repository / name).write_text("changed")

    assert fingerprint(repository, DAY) != before
