"""When things happened in the demonstration: counted back from today, so that it never looks stale."""

import datetime
import random

from django.utils import timezone


def midnight() -> datetime.datetime:
    """Return the last midnight in the organisation's time zone."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def office_hours(days_ago: float, chance: random.Random) -> datetime.datetime:
    """Return a moment in working hours, so many days before today, never in the future."""
    moment = midnight() - datetime.timedelta(days=int(days_ago)) + datetime.timedelta(minutes=chance.randint(500, 1080))
    return min(moment, timezone.now() - datetime.timedelta(minutes=chance.randint(5, 300)))


def later(moment: datetime.datetime, chance: random.Random) -> datetime.datetime:
    """Return a moment some minutes to some days after another, never in the future."""
    minutes = int(chance.expovariate(1 / 420)) + 3
    return min(moment + datetime.timedelta(minutes=minutes), timezone.now() - datetime.timedelta(minutes=1))
