"""How gunicorn serves Zhengyan: a few processes with threads, no access log, and the background worker beside them.

`gunicorn --config site/config/gunicorn.py --chdir site --pythonpath .. config.wsgi`. docs/configuration.md explains
each variable.
"""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter

from config.logs import logging_config, usual_format

ROOT = Path(__file__).resolve().parents[2]

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
# Ballots wait in up to half the threads until their batch is on disk, so there are more of them than cores.
threads = int(os.environ.get("WEB_THREADS", "24"))
timeout = 60
graceful_timeout = 30
keepalive = 5
# Addresses and times of requests, side by side with when ballots arrived, would tell who voted what.
accesslog = None
errorlog = "-"
control_socket_disable = True
umask = 0o077
logconfig_dict = logging_config(as_json=os.environ.get("LOG_FORMAT", usual_format()) == "json")

RESTART_AFTER = 3.0


class Background(TypedDict):
    """The worker beside the server: its process, and whether both are to stop."""

    stopping: threading.Event
    process: subprocess.Popen[bytes] | None


_background: Background = {"stopping": threading.Event(), "process": None}


def _keep_worker() -> None:
    """Run `manage.py db_worker`, and again whenever it ends, until the server stops."""
    command = [
        sys.executable,
        str(ROOT / "manage.py"),
        "db_worker",
        "--queue-name",
        "*",
        "--no-startup-delay",
        "--no-reload",
    ]
    while not _background["stopping"].is_set():
        process = subprocess.Popen(command, cwd=ROOT)  # noqa: S603 - our own interpreter and our own file
        _background["process"] = process
        process.wait()
        _background["stopping"].wait(RESTART_AFTER)


def when_ready(server: "Arbiter") -> None:
    """Start the background worker beside the server, where the embedded set-up asks for it."""
    if os.environ.get("RUN_WORKER") == "1" and os.environ.get("TASKS_BACKEND", "database") == "database":
        threading.Thread(target=_keep_worker, name="background-worker", daemon=True).start()


def on_exit(server: "Arbiter") -> None:
    """Stop the background worker with the server: it finishes the task it is at, or is stopped after a while."""
    _background["stopping"].set()
    process = _background["process"]
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(graceful_timeout)
    except subprocess.TimeoutExpired:
        process.kill()
