"""Drawing and the box key over HTTP: session, CSRF, and no trace of the moment."""

import json
import logging
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from peer_review.models import Round
from tests.factories.peer_review.rounds import Evaluator, make_open_round, make_ready_round, make_user
from zhengyan_crypto.encoding import b64u_decode, b64u_encode

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def client_of(user: Any, **kwargs: Any) -> Client:
    client = Client(**kwargs)
    client.force_login(user)
    return client


def body_of(evaluator: Evaluator) -> dict[str, Any]:
    return {"blinded": {cell: b64u_encode(value) for cell, value in evaluator.blinded().items()}}


def post(client: Client, round: Round, body: Any, name: str = "draw", **extra: Any) -> Any:
    data = body if isinstance(body, str) else json.dumps(body)
    return client.post(reverse(f"peer_review:{name}", args=[round.public_id]), data, "application/json", **extra)


def test_draw_answers_with_a_signature_for_every_cell() -> None:
    running = make_open_round(evaluators=3, subjects=2)
    evaluator = running.evaluators[2]

    response = post(client_of(evaluator.user), running.round, body_of(evaluator))

    assert response.status_code == 200
    signed = {cell: b64u_decode(value) for cell, value in response.json()["signed"].items()}
    drawn_at = response.json()["drawn_at"]
    assert set(evaluator.keep(signed, drawn_at)) == set(evaluator.cells)
    again = post(client_of(evaluator.user), running.round, body_of(evaluator)).json()
    assert again["signed"] == response.json()["signed"]
    assert again["drawn_at"] >= drawn_at > 1_700_000_000_000


def test_draw_errors_have_their_names() -> None:
    running = make_open_round()
    evaluator = running.evaluators[0]
    body = body_of(evaluator)
    client = client_of(evaluator.user)

    def answer(response: Any) -> tuple[int, str]:
        return response.status_code, response.json()["error"]

    assert answer(post(Client(), running.round, body)) == (401, "login")
    assert answer(post(client_of(make_user()), running.round, body)) == (403, "not_eligible")
    assert answer(post(client, Round(public_id="0" * 32), body)) == (404, "unknown_round")
    for bad in ("[", "[]", "{}", {"blinded": []}, {"blinded": {}, "x": 1}, {"blinded": {"x": "@"}}):
        assert answer(post(client, running.round, bad)) == (400, "bad_encoding")
    assert client.get(reverse("peer_review:draw", args=[running.round.public_id])).status_code == 405
    assert post(client, running.round, body).status_code == 200
    other = body_of(Evaluator(evaluator.user, running.round))
    assert answer(post(client, running.round, other)) == (409, "already_drawn")
    assert answer(post(client, make_ready_round().round, body)) == (425, "not_open_yet")
    running.close()
    assert answer(post(client, running.round, body)) == (410, "draw_closed")


def test_draw_wants_the_csrf_token() -> None:
    running = make_open_round()
    evaluator = running.evaluators[0]
    client = client_of(evaluator.user, enforce_csrf_checks=True)

    assert post(client, running.round, body_of(evaluator)).status_code == 403
    client.cookies["csrftoken"] = "a" * 32
    assert post(client, running.round, body_of(evaluator), HTTP_X_CSRFTOKEN="a" * 32).status_code == 200


def test_draw_leaves_session_sign_in_and_log_as_they_were(caplog: pytest.LogCaptureFixture) -> None:
    running = make_open_round()
    evaluator = running.evaluators[0]
    client = client_of(evaluator.user)
    sessions = list(Session.objects.order_by("pk").values_list())
    evaluator.user.refresh_from_db()
    signed_in = evaluator.user.last_login
    other = body_of(Evaluator(evaluator.user, running.round))
    caplog.clear()  # the sign-in has left a line, without a name

    with caplog.at_level(logging.DEBUG):
        responses = [post(client, running.round, body_of(evaluator)), post(client, running.round, other)]

    assert [response.status_code for response in responses] == [200, 409]
    assert not any(response.cookies for response in responses)
    assert list(Session.objects.order_by("pk").values_list()) == sessions
    evaluator.user.refresh_from_db()
    assert evaluator.user.last_login == signed_in
    assert [record for record in caplog.records if record.name != "asyncio"] == []
