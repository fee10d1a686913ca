"""The box key and the server: who may give its public half, say who holds it, and take what the command needs."""

import json
import re
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.conf import settings
from django.test import Client
from django.urls import reverse

from peer_review.domain.keys import custody
from peer_review.enums import RoundState
from peer_review.models import Round
from tests.factories.peer_review.counted_rounds import make_voted_round
from tests.factories.peer_review.rounds import RoundFactory, make_user
from zhengyan_crypto import sealing
from zhengyan_crypto.encoding import b64u_decode, b64u_encode

pytestmark = pytest.mark.django_db(databases=["default", "box"])

PRIVATE = bytes(range(32))
PUBLIC = b64u_encode(X25519PrivateKey.from_private_bytes(PRIVATE).public_key().public_bytes_raw())


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(client: Client, round: Round, body: Any, name: str = "box-key") -> Any:
    url = reverse(f"peer_review:{name}", args=[round.public_id])
    return client.post(url, json.dumps(body), content_type="application/json")


def page(client: Client, round: Round) -> Any:
    return client.get(reverse("peer_review:scrutineer-round", args=[round.public_id]))


def content_key(round: Round, epk: str) -> str:
    return b64u_encode(sealing.content_key(PRIVATE, b64u_decode(epk), round_id=round.public_id))


def make_round() -> tuple[Round, list[Any]]:
    people = [make_user(f"Scrutineer {letter}", "scrutineer") for letter in "ABC"]
    return RoundFactory(scrutineers=people), people


def in_shares(people: list[Any], threshold: int = 2) -> dict[str, Any]:
    return {"public": PUBLIC, "threshold": threshold, "holders": [person.pk for person in people]}


def test_a_whole_key_is_given_and_proven() -> None:
    round = RoundFactory()
    client = client_of(round.scrutineers.get())

    epk = post(client, round, {"public": PUBLIC}).json()["epk"]
    wrong = post(client, round, {"key": b64u_encode(bytes(32))}, "box-key-test")
    right = post(client, round, {"key": content_key(round, epk)}, "box-key-test")

    assert (wrong.status_code, wrong.json()) == (422, {"error": "wrong_key"})
    assert right.json() == {"ok": True}
    round.refresh_from_db()
    assert (round.box_public, round.box_key_tested) == (PUBLIC, True)


def test_a_key_in_shares_is_given_confirmed_and_proven() -> None:
    round, people = make_round()
    client = client_of(people[1])

    epk = post(client, round, in_shares(people[::-1])).json()["epk"]
    early = post(client, round, {"key": content_key(round, epk)}, "box-key-test")
    assert (early.status_code, early.json()) == (409, {"error": "shares_unconfirmed"})
    assert 'id="test"' not in page(client, round).content.decode()
    for number in (1, 2, 3):
        stale = post(client, round, {"number": number, "epk": b64u_encode(bytes(32))}, "box-key-share")
        assert (stale.status_code, stale.json()) == (409, {"error": "box_key_replaced"})
        assert post(client, round, {"number": number, "epk": epk}, "box-key-share").json() == {"ok": True}
    html = page(client, round)
    assert 'id="test"' in html.content.decode()
    assert html.context["config"]["epk"] == epk
    assert post(client, round, {"key": content_key(round, epk)}, "box-key-test").json() == {"ok": True}

    round.refresh_from_db()
    found = custody.custody(round)
    assert ([share.holder for share in found.shares], found.threshold, found.is_ready) == (people[::-1], 2, True)


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"threshold": "2"}, 400, "bad_encoding"),
        ({"holders": "all"}, 400, "bad_encoding"),
        ({"holders": ["1", "2"]}, 400, "bad_encoding"),
        ({"more": 1}, 400, "bad_encoding"),
        ({"public": 7}, 400, "bad_encoding"),
        ({"threshold": 4}, 422, "shares_invalid"),
        ({"holders": [1, 999_999]}, 422, "shares_invalid"),
        ({"public": b64u_encode(bytes(32))}, 422, "bad_box_key"),
    ],
)
def test_nonsense_is_refused_and_nothing_kept(change: dict[str, Any], status: int, error: str) -> None:
    round, people = make_round()
    answer = post(client_of(people[0]), round, in_shares(people) | change)
    assert (answer.status_code, answer.json()) == (status, {"error": error})
    for body in (
        {"number": "1", "epk": PUBLIC},
        {},
        {"number": 1},
        {"number": 9, "epk": PUBLIC},
        {"number": 1, "epk": 7},
    ):
        assert post(client_of(people[0]), round, body, "box-key-share").status_code in (400, 404)
    round.refresh_from_db()
    assert (round.box_public, round.key_shares.count()) == ("", 0)


