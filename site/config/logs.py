"""Logs: JSON lines in production, readable ones for a developer, and nothing at all about the ballot path.

A line names the route, never the address with its identifiers, no person and no network address. Requests to the
routes in settings.SILENT_ROUTES leave no line: what came when would be half of who wrote what.
"""

from __future__ import annotations

import logging
import re
import sys
import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from structlog.typing import Processor

# The same paths as a pattern, for loggers that know no route (gunicorn's own), with and without the slash at the end.
SILENT_PATHS = re.compile(
    # The interface for other systems has a bulletin too, under a token.
    r"(?<!/api/v1)/rounds/[^/\s]+/(?:(?:ballot|check|draw|cast|kiosk|bulletin)(?![\w-])|manifest\.json)"
    r"|/scrutineer/[^/\s]+/envelopes(?![\w-])"
    # Scripts, of which some are loaded by one page alone.
    r"|/peer_review/js/"
    # The links of one use, whose routes are in settings.PEER_REVIEW_UNLOGGED_ROUTES.
    r"|/accounts/(?:invitation|resets/mine)/[^/?\s]+"
)
REQUEST_ID = re.compile(r"[0-9a-f-]{8,64}\Z")
log = structlog.stdlib.get_logger("zhengyan.request")


def is_silent(request: HttpRequest) -> bool:
    """Return whether nothing may be written about this request."""
    match = getattr(request, "resolver_match", None)
    if match is None:
        try:
            match = resolve(getattr(request, "path_info", ""))
        except Resolver404:
            return bool(SILENT_PATHS.search(getattr(request, "path_info", "")))
    return match.view_name in settings.SILENT_ROUTES


class QuietFilter(logging.Filter):
    """Keep the ballot path out of every other logger, and requests with their contents out of all records."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Drop warnings about silent requests; cut errors down to the exception's name."""
        request = record.__dict__.pop("request", None)
        silent = is_silent(request) if request is not None else SILENT_PATHS.search(record.getMessage()) is not None
        if not silent:
            if request is not None and record.name == "django.request" and isinstance(record.args, tuple):
                # Its messages end with the address, in which a link of one use may stand.
                match = getattr(request, "resolver_match", None)
                record.args = (*record.args[:-1], match.route if match else "?")
            return True
        if record.levelno < logging.ERROR:
            return False
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "unknown"
        record.msg, record.args = "An endpoint of the ballot path failed: %s", (kind,)
        record.exc_info, record.exc_text, record.stack_info = None, None, None
        return True


class RequestLogMiddleware:
    """Write one line a request, with an id that its other lines share and the answer carries."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_silent(request):
            return self.get_response(request)
        given = request.headers.get("X-Request-ID", "")
        request_id = given if REQUEST_ID.match(given) else uuid.uuid4().hex
        began = time.perf_counter()
        # Bound, not cleared: a preview in the admin is a whole request inside another.
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            match = request.resolver_match
            log.info(
                "request",
                method=request.method,
                route=match.route if match else None,
                status=response.status_code,
                ms=round((time.perf_counter() - began) * 1000, 1),
            )
        response.headers["X-Request-ID"] = request_id
        return response


def usual_format() -> str:
    """Return "console" where somebody looks on, "json" where a service collects."""
    return "console" if sys.stderr.isatty() else "json"


def logging_config(*, as_json: bool, level: str = "INFO") -> dict[str, object]:
    """Return the configuration of Python's logging, with structlog's lines going the same way."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    ending: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if as_json
        else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"quiet": {"()": "config.logs.QuietFilter"}},
        "formatters": {
            "lines": {
                "()": "structlog.stdlib.ProcessorFormatter",
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["quiet"], "formatter": "lines"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            # No handler of its own: Django's default one mails whole requests to the administrators.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # What was refused is in the request's own line, without its address.
            "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "gunicorn.error": {"handlers": [], "level": level, "propagate": True},
            "zhengyan": {"level": level},
            "peer_review": {"level": level},
            "forum_pages": {"level": level},
        },
    }
