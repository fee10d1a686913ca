"""The endpoints that the scrutineer's browser calls."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from peer_review.domain.tally import count
from tests.factories.peer_review.box import lay_no_dummies
from tests.factories.peer_review.counted_rounds import content_keys, make_voted_round
from tests.factories.peer_review.rounds import RunningRound, make_user
from zhengyan_crypto.encoding import b64u_encode

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def address(running: RunningRound, name: str) -> str:
    return reverse(f"peer_review:count-{name}", args=[running.round.public_id])


def post(client: Client, url: str, body: Any) -> Any:
    return client.post(url, json.dumps(body), content_type="application/json")


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> RunningRound:
    lay_no_dummies(monkeypatch)
    running = make_voted_round(evaluators=6)
    running.close()
    return running


@pytest.fixture
def scrutineer(closed: RunningRound, client: Client) -> Client:
    client.force_login(closed.round.scrutineers.get())
    return client


def send_keys(client: Client, running: RunningRound, keys: dict[bytes, bytes]) -> Any:
    return post(client, address(running, "keys"), {"keys": {row.hex(): b64u_encode(key) for row, key in keys.items()}})


def test_box_is_opened_counted_and_watched(closed: RunningRound, scrutineer: Client) -> None:
    seen = []
    while (answer := scrutineer.get(address(closed, "rows"), {"limit": "2"}).json())["rows"]:
        seen.append((len(answer["rows"]), answer["opened"], answer["total"]))
        assert send_keys(scrutineer, closed, content_keys(closed, answer["rows"])).status_code == 200
    assert seen == [(2, 0, 5), (2, 2, 5), (1, 4, 5)]
    done = {"state": "counted", "phase": "done", "done": 0, "total": 0}
    assert post(scrutineer, address(closed, "finish"), {}).json() == done
    assert scrutineer.get(address(closed, "progress")).json() == done


def test_wrong_key_is_refused_and_nothing_is_written(closed: RunningRound, scrutineer: Client) -> None:
    rows = scrutineer.get(address(closed, "rows")).json()["rows"]
    keys = dict.fromkeys(content_keys(closed, rows), bytes(32))
    answer = send_keys(scrutineer, closed, keys)
    assert (answer.status_code, answer.json()) == (422, {"error": "wrong_key"})
    assert count.opening(closed.round).opened == 0


@pytest.mark.parametrize(
    "body", [{}, {"keys": []}, {"keys": {"xx": "AA"}}, {"keys": {"0" * 32: "AA"}}, {"keys": {}, "more": 1}, []]
)
def test_nonsense_is_refused(body: Any, closed: RunningRound, scrutineer: Client) -> None:
    answer = post(scrutineer, address(closed, "keys"), body)
    assert (answer.status_code, answer.json()) == (400, {"error": "bad_encoding"})


def test_count_is_refused_while_rows_are_sealed(closed: RunningRound, scrutineer: Client) -> None:
    answer = post(scrutineer, address(closed, "finish"), {})
    assert (answer.status_code, answer.json()) == (409, {"error": "box_still_sealed"})


def test_open_round_gives_out_no_row(client: Client) -> None:
    running = make_voted_round(evaluators=3)
    client.force_login(running.round.scrutineers.get())
    for answer in (client.get(address(running, "rows")), post(client, address(running, "keys"), {"keys": {}})):
        assert (answer.status_code, answer.json()) == (409, {"error": "wrong_state"})


@pytest.mark.parametrize(
    ("role", "status", "error"),
    [
        ("", 401, "login"),
        ("organiser", 403, "not_scrutineer"),
        ("inspector", 403, "not_scrutineer"),
        ("leadership", 403, "not_scrutineer"),
        ("scrutineer", 404, "unknown_round"),
        ("superuser", 404, "unknown_round"),
    ],
)
def test_only_a_scrutineer_of_this_round_opens_the_box(
    role: str, status: int, error: str, closed: RunningRound, client: Client
) -> None:
    if role == "organiser":
        client.force_login(closed.round.organiser)
    elif role:
        client.force_login(make_user("", role, is_superuser=role == "superuser"))
    answers = [client.get(address(closed, name)) for name in ("rows", "progress")]
    answers += [post(client, address(closed, name), {"keys": {}}) for name in ("keys", "finish")]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(status, {"error": error})] * 4


def test_keys_and_finish_ask_for_the_csrf_token(closed: RunningRound) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(closed.round.scrutineers.get())
    for name in ("keys", "finish"):
        assert post(client, address(closed, name), {"keys": {}}).status_code == 403
