"""The kiosk and the organiser's envelopes: who gets in, what the pages hold, and what is refused."""

import json
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from peer_review.models import Round
from tests.factories.peer_review.envelopes import Envelope, encoded, make_paper_round, print_envelopes
from tests.factories.peer_review.rounds import RunningRound, make_ready_round

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def running() -> RunningRound:
    return make_paper_round()


def address(round: Round, name: str, *more: Any) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id, *more])


def send(client: Client, url: str, body: Any, **headers: str) -> Any:
    return client.post(url, json.dumps(body), content_type="application/json", headers=headers)


def test_an_envelope_opens_the_papers_of_its_urn_and_sets_no_cookie(client: Client, running: RunningRound) -> None:
    envelope = print_envelopes(running)[0]
    answer = send(client, address(running.round, "kiosk-draw"), {"blinded": encoded(envelope.blinded())})
    assert answer.status_code == 200
    assert answer.json()["signed"].keys() == envelope.cells.keys()
    assert (answer.cookies, answer["Cache-Control"]) == ({}, "no-store")

    page = client.get(answer.json()["page"], headers={"accept-language": "en"})

    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    assert page.context["config"]["mode"] == "kiosk"
    assert page.context["config"]["cells"] == list(envelope.cells)
    assert "csrf" not in page.context["config"]
    assert "sessionid" not in client.cookies


def test_a_request_that_carries_a_cookie_is_refused(running: RunningRound) -> None:
    envelope = print_envelopes(running)[0]
    client = Client()
    client.force_login(running.round.organiser)
    answer = send(client, address(running.round, "kiosk-draw"), {"blinded": encoded(envelope.blinded())})
    assert (answer.status_code, answer.json()["error"]) == (400, "cookie_on_anonymous_endpoint")


@pytest.mark.parametrize("body", [{}, {"blinded": []}, {"blinded": {"x": 1}}, {"blinded": {}, "more": 1}, "text"])
def test_what_is_no_envelope_is_refused(client: Client, running: RunningRound, body: Any) -> None:
    answer = send(client, address(running.round, "kiosk-draw"), body)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_encoding")


def test_a_code_that_was_never_printed_opens_nothing(client: Client, running: RunningRound) -> None:
    print_envelopes(running)
    stranger = Envelope(running.round.urns.get())
    answer = send(client, address(running.round, "kiosk-draw"), {"blinded": encoded(stranger.blinded())})
    assert (answer.status_code, answer.json()["error"]) == (403, "unknown_envelope")
    assert client.get(address(running.round, "kiosk-draw")).status_code == 405


def test_papers_are_shown_to_nobody_without_an_envelope(client: Client, running: RunningRound) -> None:
    print_envelopes(running)
    start = address(running.round, "kiosk")
    subject = running.round.subjects.get().label
    assert subject not in client.get(start).content.decode()
    other = signing.dumps(1, salt="peer_review.kiosk." + "0" * 32)
    for token in ("1", "x.y.z", other):
        assert client.get(address(running.round, "kiosk-ballot", token)).headers["Location"] == start


def test_the_kiosk_of_a_closed_round_or_one_without_envelopes_says_so(client: Client, running: RunningRound) -> None:
    start = address(running.round, "kiosk")
    assert not client.get(start).context["collecting"]
    envelope = print_envelopes(running)[0]
    assert client.get(start).context["collecting"]
    answer = send(Client(), address(running.round, "kiosk-draw"), {"blinded": encoded(envelope.blinded())})
    running.close()
    assert not client.get(start).context["collecting"]
    assert client.get(answer.json()["page"]).headers["Location"] == start
    late = send(Client(), address(running.round, "kiosk-draw"), {"blinded": encoded(envelope.blinded())})
    assert (late.status_code, late.json()["error"]) == (410, "draw_closed")


def test_a_draft_has_no_kiosk(client: Client) -> None:
    round = make_ready_round().round
    assert client.get(address(round, "kiosk")).status_code == 404
