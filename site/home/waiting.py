"""What waits for somebody, gathered from the functions that settings.HOME_WAITING names."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import import_string

#: An item this near its last day is marked "due soon".
SOON = datetime.timedelta(days=3)


@dataclass(frozen=True)
class Waiting:
    """One thing that somebody must or may do."""

    kind: str | Promise
    title: str
    url: str
    due: datetime.datetime | datetime.date | None = None
    note: str | Promise = ""
    count: int | None = None

    @property
    def has_time(self) -> bool:
        """Whether the due date names an hour too."""
        return isinstance(self.due, datetime.datetime)

    @property
    def deadline(self) -> datetime.datetime | None:
        """The moment after which this is late: a day is over at midnight."""
        if self.due is None or isinstance(self.due, datetime.datetime):
            return self.due
        return timezone.make_aware(datetime.datetime.combine(self.due, datetime.time.max))

    @property
    def state(self) -> str:
        """How the due date stands: "late", "soon", "later", or "" without one."""
        if self.deadline is None:
            return ""
        left = self.deadline - timezone.now()
        if left < datetime.timedelta(0):
            return "late"
        return "soon" if left <= SOON else "later"


Provider = Callable[[Any], Iterable[Waiting]]


def waiting_for(user: Any) -> list[Waiting]:
    """Return everything that waits for a person, the nearest due date first, undated things last."""
    items: list[Waiting] = []
    for path in settings.HOME_WAITING:
        provider: Provider = import_string(path)
        items.extend(provider(user))
    return sorted(items, key=lambda item: (item.deadline is None, item.deadline or timezone.now()))
