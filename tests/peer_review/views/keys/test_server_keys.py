"""Preparing the cell keys: started by a POST of the responsible organiser, with progress; refused once opened."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from peer_review.models import Round
from tests.factories.peer_review.rounds import make_open_round, make_ready_round, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def page(name: str, round: Round) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id])


def test_keys_are_prepared_and_progress_tells_how_many(client: Client, django_capture_on_commit_callbacks: Any) -> None:
    round = make_ready_round(evaluators=4, subjects=2).round
    round.cells.filter(pk=round.cells.first().pk).update(spki="", private_key=b"")
    client.force_login(round.organiser)
    assert client.get(page("keys-progress", round)).json() == {"ready": 1, "total": 2}

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(page("keys-prepare", round))

    assert response.url == page("round-dashboard", round)
    assert client.get(page("keys-progress", round)).json() == {"ready": 2, "total": 2}


def test_keys_of_an_open_round_are_not_prepared_again(client: Client) -> None:
    round = make_open_round(evaluators=4).round
    before = list(round.cells.values_list("spki"))
    client.force_login(round.organiser)

    client.post(page("keys-prepare", round))

    assert list(round.cells.values_list("spki")) == before


def test_keys_are_the_responsible_organisers_matter_and_no_get(client: Client) -> None:
    round = make_ready_round(evaluators=4).round
    client.force_login(round.organiser)
    assert client.get(page("keys-prepare", round)).status_code == 405
    client.force_login(make_user("Other", "organiser"))

    assert client.get(page("keys-progress", round)).status_code == 404
    assert client.post(page("keys-prepare", round)).status_code == 404
