"""How a thing that waits stands against its due date."""

import datetime

import pytest
from django.utils import timezone

from foundation.waiting import Waiting


def item(due: datetime.datetime | datetime.date | None) -> Waiting:
    return Waiting(kind="Ballot", title="Round", url="/", due=due)


@pytest.mark.parametrize(
    ("days", "state"),
    [(-0.1, "late"), (0.1, "soon"), (2.9, "soon"), (3.1, "later")],
)
def test_state_tells_how_near_the_due_date_is(days: float, state: str) -> None:
    assert item(timezone.now() + datetime.timedelta(days=days)).state == state


def test_state_is_empty_without_a_due_date() -> None:
    assert item(None).state == ""


def test_a_day_is_not_over_before_midnight() -> None:
    today = item(timezone.localdate())

    assert (today.state, today.has_time) == ("soon", False)
