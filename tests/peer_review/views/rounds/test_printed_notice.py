"""The printed notice: the fingerprint in words and as a picture, for all who may see the round, once it is open."""

import pytest
from django.test import Client
from django.urls import reverse

from peer_review.models import Round
from tests.factories.peer_review.rounds import make_open_round, make_ready_round, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def page(name: str, round: Round) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id])


def test_the_printed_notice_shows_the_fingerprint_and_no_kiosk_without_paper_voters(client: Client) -> None:
    running = make_open_round(evaluators=4)
    round = running.round
    client.force_login(running.evaluators[0].user)

    response = client.get(page("printed-notice", round))

    assert " ".join(round.fingerprint[at : at + 4] for at in range(0, 64, 4)) in response.content.decode()
    assert response.context["kiosk"] == ""


def test_the_printed_notice_of_a_draft_is_not_there(client: Client) -> None:
    round = make_ready_round(evaluators=4).round
    client.force_login(round.organiser)

    for name in ("printed-notice", "printed-notice-qr"):
        assert client.get(page(name, round)).status_code == 404


def test_the_picture_is_black_on_white_and_hidden_from_strangers(client: Client) -> None:
    round = make_open_round(evaluators=4).round
    client.force_login(round.organiser)

    response = client.get(page("printed-notice-qr", round))

    assert response.headers["Content-Type"] == "image/svg+xml"
    assert b"#000" in response.content
    client.force_login(make_user("Stranger"))
    assert client.get(page("printed-notice-qr", round)).status_code == 404
