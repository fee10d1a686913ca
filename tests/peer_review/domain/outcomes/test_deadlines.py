"""Last days of reviews and appeals: counted from days of the calendar, each to its end."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import override_settings

from peer_review.domain.outcomes.deadlines import appeal_until, ask_until, days, may_appeal
from peer_review.models import Contest, ContestStage

NOTICE = date(2026, 2, 1)
ANSWERED = date(2026, 3, 10)


def review(**fields: Any) -> ContestStage:
    return ContestStage(kind="review", due_date=date(2026, 3, 3), **fields)


def test_periods_are_those_of_the_law() -> None:
    names = ("ask", "review", "appeal", "ruling", "extension")
    assert [days(name) for name in names] == [timedelta(days=n) for n in (30, 30, 15, 60, 30)]


def test_a_period_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        days("forever")


def test_a_review_is_asked_for_within_thirty_days_of_the_notice() -> None:
    assert ask_until(NOTICE) == date(2026, 3, 3)


def test_an_appeal_follows_within_fifteen_days_of_the_answer() -> None:
    assert appeal_until(review(answered_date=ANSWERED)) == date(2026, 3, 25)
    assert appeal_until(review()) is None


@override_settings(PEER_REVIEW_CONTEST_DAYS={"ask": 10, "review": 5, "appeal": 3, "ruling": 20, "extension": 7})
def test_an_organisation_sets_its_own_periods() -> None:
    assert ask_until(NOTICE) == date(2026, 2, 11)
    assert appeal_until(review(answered_date=ANSWERED)) == date(2026, 3, 13)


@pytest.mark.parametrize(
    ("status", "answered", "today", "expected"),
    [
        ("answered", ANSWERED, date(2026, 3, 10), True),
        ("answered", ANSWERED, date(2026, 3, 25), True),
        ("answered", ANSWERED, date(2026, 3, 26), False),
        # Late since the day after 3 March, whether anybody looks into it or not.
        ("asked", None, date(2026, 3, 3), False),
        ("asked", None, date(2026, 3, 4), True),
        ("under_review", None, date(2026, 3, 4), True),
        ("appealed", ANSWERED, date(2026, 3, 11), False),
        ("decided", ANSWERED, date(2026, 3, 11), False),
        ("withdrawn", None, date(2026, 4, 1), False),
        # An answer without its day, which the database refuses, is nothing to appeal against.
        ("answered", None, date(2026, 3, 11), False),
    ],
)
def test_an_appeal_is_possible_after_an_answer_or_instead_of_a_late_one(
    status: str, answered: date | None, today: date, expected: bool
) -> None:
    assert may_appeal(Contest(status=status), review(answered_date=answered), today) is expected
