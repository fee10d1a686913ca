"""The organiser's dashboard: one next action in every state, participation without names, reminders, a later end."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from peer_review.enums import AnnouncementKind, Collection
from peer_review.models import Announcement, Notice, Round
from tests.factories.peer_review.counted_rounds import count_all, make_voted_round
from tests.factories.peer_review.rounds import (
    SchemeFactory,
    make_member,
    make_open_round,
    make_user,
)

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def page(name: str, round: Round) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id])


def dashboard(client: Client, round: Round) -> Any:
    client.force_login(round.organiser)
    response = client.get(page("round-dashboard", round))
    assert response.status_code == 200
    return response


def step(client: Client, round: Round) -> tuple[str, str]:
    found = dashboard(client, round).context["step"]
    return found.code, found.url


class TestWhoHasCome:
    def test_says_how_many_more_are_needed_and_never_who(self, client: Client) -> None:
        running = make_open_round(evaluators=8, subjects=2, scheme=SchemeFactory(min_return=75))
        for one in running.evaluators[:3]:
            one.draw()

        response = dashboard(client, running.round)

        returned = response.context["returned"]
        assert (returned.eligible, returned.came, returned.percent, returned.missing) == (8, 3, 37, 3)
        html = response.content.decode()
        assert not [one for one in running.evaluators if one.user.get_full_name() in html]

    def test_shows_one_number_of_all_and_no_section(self, client: Client) -> None:
        running = make_open_round(evaluators=12, subjects=2)
        members = list(running.round.members.order_by("pk"))
        for number, member in enumerate(members):
            member.section_key = member.section_name = f"Section {number % 2}"
            member.save()
        for evaluator in running.evaluators[:5]:
            evaluator.draw()

        html = dashboard(client, running.round).content.decode()

        assert re.findall(r'<strong class="pr-nums">(.*?)</strong>', html) == ["5 / 12"]
        assert "Section 0" not in html
        assert "Section 1" not in html

    def test_shows_nothing_of_a_house_under_the_floor_and_then_no_projection(self, client: Client) -> None:
        running = make_open_round(evaluators=3, scheme=SchemeFactory(floor=5, min_return=50))

        response = dashboard(client, running.round)

        assert response.context["returned"] is None
        assert 'class="pr-nums"' not in response.content.decode()

    def test_tells_how_many_mails_are_due_of_reminders_too_for_everybody_gets_them(self, client: Client) -> None:
        now = timezone.now()
        running = make_open_round(
            evaluators=5,
            opens_at=now,
            casts_at=now + timedelta(days=2),
            closes_at=now + timedelta(days=4),
            collection=Collection.TWO_STAGE,
        )
        sent = {"number": 1, "announced_at": now, "tried_at": now}
        reminder = Announcement.objects.create(round=running.round, kind=AnnouncementKind.DRAWING, **sent)
        told = Announcement.objects.create(round=running.round, kind=AnnouncementKind.OPENED, **sent)
        for one in running.evaluators[:2]:
            Notice.objects.create(announcement=reminder, user=one.user, mail_due=True)
        assert dashboard(client, running.round).context["mails_due"] == 2

        Notice.objects.create(announcement=told, user=running.evaluators[0].user, mail_due=True)
        assert dashboard(client, running.round).context["mails_due"] == 3


def test_dashboard_takes_one_query_count_for_few_and_for_many(client: Client) -> None:
    counts = []
    for people in (4, 9):
        round = make_open_round(evaluators=people).round
        for number in range(people):
            make_member(round, make_user())
            Announcement.objects.create(
                round=round, kind="lengthened", number=number, announced_at=timezone.now(), tried_at=timezone.now()
            )
        dashboard(client, round)
        with CaptureQueriesContext(connection) as queries:
            client.get(page("round-dashboard", round))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_void_round_says_so_wherever_it_appears(client: Client) -> None:
    running = make_voted_round(evaluators=6, voters=1, scheme=SchemeFactory(min_return=90))
    round = count_all(running)
    rule = str(round.void_rule)
    voter = running.evaluators[0].user

    client.force_login(voter)
    shown = [
        reverse("peer_review:round-list"),
        page("round-detail", round),
        page("ballot-check", round),
        page("bulletin", round),
    ]
    for url in shown:
        assert rule in client.get(url).content.decode(), url
    client.force_login(round.organiser)
    for url in (reverse("peer_review:organiser-list"), page("round-dashboard", round)):
        assert rule in client.get(url).content.decode(), url
    # The check still proves that the ballot is in the bulletin.
    assert Client().get(page("bulletin-json", round)).status_code == 200
    assert client.get(page("all-results", round)).status_code in (403, 404)
