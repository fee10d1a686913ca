"""Working days. A site that knows its holidays names its own function in PEER_REVIEW_WORKDAYS."""

from datetime import date, timedelta


def weekdays_after(start: date, count: int) -> tuple[date, bool]:
    """Return the `count`-th weekday after `start`, which is not counted itself, and that this is provisional: holidays
    and the weekends moved for them are unknown here."""
    day = start
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day, True
