"""Pages of scrutineers: for those who hold a key, and nobody else."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.peer_review.rounds import RoundFactory, give_box_key, make_open_round, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def test_the_list_shows_the_rounds_whose_key_i_hold(client: Client) -> None:
    mine, _other = RoundFactory(), RoundFactory()
    client.force_login(mine.scrutineers.get())

    assert list(client.get(reverse("peer_review:scrutineer-list")).context["rounds"]) == [mine]


def test_the_list_says_which_key_is_to_be_destroyed(client: Client) -> None:
    counted, other = RoundFactory(), RoundFactory()
    scrutineer = counted.scrutineers.get()
    other.scrutineers.set([scrutineer])
    give_box_key(counted)
    counted.state = "counted"
    counted.save()
    client.force_login(scrutineer)

    assert client.get(reverse("peer_review:scrutineer-list")).context["to_destroy"] == {counted}


@pytest.mark.parametrize("role", ["organiser", "leadership", "inspector", "staff"])
def test_others_are_not_let_in(client: Client, role: str) -> None:
    running = make_open_round(evaluators=4)
    client.force_login(make_user("Other", role, is_superuser=True))

    assert client.get(reverse("peer_review:scrutineer-list")).status_code == 403
    page = client.get(reverse("peer_review:scrutineer-round", args=[running.round.public_id]))
    assert page.status_code in (403, 404)


@pytest.mark.parametrize(("state", "element"), [("draft", "make-key"), ("open", None), ("closed", "desk-form")])
def test_each_state_offers_its_step(client: Client, state: str, element: str | None) -> None:
    round = RoundFactory()
    round.state = state
    round.save()
    client.force_login(round.scrutineers.get())

    response = client.get(reverse("peer_review:scrutineer-round", args=[round.public_id]))
    html = response.content.decode()

    assert response.headers["Cache-Control"] == "no-store"
    assert [name for name in ("make-key", "desk-form") if f'id="{name}"' in html] == ([element] if element else [])
