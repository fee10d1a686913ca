"""The reminder's page: read before it is sent, once a day, by the responsible organiser, while the round is open."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from peer_review.enums import Collection, RoundState
from peer_review.models import Announcement, Notice, Round
from tests.factories.peer_review.rounds import STAGE, RunningRound, make_open_round, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def address(round: Round, name: str = "round-remind") -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id])


@pytest.fixture
def running() -> RunningRound:
    return make_open_round(evaluators=4)


@pytest.fixture
def organiser(running: RunningRound) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(running.round.organiser)
    return client


def test_a_reminder_is_read_before_it_is_sent(running: RunningRound, organiser: Client) -> None:
    response = organiser.get(address(running.round))

    assert running.round.title in response.content.decode()
    assert response.context["paragraphs"]
    assert (response.context["kind"], response.context["may_send"]) == ("reminder", True)
    assert not Announcement.objects.exists()


def test_a_reminder_goes_to_everybody_with_a_paper_in_the_same_words(
    running: RunningRound, organiser: Client, django_capture_on_commit_callbacks: Any
) -> None:
    running.evaluators[0].draw()
    running.vote(running.evaluators[0])

    with django_capture_on_commit_callbacks(execute=True):
        response = organiser.post(address(running.round), {"text": "  Please come. "}, follow=True)

    assert response.redirect_chain == [(address(running.round, "round-dashboard"), 302)]
    assert "The reminder is being sent." in response.content.decode()
    announcement = Announcement.objects.get()
    assert (announcement.kind, announcement.text, announcement.by) == (
        "reminder",
        "Please come.",
        running.round.organiser,
    )
    # Whoever has voted is reminded too: no list tells who has not.
    assert set(Notice.objects.values_list("user", flat=True)) == {one.user.pk for one in running.evaluators}


def test_while_papers_are_drawn_everybody_is_reminded_whether_they_have_drawn_or_not(
    django_capture_on_commit_callbacks: Any,
) -> None:
    now = timezone.now()
    running = make_open_round(
        evaluators=4,
        collection=Collection.TWO_STAGE,
        casts_at=now + STAGE,
        closes_at=now + timedelta(days=3),
    )
    running.evaluators[0].draw()
    client = Client()
    client.force_login(running.round.organiser)
    assert client.get(address(running.round)).context["kind"] == "drawing"

    with django_capture_on_commit_callbacks(execute=True):
        client.post(address(running.round), {"text": ""})

    assert set(Notice.objects.values_list("user", flat=True)) == {one.user.pk for one in running.evaluators}


def test_a_second_reminder_on_one_day_is_refused_and_the_page_says_when_the_next_may_go(
    running: RunningRound, organiser: Client
) -> None:
    organiser.post(address(running.round), {"text": ""})
    assert organiser.get(address(running.round)).context["may_send"] is False

    refused = organiser.post(address(running.round), {"text": "Again."})

    assert refused.status_code == 200
    assert refused.context["form"].non_field_errors()
    assert "A reminder has been sent today. The next can be sent tomorrow." in refused.content.decode()
    assert Announcement.objects.count() == 1


@pytest.mark.parametrize(
    ("opens", "closes"), [(timedelta(hours=1), timedelta(hours=2)), (-timedelta(hours=2), -timedelta(hours=1))]
)
def test_nobody_is_reminded_before_or_after_the_vote(
    running: RunningRound, organiser: Client, opens: timedelta, closes: timedelta
) -> None:
    now = timezone.now()
    Round.objects.update(opens_at=now + opens, closes_at=now + closes)

    refused = organiser.post(address(running.round), {"text": "Kept words"})

    assert refused.status_code == 200
    assert refused.context["form"].non_field_errors()
    assert "Kept words" in refused.content.decode()
    assert not Announcement.objects.exists()


def test_too_many_words_are_refused_and_stay(running: RunningRound, organiser: Client) -> None:
    refused = organiser.post(address(running.round), {"text": "x" * 501})

    assert set(refused.context["form"].errors) == {"text"}
    assert "x" * 501 in refused.content.decode()
    assert not Announcement.objects.exists()


@pytest.mark.parametrize("state", [state for state in RoundState if state != RoundState.OPEN])
def test_there_is_no_such_page_while_the_round_is_not_open(
    running: RunningRound, organiser: Client, state: RoundState
) -> None:
    Round.objects.update(state=state)

    assert organiser.get(address(running.round)).status_code == 404
    assert organiser.post(address(running.round), {"text": ""}).status_code == 404
    assert not Announcement.objects.exists()


@pytest.mark.parametrize("role", ["organiser", "leadership", "scrutineer", "inspector", "evaluator", "superuser"])
def test_nobody_else_reminds(running: RunningRound, client: Client, role: str) -> None:
    user = (
        running.evaluators[0].user
        if role == "evaluator"
        else make_user("Other", role, is_superuser=role == "superuser")
    )
    client.force_login(user)

    assert client.get(address(running.round)).status_code in (403, 404)
    assert client.post(address(running.round), {"text": ""}).status_code in (403, 404)
    assert not Announcement.objects.exists()


def test_strangers_are_asked_to_sign_in_and_no_round_is_not_there(running: RunningRound, organiser: Client) -> None:
    assert Client().get(address(running.round)).status_code == 302
    assert Client().post(address(running.round), {"text": ""}).status_code == 302
    assert organiser.get(address(Round(public_id="0" * 32))).status_code == 404


def test_a_reminder_wants_the_csrf_token(running: RunningRound) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(running.round.organiser)

    assert client.post(address(running.round), {"text": ""}).status_code == 403
    assert not Announcement.objects.exists()
