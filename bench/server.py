"""gunicorn as the intranet runs it, on a free port of this computer, and the killing of its workers."""

from __future__ import annotations

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: A worker with so many threads is serving: the pool's come with its first requests.
SERVING = 5


class Server:
    """With the production file of gunicorn's settings; `arguments` are added to it."""

    def __init__(
        self, log: Path, *, workers: int, arguments: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> None:
        self.log = log
        self._workers, self._arguments, self._environment = workers, arguments, environment or os.environ
        self._start()

    def _start(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [
            sys.executable, "-m", "gunicorn", "--config", "site/config/gunicorn.py", *self._arguments,
            "--chdir", "site", "--pythonpath", "..", "config.wsgi",
        ]  # fmt: skip
        own = {"PORT": str(self.port), "WEB_CONCURRENCY": str(self._workers), "RUN_WORKER": "0"}
        with self.log.open("wb") as file:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env={**self._environment, **own}, stdout=file, stderr=file
            )

    def __enter__(self) -> Server:
        self.wait()
        return self

    def __exit__(self, *unused: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def wait(self) -> None:
        """Wait until it answers. Should somebody else have taken the port meanwhile, begin again with another."""
        for attempt in range(600):
            if self.process.poll() is not None:
                if attempt > 300 or "already in use" not in self.log.read_text():
                    raise SystemExit(self.log.read_text())
                self._start()
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
            finally:
                connection.close()
        raise SystemExit(f"The server does not answer.\n{self.log.read_text()}")

    def workers(self) -> list[int]:
        """Return the process ids of the arbiter's children."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children")
        if children.exists():
            return [int(one) for one in children.read_text().split()]
        # macOS has no /proc.
        listing = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, check=False)
        return [int(one) for one in listing.stdout.split()]

    def kill_workers(self, times: int, *, patience: float, pauses: tuple[float, float]) -> Iterator[int]:
        """SIGKILL a worker that is serving, as often as asked, and yield each one's process id.

        Each time a random while after some worker serves: so kills meet requests and batches at every stage, and
        between two there is time for receipts. Ends early when patience does.
        """
        deadline = time.monotonic() + patience
        for _kill in range(times):
            self._wait_for_serving(deadline)
            time.sleep(random.uniform(*pauses))
            if not (serving := self._wait_for_serving(deadline)):
                return
            victim = random.choice(serving)
            os.kill(victim, signal.SIGKILL)
            yield victim

    def _wait_for_serving(self, deadline: float) -> list[int]:
        while time.monotonic() < deadline and self.process.poll() is None:
            if serving := [one for one in self.workers() if _threads(one) >= SERVING]:
                return serving
            time.sleep(0.05)
        return []


def _threads(pid: int) -> int:
    """Return how many threads a process has; 0 once it is gone."""
    tasks = Path(f"/proc/{pid}/task")
    try:
        if tasks.parent.parent.joinpath("self").exists():
            return len(list(tasks.iterdir()))
    except OSError:
        return 0
    listing = subprocess.run(["ps", "-M", "-p", str(pid)], capture_output=True, check=False)
    return max(0, len(listing.stdout.splitlines()) - 1)
