"""The kiosk: who gets in, what the pages hold, and what is refused."""

import json
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from peer_review.models import Round
from tests.factories.peer_review.envelopes import Envelope, make_envelopes, make_paper_round
from tests.factories.peer_review.rounds import RunningRound, make_ready_round
from zhengyan_crypto.encoding import b64u_encode

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def running() -> RunningRound:
    return make_paper_round()


def address(round: Round, name: str, *more: Any) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id, *more])


def encoded(blinded: dict[str, bytes]) -> dict[str, str]:
    return {cell: b64u_encode(value) for cell, value in blinded.items()}


def send(client: Client, url: str, body: Any, **headers: str) -> Any:
    return client.post(url, json.dumps(body), content_type="application/json", headers=headers)


def ticket_of(envelope: Envelope) -> dict[str, Any]:
    return {"ticket": b64u_encode(envelope.ticket)}


def drawing(envelope: Envelope) -> dict[str, Any]:
    return ticket_of(envelope) | {"blinded": encoded(envelope.blinded())}


def made(running: RunningRound) -> list[Envelope]:
    return make_envelopes(running)[1]


def test_a_ticket_opens_the_papers_of_its_urn_and_draws_them_without_a_cookie(
    client: Client, running: RunningRound
) -> None:
    envelope = made(running)[0]
    answer = send(client, address(running.round, "kiosk-open"), ticket_of(envelope))
    assert (answer.status_code, answer.json().keys()) == (200, {"page"})
    assert (answer.cookies, answer["Cache-Control"]) == ({}, "no-store")

    page = client.get(answer.json()["page"], headers={"accept-language": "en"})

    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    assert page.context["config"]["mode"] == "kiosk"
    assert page.context["config"]["cells"] == list(envelope.cells)
    assert "csrf" not in page.context["config"]
    # Few are asked with whoever stands here, and nobody knows that it is not the subject.
    html = page.content.decode()
    assert "Asked with you: 4 other people (2 of them on paper)" in html
    voters = [one.user.get_full_name() for one in running.evaluators]
    assert [name for name in voters if name in html] == []
    assert "sessionid" not in client.cookies

    drawn = send(Client(), address(running.round, "kiosk-draw"), drawing(envelope))

    assert drawn.status_code == 200
    assert drawn.json().keys() == {"signed", "drawn_at"}
    assert drawn.json()["signed"].keys() == envelope.cells.keys()
    assert drawn.json()["drawn_at"] > 1_700_000_000_000
    assert (drawn.cookies, drawn["Cache-Control"]) == ({}, "no-store")


def test_a_spent_ticket_is_refused_to_another_browser(client: Client, running: RunningRound) -> None:
    envelope = made(running)[0]
    assert send(client, address(running.round, "kiosk-draw"), drawing(envelope)).status_code == 200
    again = send(client, address(running.round, "kiosk-draw"), drawing(envelope))
    assert again.status_code == 200
    envelope.master = bytes(20)
    answer = send(client, address(running.round, "kiosk-draw"), drawing(envelope))
    assert (answer.status_code, answer.json()["error"]) == (409, "already_drawn")


@pytest.mark.parametrize("name", ["kiosk-open", "kiosk-draw"])
def test_a_request_that_carries_a_cookie_is_refused(running: RunningRound, name: str) -> None:
    envelope = made(running)[0]
    client = Client()
    client.force_login(running.round.organiser)
    body = drawing(envelope) if name == "kiosk-draw" else ticket_of(envelope)
    answer = send(client, address(running.round, name), body)
    assert (answer.status_code, answer.json()["error"]) == (400, "cookie_on_anonymous_endpoint")


TICKET = b64u_encode(bytes(20))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"ticket": TICKET, "blinded": []},
        {"ticket": TICKET, "blinded": {"x": 1}},
        {"ticket": TICKET, "blinded": {}, "more": 1},
        {"ticket": "AA", "blinded": {}},
        {"ticket": 1, "blinded": {}},
        {"blinded": {}},
        "text",
    ],
)
def test_what_is_no_envelope_is_refused(client: Client, running: RunningRound, body: Any) -> None:
    answer = send(client, address(running.round, "kiosk-draw"), body)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_encoding")
    if isinstance(body, dict):
        body.pop("blinded", None)
    if body != {"ticket": TICKET}:
        answer = send(client, address(running.round, "kiosk-open"), body)
        assert (answer.status_code, answer.json()["error"]) == (400, "bad_encoding")


def test_a_code_that_was_never_printed_opens_nothing(client: Client, running: RunningRound) -> None:
    made(running)
    stranger = Envelope(running.round.urns.get())
    for name, body in (("kiosk-open", ticket_of(stranger)), ("kiosk-draw", drawing(stranger))):
        answer = send(client, address(running.round, name), body)
        assert (answer.status_code, answer.json()["error"]) == (403, "unknown_envelope")
        assert client.get(address(running.round, name)).status_code == 405


def test_papers_are_shown_to_nobody_without_an_envelope(client: Client, running: RunningRound) -> None:
    made(running)
    start = address(running.round, "kiosk")
    subject = running.round.subjects.get().label
    assert subject not in client.get(start).content.decode()
    other = signing.dumps(1, salt="peer_review.kiosk." + "0" * 32)
    for token in ("1", "x.y.z", other):
        assert client.get(address(running.round, "kiosk-ballot", token)).headers["Location"] == start


def test_the_kiosk_of_a_closed_round_or_one_without_envelopes_says_so(client: Client, running: RunningRound) -> None:
    start = address(running.round, "kiosk")
    assert not client.get(start).context["collecting"]
    envelope = made(running)[0]
    assert client.get(start).context["collecting"]
    answer = send(Client(), address(running.round, "kiosk-open"), ticket_of(envelope))
    running.close()
    assert not client.get(start).context["collecting"]
    assert client.get(answer.json()["page"]).headers["Location"] == start
    late = send(Client(), address(running.round, "kiosk-draw"), drawing(envelope))
    assert (late.status_code, late.json()["error"]) == (410, "draw_closed")


def test_a_draft_has_no_kiosk(client: Client) -> None:
    round = make_ready_round().round
    assert client.get(address(round, "kiosk")).status_code == 404


def test_paper_voters_are_told_to_draw_an_envelope(client: Client, running: RunningRound) -> None:
    client.force_login(running.evaluators[-1].user)
    page = client.get(address(running.round, "ballot"), follow=True, headers={"accept-language": "en"})
    assert "you vote on paper" in page.content.decode()
    assert page.request["PATH_INFO"] == address(running.round, "round-detail")
