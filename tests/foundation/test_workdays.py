"""Working days around the holidays of 2026."""

import datetime

import pytest

from foundation.workdays import after_workdays


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        # Friday to Monday
        ("2026-03-06", 1, "2026-03-09"),
        # Spring Festival: off from 15 to 23 February, work on Saturday the 28th
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-14", 1, "2026-02-24"),
        ("2026-02-24", 4, "2026-02-28"),
        # National Day: off from 1 to 7 October, work on Saturday the 10th
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-09-30", 3, "2026-10-10"),
        # Twenty working days across Labour Day (1 to 5 May, work on Saturday the 9th)
        ("2026-04-20", 20, "2026-05-20"),
        ("2026-03-02", 20, "2026-03-30"),
        # A holiday, a weekend and a weekend at work count as they are
        ("2026-10-01", 0, "2026-10-01"),
    ],
)
def test_working_days_follow_the_shifted_weekends(start: str, count: int, end: str) -> None:
    assert after_workdays(day(start), count) == (day(end), False)


def test_count_into_a_year_not_announced_is_provisional() -> None:
    assert after_workdays(day("2026-12-30"), 3) == (day("2027-01-04"), True)


def test_count_that_ends_on_the_last_known_day_is_not_provisional() -> None:
    assert after_workdays(day("2026-12-30"), 1) == (day("2026-12-31"), False)
