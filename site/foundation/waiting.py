"""One thing that waits for a person, as every app names it to the home page."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise

#: An item this near its last day is marked "due soon".
SOON = datetime.timedelta(days=3)
#: A person in charge of hundreds of things is shown the first few; the lists themselves hold the rest.
MOST_SHOWN = 20


@dataclass(frozen=True)
class Waiting:
    """One thing that a person must or may do."""

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
        """The state of the due date: "late", "soon", "later", or "" without one."""
        if self.deadline is None:
            return ""
        left = self.deadline - timezone.now()
        if left < datetime.timedelta(0):
            return "late"
        return "soon" if left <= SOON else "later"
