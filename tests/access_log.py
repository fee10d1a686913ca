"""The access log of a test's server: a line for each request, as a proxy in front of it would write it."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.core.servers.basehttp import WSGIRequestHandler
from django.middleware.gzip import GZipMiddleware


@dataclass(frozen=True, slots=True)
class Line:
    """One request as the server got it. `headers` are without the cookies; `length`: of the answer's body."""

    method: str
    address: str
    status: str
    length: int
    has_cookie: bool
    headers: tuple[tuple[str, str], ...]

    @property
    def path(self) -> str:
        return self.address.partition("?")[0]

    @property
    def referer(self) -> str:
        return dict(self.headers).get("referer", "")

    @property
    def is_file(self) -> bool:
        """Whether it is a style sheet, script, font or picture."""
        return self.path.startswith("/static/")


class AccessLog:
    """Every request to the live server, in the order in which the answers were done."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lines: list[Line] = []

        def log_request(handler: WSGIRequestHandler, code: Any = "-", size: Any = "-") -> None:
            headers = {name.lower(): value for name, value in handler.headers.items()}
            has_cookie = bool(headers.pop("cookie", ""))
            self.lines.append(
                Line(handler.command, handler.path, str(code), int(size), has_cookie, tuple(sorted(headers.items())))
            )

        monkeypatch.setattr(WSGIRequestHandler, "log_request", log_request)
        # Django lengthens each compressed answer by chance; without that, equal answers are of equal length.
        monkeypatch.setattr(GZipMiddleware, "max_random_bytes", 0)

    def take(self) -> list[Line]:
        """Return what was written since the last time."""
        lines, self.lines[:] = self.lines[:], []
        return lines
