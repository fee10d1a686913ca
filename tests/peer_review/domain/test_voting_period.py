"""When papers may be drawn and ballots cast: the state decides before the clock; and for how long at least."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from peer_review.domain.voting_period import LEAST_OPEN, check_casting, check_collecting, has_least_stages
from peer_review.exceptions.base import NotOpenYet, Refusal, RoundClosed

NOW = timezone.now()


@pytest.mark.parametrize(
    ("state", "opens", "closes", "opened", "refusal"),
    [
        ("draft", -1, 1, None, NotOpenYet),
        ("open", -1, 1, -1, None),
        ("open", 1, 2, -1, NotOpenYet),
        ("open", -2, -1, -2, RoundClosed),
        # The clock was set back behind the opening: the state decides, nobody is shut out.
        ("open", 1, 2, 1, None),
        # A closed round stays closed whatever the clock says.
        ("closed", -1, 1, -1, RoundClosed),
        ("closed", 1, 2, 1, RoundClosed),
        ("published", -1, 1, -1, RoundClosed),
    ],
)
def test_check_collecting_lets_the_state_decide_before_the_clock(
    state: str, opens: int, closes: int, opened: int | None, refusal: type[Refusal] | None
) -> None:
    moment = lambda hours: NOW + timedelta(hours=hours)  # noqa: E731
    ask = {
        "state": state,
        "opens_at": moment(opens),
        "closes_at": moment(closes),
        "opened_at": None if opened is None else moment(opened),
        "now": NOW,
    }
    if refusal is None:
        check_collecting(**ask)
    else:
        with pytest.raises(refusal):
            check_collecting(**ask)


def casting(**changes: Any) -> dict[str, Any]:
    """Return the arguments of an open round in the middle of its time."""
    return {
        "state": "open",
        "opens_at": NOW - timedelta(hours=2),
        "closes_at": NOW + timedelta(hours=2),
        "opened_at": NOW - timedelta(hours=3),
        "collection": "one_visit",
        "barrier_at": None,
        "now": NOW,
    } | changes


def test_check_casting_waits_in_two_stages_for_the_end_of_drawing() -> None:
    check_casting(**casting())
    check_casting(**casting(collection="two_stage", barrier_at=NOW))

    with pytest.raises(NotOpenYet):
        check_casting(**casting(collection="two_stage"))


def test_check_casting_refuses_a_closed_round_before_it_asks_for_the_stage() -> None:
    for changes in ({"state": "closed"}, {"closes_at": NOW}):
        with pytest.raises(RoundClosed):
            check_casting(**casting(collection="two_stage", **changes))
    with pytest.raises(NotOpenYet):
        check_casting(**casting(state="draft", barrier_at=NOW))


INSTANT = timedelta(microseconds=1)
DAY = timedelta(hours=24)


def test_the_least_is_the_notice_of_an_early_closing_which_sentences_name() -> None:
    assert LEAST_OPEN == DAY


@pytest.mark.parametrize(
    ("opens", "casts", "closes", "enough"),
    [
        (DAY, None, 2 * DAY, True),
        (DAY, None, 2 * DAY - INSTANT, False),
        (DAY, None, DAY + timedelta(minutes=3), False),
        (DAY, None, DAY, False),
        # What has passed does not count, however early it was to open.
        (-9 * DAY, None, DAY, True),
        (-9 * DAY, None, DAY - INSTANT, False),
        # In two stages each of the two, not both together.
        (DAY, 2 * DAY, 3 * DAY, True),
        (DAY, 2 * DAY - INSTANT, 9 * DAY, False),
        (DAY, 9 * DAY, 10 * DAY - INSTANT, False),
        (-9 * DAY, DAY, 2 * DAY, True),
        (-9 * DAY, DAY - INSTANT, 9 * DAY, False),
    ],
)
def test_each_stage_lasts_for_24_hours(
    opens: timedelta, casts: timedelta | None, closes: timedelta, enough: bool
) -> None:
    casts_at = None if casts is None else NOW + casts

    assert has_least_stages(opens_at=NOW + opens, casts_at=casts_at, closes_at=NOW + closes, now=NOW) is enough
