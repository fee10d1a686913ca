"""The organiser's dashboard: one next action in every state, participation without names, reminders, a later end."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from peer_review.domain.rounds.lifecycle import archive_round
from peer_review.enums import AnnouncementKind, Collection
from peer_review.models import Announcement, KeyShare, Notice, Round
from tests.factories.peer_review.counted_rounds import count_all, make_voted_round, publish
from tests.factories.peer_review.rounds import (
    RoundFactory,
    SchemeFactory,
    make_member,
    make_open_round,
    make_ready_round,
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


class TestTheNextStep:
    def test_of_a_draft_is_its_first_obstacle_then_opening(self, client: Client) -> None:
        empty = RoundFactory()
        assert step(client, empty) == ("roll", page("round-roll", empty))

        ready = make_ready_round(evaluators=4).round
        assert step(client, ready) == ("open", page("round-open", ready))
        ready.cells.update(spki="", private_key=b"")
        assert step(client, ready) == ("keys", page("keys-prepare", ready))

    def test_of_a_draft_whose_key_is_missing_asks_the_scrutineer(self, client: Client) -> None:
        round = make_ready_round(evaluators=4).round
        Round.objects.update(box_public="", box_key_tested=False)
        KeyShare.objects.all().delete()

        code, url = step(client, round)

        assert (code, url) == ("no_box_key", "")

    def test_of_an_open_round_is_a_reminder_once_a_day(
        self, client: Client, django_capture_on_commit_callbacks: Any
    ) -> None:
        round = make_open_round(evaluators=4).round
        assert step(client, round) == ("remind", page("round-remind", round))

        with django_capture_on_commit_callbacks(execute=True):
            client.post(page("round-remind", round), {"text": "Please."})

        assert step(client, round) == ("wait", "")
        assert Notice.objects.count() == 3

    def test_before_the_opening_time_and_after_the_last_moment(self, client: Client) -> None:
        round = make_open_round(evaluators=4).round
        Round.objects.update(opens_at=timezone.now() + timedelta(hours=2))
        assert step(client, round) == ("wait", page("printed-notice", round))
        past = timezone.now() - timedelta(hours=2)
        Round.objects.update(opens_at=past, closes_at=past + timedelta(hours=1))
        assert step(client, round) == ("close", page("round-close", round))

    def test_from_closing_to_the_archive(self, client: Client) -> None:
        running = make_voted_round(evaluators=6)
        round = running.close()
        assert step(client, round) == ("unseal", "")
        round = count_all(running)
        assert step(client, round) == ("publish", page("round-publish", round))
        reviewer = make_user("Reviewer", "inspector")
        Round.objects.update(comments_reviewed=False, comment_reviewer=reviewer, form={**round.form, "comments": True})
        assert step(client, Round.objects.get()) == ("comments", "")
        Round.objects.update(comments_reviewed=True, form=round.form)
        round = publish(running)
        assert step(client, round) == ("archive", page("results", round))
        assert step(client, archive_round(round, by=round.organiser))[0] == "done"

    def test_of_a_void_round_is_to_repeat_it(self, client: Client) -> None:
        round = count_all(make_voted_round(evaluators=6, voters=1, scheme=SchemeFactory(min_return=90)))
        code, url = step(client, round)
        assert (code, url) == ("repeat", page("round-repeat", round))

        response = client.post(url)

        draft = Round.objects.drafts().get()
        assert response.url == page("round-dashboard", draft)
        assert draft.scheme == round.scheme


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

    def test_shows_no_group_under_the_floor_and_then_no_projection(self, client: Client) -> None:
        running = make_open_round(evaluators=3, scheme=SchemeFactory(floor=5, min_return=50))

        context = dashboard(client, running.round).context

        assert (context["participation"], context["returned"]) == ([], None)

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


class TestForms:
    def test_a_reminder_is_read_before_it_is_sent(self, client: Client) -> None:
        round = make_open_round(evaluators=4).round
        client.force_login(round.organiser)

        html = client.get(page("round-remind", round)).content.decode()

        assert round.title in html
        assert not Announcement.objects.exists()

    def test_the_end_is_moved_and_bad_input_stays(self, client: Client) -> None:
        round = make_open_round(evaluators=4).round
        client.force_login(round.organiser)
        earlier = timezone.localtime(round.closes_at - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")
        refused = client.post(page("round-extend", round), {"closes_at": earlier, "reason": "Kept words"})
        assert refused.status_code == 200
        assert "Kept words" in refused.content.decode()
        later = timezone.localtime(round.closes_at + timedelta(days=1)).replace(second=0, microsecond=0)

        form = {"closes_at": later.strftime("%Y-%m-%dT%H:%M"), "reason": "Flood"}
        assert client.post(page("round-extend", round), form).url == page("round-dashboard", round)

        round.refresh_from_db()
        assert round.closes_at == later
        assert round.announcements.get().text == "Flood"

    @pytest.mark.parametrize("name", ["round-remind", "round-extend", "round-repeat"])
    def test_are_the_responsible_organisers_alone(self, client: Client, name: str) -> None:
        round = make_open_round(evaluators=4).round
        for who in ("organiser", "leadership", "scrutineer"):
            client.force_login(make_user("Other", who, is_superuser=True))
            assert client.post(page(name, round), {}).status_code in (403, 404)
        assert not Announcement.objects.exists()

    @pytest.mark.parametrize("name", ["round-remind", "round-extend"])
    def test_are_there_while_the_round_is_open(self, client: Client, name: str) -> None:
        round = RoundFactory()
        client.force_login(round.organiser)
        assert client.get(page(name, round)).status_code == 404


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
    assert client.get(page("results", round)).status_code in (403, 404)
