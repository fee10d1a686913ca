"""How pages find their round: strangers sign in first, what is not theirs does not exist or is refused."""

from collections.abc import Iterator
from typing import Generic

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.views.generic import View

from tests.factories.peer_review.rounds import make_open_round, make_ready_round, make_user

UNKNOWN = "0" * 32


def patterns(of: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in of:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns)
        else:
            yield pattern


def test_no_mixin_of_a_view_comes_after_view_itself() -> None:
    """View.dispatch calls nothing after it, so a check that stood there would never be asked."""
    views = {getattr(pattern.callback, "view_class", None) for pattern in patterns(get_resolver().url_patterns)}
    orders = [view.__mro__ for view in views if view is not None and issubclass(view, View)]

    assert len(orders) > 100
    for order in orders:
        assert set(order[order.index(View) + 1 :]) <= {Generic, object}, order[0]


@pytest.mark.django_db(databases=["default", "box"])
@pytest.mark.parametrize("name", ["round-detail", "round-dashboard", "comments-review", "my-outcome"])
def test_strangers_sign_in_whether_there_is_such_a_round_or_not(name: str, client: Client) -> None:
    known = make_open_round(evaluators=4).round.public_id
    for public_id in (known, UNKNOWN):
        response = client.get(reverse(f"peer_review:{name}", args=[public_id]))
        assert response.status_code == 302
        assert "next=" in response["Location"]


@pytest.mark.django_db(databases=["default", "box"])
def test_what_is_unknown_is_404_what_is_not_permitted_403_and_what_is_hidden_404(client: Client) -> None:
    running = make_open_round(evaluators=4)
    client.force_login(running.evaluators[0].user)

    def status(name: str, public_id: str) -> int:
        return client.get(reverse(f"peer_review:{name}", args=[public_id])).status_code

    assert status("round-detail", running.round.public_id) == 200
    assert status("round-dashboard", running.round.public_id) == 403
    assert status("comments-review", running.round.public_id) == 404
    for name in ("round-detail", "round-dashboard", "comments-review", "my-outcome"):
        assert status(name, UNKNOWN) == 404
    client.force_login(make_user("Nobody"))
    assert status("round-detail", running.round.public_id) == 404


@pytest.mark.django_db(databases=["default", "box"])
def test_a_page_that_asks_twice_loads_its_round_once(client: Client) -> None:
    round = make_ready_round(evaluators=4).round
    client.force_login(round.organiser)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse("peer_review:round-plan", args=[round.public_id])).status_code == 200

    loads = [query["sql"] for query in queries if f"'{round.public_id}'" in query["sql"] and "LIMIT 21" in query["sql"]]
    assert len(loads) == 1
