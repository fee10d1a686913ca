"""The server's set-up, and the background worker that lives and ends with it."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config import gunicorn

WORKER = """
import os, pathlib, sys, time
log = pathlib.Path(__file__).with_name("started")
with log.open("a") as file:
    file.write(f"{os.getpid()} {' '.join(sys.argv[1:])}\\n")
time.sleep(60)
"""


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], list[str]]]:
    """Run a command of the worker's shape; give a function that waits for so many starts."""
    (tmp_path / "manage.py").write_text(WORKER)
    monkeypatch.setattr(gunicorn, "ROOT", tmp_path)
    monkeypatch.setattr(gunicorn, "RESTART_AFTER", 0.05)
    monkeypatch.setenv("RUN_WORKER", "1")
    monkeypatch.setenv("TASKS_BACKEND", "database")
    gunicorn._background["stopping"].clear()

    def wait_for(number: int) -> list[str]:
        log = tmp_path / "started"
        for _ in range(400):
            lines = log.read_text().splitlines() if log.exists() else []
            if len(lines) >= number:
                return lines
            time.sleep(0.05)
        raise AssertionError(f"{number} starts expected, {lines} seen")

    yield wait_for
    gunicorn.on_exit(None)
    gunicorn._background["process"] = None


def is_running(line: str) -> bool:
    try:
        os.kill(int(line.split()[0]), 0)
    except ProcessLookupError:
        return False
    return True


def test_worker_starts_with_the_server_and_ends_with_it(started: Callable[[int], list[str]]) -> None:
    gunicorn.when_ready(None)
    (line,) = started(1)
    assert line.split()[1:] == ["db_worker", "--queue-name", "*", "--no-startup-delay", "--no-reload"]

    gunicorn.on_exit(None)

    assert not is_running(line)


def test_worker_that_dies_is_started_again(started: Callable[[int], list[str]]) -> None:
    gunicorn.when_ready(None)
    (first,) = started(1)

    os.kill(int(first.split()[0]), 9)

    second = started(2)[1]
    assert is_running(second)
    assert not is_running(first)


@pytest.mark.parametrize(("variable", "value"), [("RUN_WORKER", "0"), ("TASKS_BACKEND", "rq")])
def test_no_worker_where_another_does_the_work(
    started: Callable[[int], list[str]], monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)

    gunicorn.when_ready(None)

    assert gunicorn._background["process"] is None


def test_no_access_log_and_enough_threads_for_ballots_that_wait() -> None:
    assert gunicorn.accesslog is None
    assert gunicorn.worker_class == "gthread"
    assert gunicorn.threads >= 16
    assert "gunicorn.access" not in gunicorn.logconfig_dict["loggers"]
