"""Two stages: what an evaluator is told on the list, on the round's page and on the ballot page."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from peer_review.enums import Collection
from peer_review.models import Round
from peer_review.views.ballots.stages import stage_of
from tests.factories.peer_review.rounds import STAGE, RunningRound, make_open_round

pytestmark = pytest.mark.django_db(databases=["default", "box"])
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def two_stage_round(**fields: Any) -> RunningRound:
    """A round in its first stage, with three evaluators of one subject."""
    return make_open_round(evaluators=4, collection=Collection.TWO_STAGE, casts_at=timezone.now() + STAGE, **fields)


def page(client: Client, name: str, round: Round) -> Any:
    return client.get(reverse(f"peer_review:{name}", args=[round.public_id]), headers={"Accept-Language": "en"})


@pytest.mark.parametrize(
    ("hours", "drawn", "says", "action"),
    [
        (0, False, "Stage 1 of 2: draw your credentials until", "Draw my credentials"),
        (0, True, "Stage 1 of 2: you have drawn", "Prepare the answers"),
        (26, True, "Stage 2 of 2: cast until", "Cast the ballots"),
        (26, False, "Drawing ended on", ""),
    ],
)
def test_the_stage_says_what_to_do_now(hours: int, drawn: bool, says: str, action: str) -> None:
    round = two_stage_round().round

    stage = stage_of(round, drawn=drawn, now=timezone.now() + hours * HOUR)

    assert stage is not None
    assert stage.text.startswith(says)
    assert stage.action == action


def test_a_round_of_one_visit_has_no_stages() -> None:
    assert stage_of(make_open_round(evaluators=4).round, drawn=False) is None


def test_before_its_opening_a_round_says_when_drawing_begins() -> None:
    round = two_stage_round(opens_at=timezone.now() + HOUR).round

    stage = stage_of(round, drawn=False)

    assert stage is not None
    assert stage.text.startswith("Stage 1 of 2: drawing begins on")


def test_list_and_round_page_name_the_stage(client: Client) -> None:
    running = two_stage_round()
    client.force_login(running.evaluators[0].user)

    listed = client.get(reverse("peer_review:round-list"), headers={"Accept-Language": "en"}).content.decode()
    shown = page(client, "round-detail", running.round).content.decode()

    for html in (listed, shown):
        assert "Stage 1 of 2: draw your credentials until" in html
        assert "Draw my credentials" in html


def test_a_round_whose_drawing_ended_without_me_waits_for_nothing(client: Client) -> None:
    running = two_stage_round()
    drawn, late = running.evaluators[:2]
    drawn.draw()
    Round.objects.update(casts_at=timezone.now() - timedelta(minutes=1))
    listed = []
    for voter in (drawn, late):
        client.force_login(voter.user)
        context = client.get(reverse("peer_review:round-list")).context
        listed.append((len(context["waiting"]), len(context["others"])))

    assert listed == [(1, 0), (0, 1)]
