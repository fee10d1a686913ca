"""Progress of a background task, for another process, while its transaction is still open.

The figures go through the cache. The embedded default has a cache for each process only; there they go through small
files in VAR_DIR, which every process of that one machine sees.
"""

import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.cache import cache, caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.locmem import LocMemCache
from django.utils.translation import gettext as _

KEEP = 3600
INTERVAL = 0.3


def _store() -> BaseCache:
    if isinstance(caches["default"], LocMemCache):
        return FileBasedCache(str(Path(settings.VAR_DIR) / "progress"), {})
    return cache


@dataclass(frozen=True, slots=True)
class Step:
    """The progress that a task last reported. `total` 0 means it is not known yet."""

    stage: str
    done: int
    total: int
    at: float

    @property
    def percent(self) -> int | None:
        """Return how much is done, where that is known."""
        return round(100 * self.done / self.total) if self.total else None

    @property
    def label(self) -> str:
        """Return what is being done, in words."""
        return {
            "records": _("Reading the present records"),
            "rows": _("Checking the rows of the file"),
            "write": _("Writing"),
        }.get(self.stage, _("Starting"))


class Reporter:
    """Report how far a task is, a few times a second at most. A task calls it with (stage, done, total)."""

    def __init__(self, run_id: int) -> None:
        self.key = f"organisation-import-{run_id}"
        self.reported_at = 0.0
        self.store = _store()

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if done == total or now - self.reported_at >= INTERVAL:
            self.reported_at = now
            self.store.set(self.key, (stage, done, total, time.time()), KEEP)

    def clear(self) -> None:
        """Delete the last report: the import has ended."""
        self.store.delete(self.key)


def last_step(run_id: int) -> Step | None:
    """Return how far the task of an import is, or None before it started and after it ended."""
    step: tuple[str, int, int, float] | None = _store().get(f"organisation-import-{run_id}")
    return Step(*step) if step else None
