"""Calendar files, read back with the library's own parser."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from peer_review.domain.rounds.lifecycle import extend_round
from peer_review.enums import Collection
from peer_review.models import Round
from tests.factories.peer_review.rounds import RoundFactory, make_member, make_open_round, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])
NINE = datetime(2027, 3, 1, 1, tzinfo=UTC)  # nine in the morning in Shanghai


def opened(**fields: Any) -> Round:
    round = RoundFactory(
        state="open", opened_at=NINE, opens_at=NINE, closes_at=NINE + timedelta(days=9), fingerprint="ab" * 32, **fields
    )
    make_member(round, make_user("Voter", "staff"))
    return round


def calendar(client: Client, round: Round, language: str = "en") -> Any:
    client.force_login(round.members.first().user)
    response = client.get(
        reverse("peer_review:round-calendar", args=[round.public_id]), headers={"Accept-Language": language}
    )
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(response.content)


def test_one_visit_is_one_event_in_the_organisations_time_with_an_alarm_a_day_before(client: Client) -> None:
    round = opened(title="Autumn, with a; comma")

    found = calendar(client, round)

    (event,) = found.walk("VEVENT")
    assert str(event["summary"]) == "Cast ballots: Autumn, with a; comma"
    assert event.decoded("dtstart") == NINE
    assert event["dtstart"].params["TZID"] == "Asia/Shanghai"
    assert event.decoded("dtend") == NINE + timedelta(days=9)
    assert str(event["url"]) == f"http://testserver/review/rounds/{round.public_id}/"
    (alarm,) = event.walk("VALARM")
    assert (alarm.decoded("trigger"), alarm["trigger"].params["RELATED"]) == (-timedelta(days=1), "END")
    (zone,) = found.walk("VTIMEZONE")
    assert str(zone["tzid"]) == "Asia/Shanghai"


def test_two_stages_are_two_events(client: Client) -> None:
    round = opened(collection=Collection.TWO_STAGE, casts_at=NINE + timedelta(hours=12))

    draw, cast = calendar(client, round).walk("VEVENT")

    assert (draw.decoded("dtend"), cast.decoded("dtstart")) == (NINE + timedelta(hours=12),) * 2
    assert draw["uid"] != cast["uid"]
    # Half a day is too short for an alarm the day before.
    assert draw.walk("VALARM")[0].decoded("trigger") == -timedelta(hours=6)


def test_in_the_readers_language(client: Client) -> None:
    (event,) = calendar(client, opened(title="秋季"), language="zh-hans").walk("VEVENT")

    assert "秋季" in str(event["summary"])
    assert event["summary"].params["LANGUAGE"] == "zh-hans"


def test_lengthened_it_is_the_same_event_with_a_higher_sequence(client: Client) -> None:
    round = make_open_round(evaluators=4).round
    (before,) = calendar(client, round).walk("VEVENT")

    extend_round(round, by=round.organiser, closes_at=round.closes_at + timedelta(days=1), reason="Flood")
    (after,) = calendar(client, round).walk("VEVENT")

    assert before["uid"] == after["uid"]
    assert (before["sequence"], after["sequence"]) == (0, 1)
    # Calendars count in seconds.
    assert after.decoded("dtend") - before.decoded("dtend") == timedelta(days=1)


def test_a_round_that_may_not_be_seen_has_none(client: Client) -> None:
    round = opened()
    draft = RoundFactory()
    url = reverse("peer_review:round-calendar", args=[round.public_id])
    assert client.get(url).status_code == 302
    client.force_login(make_user("Stranger"))
    assert client.get(url).status_code == 404
    client.force_login(draft.organiser)
    assert client.get(reverse("peer_review:round-calendar", args=[draft.public_id])).status_code == 404
    assert timezone.is_aware(round.opens_at)
