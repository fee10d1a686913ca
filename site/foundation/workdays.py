"""Working days of the Chinese calendar, with its shifted weekends.

The State Council announces each year's holidays in the autumn before. A count that runs into a year not yet
announced uses plain weekdays there and says that it is provisional.
"""

import datetime
from typing import NamedTuple

import chinese_calendar


class DueDate(NamedTuple):
    """A day, and whether it rests on holidays that are not announced yet."""

    day: datetime.date
    provisional: bool


def is_workday(day: datetime.date) -> tuple[bool, bool]:
    """Return whether people work that day, and whether the answer is known."""
    try:
        return chinese_calendar.is_workday(day), True
    except NotImplementedError:
        return day.weekday() < 5, False


def after_workdays(start: datetime.date, count: int) -> DueDate:
    """Return the `count`-th working day after `start`; the day itself is not counted."""
    day, provisional = start, False
    while count > 0:
        day += datetime.timedelta(days=1)
        works, known = is_workday(day)
        provisional = provisional or not known
        count -= works
    return DueDate(day, provisional)
