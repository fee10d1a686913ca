"""The opening checks: terms that do not fit together, a clock set back, and the order of what is in the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from peer_review.domain.rounds.opening_checks import CLOCK_TOLERANCE, check_clock, check_terms, opening_refusals
from peer_review.enums import Collection
from peer_review.exceptions.base import NotOrganiser, NotScrutineer, OpeningRefusal
from peer_review.exceptions.rounds import (
    BatchSettingsInvalid,
    ClockSetBack,
    CollectionInvalid,
    DatesInPast,
    DatesInvalid,
)
from tests.factories.peer_review.rounds import RoundFactory, make_ready_round, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])
NOW = timezone.now()
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        ({}, None),
        ({"closes_at": NOW - HOUR}, DatesInvalid),
        ({"opens_at": NOW + HOUR, "closes_at": NOW + HOUR}, DatesInvalid),
        ({"opens_at": NOW - 2 * HOUR, "closes_at": NOW}, DatesInPast),
        ({"collection": Collection.TWO_STAGE}, CollectionInvalid),
        ({"casts_at": NOW + HOUR}, CollectionInvalid),
        ({"collection": Collection.TWO_STAGE, "casts_at": NOW + HOUR}, None),
        ({"collection": Collection.TWO_STAGE, "casts_at": NOW - HOUR}, CollectionInvalid),
        ({"collection": Collection.TWO_STAGE, "casts_at": NOW + 9 * HOUR}, CollectionInvalid),
        ({"batch_floor": 3}, BatchSettingsInvalid),
        ({"batch_floor": 0, "batch_window": 60}, BatchSettingsInvalid),
        ({"batch_window": 0}, BatchSettingsInvalid),
        ({"batch_floor": 3, "batch_window": 60}, None),
        ({"batch_window": 60}, None),
    ],
)
def test_check_terms_refuses_terms_that_do_not_fit_together(
    terms: dict[str, Any], refusal: type[OpeningRefusal] | None
) -> None:
    round = RoundFactory()
    round.opens_at, round.closes_at = NOW - HOUR, NOW + 9 * HOUR
    for name, value in terms.items():
        setattr(round, name, value)

    if refusal is None:
        check_terms(round, round.scrutineers.all(), NOW)
    else:
        with pytest.raises(refusal):
            check_terms(round, round.scrutineers.all(), NOW)


def test_check_terms_asks_for_the_roles(in_english: None) -> None:
    round = RoundFactory()
    check_terms(round, [], NOW)

    with pytest.raises(NotScrutineer, match="Mallory is not a member"):
        check_terms(round, [*round.scrutineers.all(), make_user("Mallory", "organiser")], NOW)
    round.organiser.groups.clear()
    with pytest.raises(NotOrganiser):
        check_terms(round, [], NOW)


def test_check_clock_allows_for_the_clocks_of_two_servers() -> None:
    round = RoundFactory()
    check_clock(round, NOW - 99 * HOUR)
    round.opened_at, round.closed_at = NOW, NOW + HOUR

    check_clock(round, NOW + HOUR - CLOCK_TOLERANCE)
    with pytest.raises(ClockSetBack):
        check_clock(round, NOW + HOUR - CLOCK_TOLERANCE - timedelta(seconds=1))


def test_opening_refusals_of_an_empty_draft_stand_in_order_and_of_a_ready_one_are_none() -> None:
    empty = RoundFactory(scrutineers=[])
    ready = make_ready_round(evaluators=4).round

    assert [refusal.code for refusal in opening_refusals(empty)] == ["no_scrutineer", "empty_roll", "no_box_key"]
    assert opening_refusals(ready) == []
    assert [refusal.code for refusal in opening_refusals(ready, now=ready.closes_at)] == ["dates_in_past"]