def test_nobody_else_sets_confirms_tests_or_takes_rows() -> None:
    round, people = make_round()
    strangers = [(round.organiser, 403), (make_user("", "scrutineer"), 404), (make_user(is_superuser=True), 404)]
    for user, status in strangers:
        client = client_of(user)
        for body, name in (
            (in_shares(people), "box-key"),
            ({"number": 1, "epk": PUBLIC}, "box-key-share"),
            ({"key": b64u_encode(bytes(32))}, "box-key-test"),
        ):
            assert post(client, round, body, name).status_code == status
        for name in ("share-confirm", "share-destroy"):
            assert client.post(reverse(f"peer_review:{name}", args=[round.public_id])).status_code == status
        assert client.get(reverse("peer_review:box-rows", args=[round.public_id])).status_code == status
    assert post(Client(), round, {"public": PUBLIC}).status_code == 401
    round.refresh_from_db()
    assert round.box_public == ""


def test_each_holder_confirms_and_destroys_their_own_by_a_button() -> None:
    round, people = make_round()
    custody.set_box_key(round, by=people[0], public=b64u_decode(PUBLIC), threshold=2, holders=people)
    client = client_of(people[1])
    confirm, destroy = (reverse(f"peer_review:share-{step}", args=[round.public_id]) for step in ("confirm", "destroy"))
    assert confirm in page(client, round).content.decode()

    form = dict(re.findall(r'<input type="hidden" name="(epk)" value="([^"]*)">', page(client, round).content.decode()))
    for stale in ({}, {"epk": "\x00"}, {"epk": b64u_encode(bytes(32))}):
        refused = client.post(confirm, stale, follow=True)
        assert [message.level_tag for message in refused.context["messages"]] == ["error"]
        assert not any(share.confirmed for share in custody.custody(round).shares)

    client.post(confirm, form)

    assert [share.confirmed for share in custody.custody(round).shares] == [False, True, False]
    assert confirm not in page(client, round).content.decode()
    early = client.post(destroy, follow=True)
    assert [message.level_tag for message in early.context["messages"]] == ["error"]
    Round.objects.filter(pk=round.pk).update(state=RoundState.COUNTED)
    assert destroy in page(client, round).content.decode()

    client.post(destroy)

    assert [share.destroyed for share in custody.custody(round).shares] == [False, True, False]
    assert destroy not in page(client, round).content.decode()


@pytest.mark.parametrize(
    ("number", "choices", "chosen"), [(1, [], 1), (2, [2], 2), (3, [2, 3], 2), (5, [2, 3, 4, 5], 3)]
)
def test_the_recommended_choice_is_made_already(number: int, choices: list[int], chosen: int) -> None:
    people = [make_user(f"Scrutineer {letter}", "scrutineer") for letter in "ABCDE"[:number]]
    shown = page(client_of(people[0]), RoundFactory(scrutineers=people))
    assert (list(shown.context["thresholds"]), shown.context["recommended"]) == (choices, chosen)
    assert ('id="kept-shares"' in shown.content.decode()) == (number > 1)


def rows_of(client: Client, round: Round) -> Any:
    return client.get(reverse("peer_review:box-rows", args=[round.public_id]))


def test_the_rows_file_holds_the_test_row_of_a_draft_and_the_sealed_rows_of_a_closed_round() -> None:
    round, people = make_round()
    client = client_of(people[0])
    assert rows_of(client, round).status_code == 302  # no key yet
    epk = post(client, round, {"public": PUBLIC}).json()["epk"]
    assert rows_of(client, round).json() == {
        "v": 1,
        "round": round.public_id,
        "box": PUBLIC,
        "rows": [{"id": "0" * 32, "epk": epk}],
    }

    running = make_voted_round(evaluators=6)
    client = client_of(running.round.scrutineers.get())
    assert rows_of(client, running.round).status_code == 302  # still open
    running.close()
    answer = rows_of(client, running.round)
    listed = client.get(reverse("peer_review:count-rows", args=[running.round.public_id])).json()["rows"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json()["rows"] == listed
    assert len(listed) >= 5  # ballots, and dummies


def test_the_command_is_handed_out_to_anybody() -> None:
    answer = Client().get(reverse("peer_review:open-box"))
    code = b"".join(answer)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="open_box.py"'
    assert code.startswith(b"#!/usr/bin/env python3\n")
    assert "peer_review:open-box" in settings.OPEN_ROUTES
