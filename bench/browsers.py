"""Many browsers that cast at once: the load of bench/casting.py, and of the suite's test of killed workers.

Started as a process of its own, on asyncio alone, it takes little of the cores it shares with the server:

    python bench/browsers.py plan.json done.json      (the end of its standard input stops it)

Each browser sends one sitting, does what static_src/src/lib/protocol.js does with the answer (asks again for what is
pending when it was told to, and a second after a broken connection), and goes on to the next sitting when it has its
receipts.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

#: What protocol.js waits before it sends again what a broken connection lost, the first time.
AFTER_A_BREAK = 1.0
BUSY = {429, 500, 502, 503, 504}


@dataclass
class Plan:
    """What to send: one JSON list of entries a sitting, to a path of a server on this computer."""

    port: int
    path: str
    sittings: list[list[Any]]
    browsers: int
    #: Whether a browser keeps its connection between requests; without, each may meet another worker.
    keep_alive: bool = True
    #: No answer is waited for beyond this, in seconds.
    patience: float = 120.0


@dataclass
class Done:
    """What came of it. `latencies`: seconds from first sending to the last receipt, one a sitting."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    refused: list[Any] = field(default_factory=list)
    requests: int = 0
    asked_again: int = 0
    broken: int = 0


class Browser:
    """One connection after the other, kept as long as the server keeps it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        connection = "keep-alive" if plan.keep_alive else "close"
        self._head = (
            f"POST {plan.path} HTTP/1.1\r\nHost: 127.0.0.1:{plan.port}\r\nAccept: application/json\r\n"
            f"Content-Type: application/json\r\nConnection: {connection}\r\nContent-Length: "
        ).encode()

    async def post(self, body: bytes) -> tuple[int, Any]:
        """Return the status and the parsed answer. Raises OSError or EOFError where the connection breaks."""
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._plan.port)
            reader, writer = self._streams
            writer.write(self._head + str(len(body)).encode() + b"\r\n\r\n" + body)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            content = await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]))
        except (OSError, EOFError):
            self.close()
            raise
        if b"connection: close" in head:
            self.close()
        return int(head.split(b" ", 2)[1]), json.loads(content)

    def close(self) -> None:
        """Let go of the connection."""
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None


def cast_all(plan: Plan, *, stopped: Callable[[], bool] = lambda: False) -> Done:
    """Cast every sitting, or until stopped; sittings that have begun are seen through to their receipts."""
    return asyncio.run(_cast_all(plan, stopped))


async def _cast_all(plan: Plan, stopped: Callable[[], bool]) -> Done:
    done, queue = Done(), deque(plan.sittings)
    began = time.perf_counter()

    async def browse() -> None:
        browser = Browser(plan)
        while queue and not stopped():
            start = time.perf_counter()
            await _see_through(browser, queue.popleft(), done)
            done.latencies.append(time.perf_counter() - start)
        browser.close()

    async with asyncio.timeout(plan.patience):
        await asyncio.gather(*(browse() for _ in range(min(plan.browsers, len(queue)))))
    done.seconds = time.perf_counter() - began
    return done


async def _see_through(browser: Browser, entries: list[Any], done: Done) -> None:
    while entries:
        try:
            done.requests += 1
            status, answer = await browser.post(json.dumps(entries).encode())
        except (OSError, EOFError):
            done.broken += 1
            await asyncio.sleep(AFTER_A_BREAK)
            continue
        if status in BUSY:
            done.broken += 1
            await asyncio.sleep(AFTER_A_BREAK)
            continue
        results = answer.get("results") or [answer] * len(entries)
        done.receipts += [one["receipt"] for one in results if "receipt" in one]
        done.refused += [one for one in results if "receipt" not in one and not one.get("pending")]
        entries = [entry for entry, one in zip(entries, results, strict=True) if one.get("pending")]
        if entries:
            done.asked_again += 1
            await asyncio.sleep(max(one["retry_after"] for one in results if one.get("pending")))


def main(plan: str, done: str) -> None:
    """Do what one file says and write what came of it to another."""
    stopped = threading.Event()

    def listen() -> None:
        while os.read(0, 1024):  # not sys.stdin, whose lock a thread must not hold when the process ends
            pass
        stopped.set()

    threading.Thread(target=listen, daemon=True).start()
    result = cast_all(Plan(**json.loads(Path(plan).read_text())), stopped=stopped.is_set)
    Path(done).write_text(json.dumps(asdict(result)))


if __name__ == "__main__":
    main(*sys.argv[1:])
