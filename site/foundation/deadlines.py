"""Deadlines in working days: due date, pauses, extensions, and the days on which somebody is reminded.

Everything here is computed from what the caller keeps; nothing is stored and nothing is sent to anybody.
`send_due_reminders` sends the signal `signals.reminder_due`, and whoever receives it tells people.
"""

from __future__ import annotations

import datetime
import enum
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from foundation import signals
from foundation.refusals import Refusal
from foundation.workdays import DueDate, after_workdays, is_workday

#: Working days between the reminder before the last day and that day.
WORKDAYS_BEFORE = 3
WEEK = datetime.timedelta(days=7)
log = logging.getLogger("zhengyan.deadlines")


class ReasonMissing(Refusal):
    """An extension without a reason."""

    message = _("Give the reason for the extension.")


class DeadlinePaused(Refusal):
    """A deadline that stands still has no due date and is not paused again."""

    message = _("This deadline is paused.")


class NotPaused(Refusal):
    """A deadline that runs is resumed."""

    message = _("This deadline is not paused.")


class PauseUnsound(Refusal):
    """A pause begins before the deadline, or ends before it begins."""

    message = _("A pause lies after the beginning of the deadline and ends after it begins.")


@dataclass(frozen=True, slots=True)
class Pause:
    """A time that does not count: from its first day up to, not including, `until`; without `until` it lasts."""

    since: datetime.date
    until: datetime.date | None = None

    def includes(self, day: datetime.date) -> bool:
        """Return whether the deadline stands still on this day."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Extension:
    """More working days, with the reason, the day it was decided, and the due date before and after."""

    workdays: int
    reason: str
    decided_date: datetime.date
    before: datetime.date
    after: datetime.date


@dataclass(frozen=True, slots=True)
class Deadline:
    """So many working days after a day. `key` is how its owner finds what the deadline belongs to."""

    start: datetime.date
    workdays: int
    key: str = ""
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()

    @property
    def is_paused(self) -> bool:
        """True while a pause has no end."""
        return any(pause.until is None for pause in self.pauses)

    @property
    def all_workdays(self) -> int:
        """The working days given at first and by every extension."""
        return self.workdays + sum(extension.workdays for extension in self.extensions)


def due_date(deadline: Deadline) -> DueDate:
    """Return the last day, and whether it rests on a calendar not yet announced.

    Raises: DeadlinePaused: a deadline that stands still has no last day.
    """
    if deadline.is_paused:
        raise DeadlinePaused
    return _day_after(deadline, deadline.all_workdays)


def _day_after(deadline: Deadline, count: int) -> DueDate:
    """Return the `count`-th working day that no pause includes."""
    if not deadline.pauses:
        return after_workdays(deadline.start, count)
    day, is_provisional = deadline.start, False
    while count > 0:
        day += datetime.timedelta(days=1)
        if any(pause.includes(day) for pause in deadline.pauses):
            continue
        works, is_known = is_workday(day)
        is_provisional = is_provisional or not is_known
        count -= works
    return DueDate(day, is_provisional)


def pause(deadline: Deadline, *, since: datetime.date) -> Deadline:
    """Return the deadline, standing still from a day on.

    Raises: DeadlinePaused; PauseUnsound if the day lies before the deadline or inside an earlier pause.
    """
    if deadline.is_paused:
        raise DeadlinePaused
    if since <= deadline.start or any(earlier.until and since < earlier.until for earlier in deadline.pauses):
        raise PauseUnsound
    return replace(deadline, pauses=(*deadline.pauses, Pause(since)))


def resume(deadline: Deadline, *, on: datetime.date) -> Deadline:
    """Return the deadline, running again: `on` is the first day that counts.

    Raises: NotPaused; PauseUnsound if the day does not lie after the pause began.
    """
    if not deadline.is_paused:
        raise NotPaused
    *earlier, last = deadline.pauses
    if on <= last.since:
        raise PauseUnsound
    return replace(deadline, pauses=(*earlier, replace(last, until=on)))


def extend(deadline: Deadline, *, workdays: int, reason: str, decided_date: datetime.date) -> Deadline:
    """Return the deadline with more working days; the extension keeps the due date before and after it.

    Raises: ReasonMissing; DeadlinePaused; ValueError unless days are added.
    """
    if not reason.strip():
        raise ReasonMissing
    if workdays < 1:
        raise ValueError("An extension adds working days.")
    before = due_date(deadline)
    after = _day_after(deadline, deadline.all_workdays + workdays)
    extension = Extension(
        workdays=workdays, reason=reason.strip(), decided_date=decided_date, before=before.day, after=after.day
    )
    return replace(deadline, extensions=(*deadline.extensions, extension))


class ReminderKind(enum.Enum):
    """Why somebody is reminded."""

    HALF_TIME = "half_time"
    SOON = "soon"
    LAST_DAY = "last_day"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Reminder:
    """A day on which somebody is reminded. `levels_up` is 0 for the responsible person, 1 for the superior."""

    kind: ReminderKind
    day: datetime.date
    levels_up: int = 0


def reminders_until(deadline: Deadline, today: datetime.date) -> list[Reminder]:
    """Return the reminders of a deadline up to today, the earliest first; none while it is paused.

    Half of the working days gone, three working days before the last day, on the last day; then every week, to the
    superior. A short deadline has no reminder before it began, and none at half time that would come after the
    reminder of the last three days.
    """
    if deadline.is_paused:
        return []
    due = due_date(deadline)
    total = deadline.all_workdays
    by_day: dict[datetime.date, Reminder] = {}
    soon = total - WORKDAYS_BEFORE
    for kind, count in ((ReminderKind.HALF_TIME, total // 2), (ReminderKind.SOON, soon)):
        if 0 < count <= soon:
            day = _day_after(deadline, count).day
            by_day[day] = Reminder(kind, day)
    by_day[due.day] = Reminder(ReminderKind.LAST_DAY, due.day)
    day = due.day + WEEK
    while day <= today:
        by_day[day] = Reminder(ReminderKind.OVERDUE, day, levels_up=1)
        day += WEEK
    return [by_day[day] for day in sorted(by_day) if day <= today]


def send_due_reminders(
    deadlines: Iterable[Deadline], *, today: datetime.date, last_run: datetime.date | None = None
) -> int:
    """Send `reminder_due` for each deadline that has a reminder today; return for how many.

    If the last run was not yesterday, a reminder of a day since then is sent today; of several only the latest.
    """
    last_run = last_run or today - datetime.timedelta(days=1)
    sent = 0
    for deadline in deadlines:
        missed = [reminder for reminder in reminders_until(deadline, today) if reminder.day > last_run]
        if not missed:
            continue
        results = signals.reminder_due.send_robust(
            sender=Deadline, deadline=deadline, reminder=missed[-1], due=due_date(deadline)
        )
        for receiver, error in results:
            if isinstance(error, Exception):
                log.error("A receiver of reminder_due failed: %s: %s", receiver, type(error).__name__)
        sent += 1
    return sent
