"""Working days where nobody knows the holidays: weekdays, and always provisional."""

from datetime import date

import pytest

from peer_review.providers.workdays import weekdays_after


@pytest.mark.parametrize(
    ("first", "count", "last"),
    [
        (date(2026, 11, 20), 5, date(2026, 11, 27)),
        (date(2026, 11, 21), 5, date(2026, 11, 27)),
        (date(2026, 11, 22), 1, date(2026, 11, 23)),
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
        (date(2026, 11, 20), -1, date(2026, 11, 20)),
        (date(2026, 12, 31), 1, date(2027, 1, 1)),
    ],
)
def test_weekdays_after_skips_weekends_and_calls_that_provisional(first: date, count: int, last: date) -> None:
    assert weekdays_after(first, count) == (last, True)
