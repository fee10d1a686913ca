"""Two probes for whoever keeps the service running: does the process answer, and can it do its work?"""

from __future__ import annotations

import asyncio
import dataclasses
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from health_check.base import HealthCheck, HealthCheckResult
from health_check.checks import Cache, Database, Storage
from health_check.exceptions import ServiceUnavailable


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Say that this process answers. Asks nothing of any other service."""
    response = HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


@dataclasses.dataclass
class Migrations(HealthCheck):
    """Check that a database's tables are those this version expects."""

    alias: str = "default"
    # Once complete, they stay so for the life of the process: reading every migration file takes a while.
    complete: ClassVar[set[str]] = set()

    def run(self) -> None:
        """Compare what is recorded with what is there.

        Raises: ServiceUnavailable if a migration waits.
        """
        if self.alias in self.complete:
            return
        connection = connections[self.alias]
        try:
            executor = MigrationExecutor(connection)
            waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        finally:
            connection.close()
        if waiting:
            raise ServiceUnavailable(f"{len(waiting)} migrations wait")
        self.complete.add(self.alias)


CHECKS: list[tuple[str, HealthCheck]] = [
    ("database", Database(alias="default")),
    ("box", Database(alias="box")),
    ("migrations", Migrations(alias="default")),
    ("cache", Cache()),
    ("storage", Storage()),
]


async def _run_all() -> list[HealthCheckResult]:
    return await asyncio.gather(*(check.get_result() for _name, check in CHECKS))


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when everything this process needs is there, else 503; one word for each part, no details."""
    # A thread of its own, so that it does not matter whether this one already runs an event loop.
    with ThreadPoolExecutor(max_workers=1) as thread:
        results = thread.submit(asyncio.run, _run_all()).result()
    failed = any(result.error for result in results)
    parts = {name: "failed" if result.error else "ok" for (name, _check), result in zip(CHECKS, results, strict=True)}
    return JsonResponse({"ready": not failed, "parts": parts}, status=503 if failed else 200)
