"""When things happened in the demonstration."""

import datetime
import random

import pytest
from django.utils import timezone
from freezegun import freeze_time

from demo.load.moments import later, midnight, office_hours

NOW = "2026-03-02 04:00"  # noon in Shanghai


@freeze_time(NOW)
def test_midnight_is_the_last_one_here() -> None:
    assert midnight().isoformat() == "2026-03-02T00:00:00+08:00"


@freeze_time(NOW)
@pytest.mark.parametrize("days_ago", [1, 30, 400])
def test_office_hours_lie_between_eight_and_six(days_ago: int) -> None:
    chance = random.Random(1)

    moments = [office_hours(days_ago, chance) for _number in range(50)]

    assert {moment.date() for moment in moments} == {(midnight() - datetime.timedelta(days=days_ago)).date()}
    assert min(moment.time() for moment in moments) >= datetime.time(8, 20)
    assert max(moment.time() for moment in moments) <= datetime.time(18, 0)


@freeze_time(NOW)
def test_nothing_happened_in_the_future() -> None:
    chance = random.Random(1)

    for _number in range(50):
        assert office_hours(0, chance) < timezone.now()
        assert later(timezone.now(), chance) < timezone.now()


@freeze_time(NOW)
def test_later_is_later() -> None:
    began = midnight() - datetime.timedelta(days=30)

    assert all(later(began, random.Random(seed)) > began for seed in range(20))
