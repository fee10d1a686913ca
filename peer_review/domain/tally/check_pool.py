"""The pool of processes that check ballots, one a core. Each is given what is public and nothing else.

The processes run protocol.checking and import no Django. They inherit no open file, and of the environment only what
Python itself needs: no secret and no database reaches them. Casts go to them and records come back through pipes, so
no ballot touches a disk. The caller's own thread alone uses the database.

When a process dies, the caller checks its chunk itself, and all later chunks if no process is left.
"""

import logging
import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from peer_review.conf import conf
from peer_review.protocol.checking import READY, RECORD, RoundChecker, Terms, send

logger = logging.getLogger(__name__)

#: From so many ballots on, other processes are worth their start (a quarter of a second, the time of 2,000 checks).
PAYS_FROM = 5_000
#: What a Python process may need of the environment to start at all.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "PYTHONHOME", "OPENSSL_CONF", "OPENSSL_MODULES", "SYSTEMROOT")
_PATIENCE = 5.0


def processes_for(ballots: int) -> int:
    """Return how many processes are to check so many ballots; 1 means the caller alone."""
    if not sys.executable:
        return 1
    if conf.COUNT_PROCESSES is not None:
        return max(1, int(conf.COUNT_PROCESSES))
    return _cores() if ballots >= PAYS_FROM else 1


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class CheckPool:
    """The pool checks chunks of a round's casts in so many processes; leaving the context ends them."""

    def __init__(self, terms: Terms, *, processes: int) -> None:
        self._own = RoundChecker(terms)
        self._free: SimpleQueue[_Process | None] = SimpleQueue()
        self._started: list[_Process] = []
        self._threads: ThreadPoolExecutor | None = None
        if processes > 1:
            self._started = [_Process(terms) for _number in range(processes)]
            for process in self._started:
                self._free.put(process)
            self._threads = ThreadPoolExecutor(processes, thread_name_prefix="checker")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._started:
            process.stop()
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)

    @property
    def pids(self) -> list[int]:
        """Return the ids of the processes that were started, dead ones too."""
        return [process.pid for process in self._started]

    def check(self, chunks: Iterable[list[bytes]]) -> Iterator[bytes]:
        """Yield the records of protocol.checking for each chunk, in order. Few chunks are read ahead."""
        if self._threads is None:
            yield from map(self._own.check_many, chunks)
            return
        asked: deque[Future[bytes]] = deque()
        for chunk in chunks:
            asked.append(self._threads.submit(self._ask, chunk))
            if len(asked) > 2 * len(self._started):
                yield asked.popleft().result()
        while asked:
            yield asked.popleft().result()

    def _ask(self, chunk: list[bytes]) -> bytes:
        process = self._free.get()
        if process is not None:
            try:
                records = process.ask(chunk)
            except (OSError, EOFError):
                logger.warning("A process that checked ballots has ended; what it was asked is checked without it.")
                process.stop()
            else:
                self._free.put(process)
                return records
        self._free.put(None)
        return self._own.check_many(chunk)


class _Process:
    """One checking process. Each method may raise OSError or EOFError once the process has ended."""

    def __init__(self, terms: Terms) -> None:
        self._terms: Terms | None = terms
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        environment["PYTHONPATH"] = os.pathsep.join(os.path.abspath(path) for path in sys.path if path)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", "from peer_review.protocol.checking import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        self.pid = self._process.pid

    def ask(self, chunk: list[bytes]) -> bytes:
        """Return the records of a chunk."""
        asked, answers = self._process.stdin, self._process.stdout
        if asked is None or answers is None:
            raise EOFError
        if self._terms is not None:
            send(asked, self._terms)
            if answers.read(len(READY)) != READY:
                raise EOFError
            self._terms = None
        send(asked, chunk)
        expected = len(chunk) * RECORD.size
        records = answers.read(expected)
        if len(records) != expected:
            raise EOFError
        return records

    def stop(self) -> None:
        """End the process at once. A second call does nothing."""
        self._process.kill()
        self._process.wait(_PATIENCE)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    logger.debug("What was still to be written has nobody to read it.")
