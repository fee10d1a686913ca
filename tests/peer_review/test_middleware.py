"""No page of an unlogged route passes its address on, whatever becomes of the request; its forms still work."""

import json

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from peer_review.middleware import POLICY, UnloggedRoutesMiddleware
from peer_review.unlogged_routes import UNLOGGED
from tests.factories.peer_review.rounds import make_open_round, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def policy(client: Client, address: str, method: str = "get") -> str:
    return getattr(client, method)(address).headers["Referrer-Policy"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", UNLOGGED)
@pytest.mark.parametrize("is_known", [False, True], ids=["stranger", "evaluator"])
def test_every_answer_of_an_unlogged_route_keeps_its_address(name: str, is_known: bool) -> None:
    """Pages, redirects, refusals and rounds that nobody knows."""
    running = make_open_round(evaluators=6)
    client = Client(raise_request_exception=False)
    if is_known:
        client.force_login(running.evaluators[-1].user)
    for public_id in (running.round.public_id, "f" * 32):
        address = reverse(f"peer_review:{name}", args=[public_id, *UNLOGGED[name][1:]])
        for method in ("get", "post"):
            assert policy(client, address, method) in {POLICY, "no-referrer"}


@pytest.mark.parametrize("name", UNLOGGED)
def test_redirect_to_the_slash_keeps_the_address_too(client: Client, name: str) -> None:
    address = reverse(f"peer_review:{name}", args=UNLOGGED[name])
    answer = client.get(address.rstrip("/"))
    assert answer.headers["Referrer-Policy"] == POLICY
    assert not address.endswith("/") or answer.status_code == 301


@pytest.mark.parametrize("name", ["invitation", "reset_mine"])
def test_links_of_one_use_are_kept_too(client: Client, name: str) -> None:
    assert policy(client, reverse(name, args=["Ab-9_x"])) == POLICY


def test_other_pages_tell_this_site_where_a_request_comes_from(client: Client) -> None:
    client.force_login(make_user("Reader", "staff"))
    assert policy(client, reverse("peer_review:round-list")) == "same-origin"
    assert policy(client, reverse("peer_review:round-list").rstrip("/")) == "same-origin"


@pytest.mark.django_db(databases=["default", "box"], transaction=True)  # the box is written by a thread of its own
def test_stricter_policy_of_a_view_stands() -> None:
    running = make_open_round(evaluators=4)
    address = reverse("peer_review:cast", args=[running.round.public_id])
    [answered] = running.evaluators[0].entries(running.answers)[:1]
    answer = Client().post(address, json.dumps([answered]), content_type="application/json")
    assert (answer.status_code, answer.headers["Referrer-Policy"]) == (200, "no-referrer")


def test_answer_before_any_route_is_left_alone() -> None:
    def refuse(request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=400)

    answer = UnloggedRoutesMiddleware(refuse)(RequestFactory().get("/review/"))
    assert "Referrer-Policy" not in answer.headers


@pytest.mark.parametrize(("fault", "status"), [(Http404(), 404), (RuntimeError(), 500)])
def test_error_page_of_the_view_is_one_of_its_pages(
    fault: Exception, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(*args: object, **kwargs: object) -> None:
        raise fault

    running = make_open_round(evaluators=4)
    client = Client(raise_request_exception=False)
    client.force_login(running.evaluators[0].user)
    monkeypatch.setattr("peer_review.views.ballots.ballot.own_papers", fall)

    answer = client.get(reverse("peer_review:ballot-check", args=[running.round.public_id]))

    assert (answer.status_code, answer.headers["Referrer-Policy"]) == (status, POLICY)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"referer": "https://testserver/"}, 302),
        ({"origin": "https://testserver"}, 302),
        # What `no-referrer` would make a browser send: the reason why the policy is not that.
        ({}, 403),
        ({"origin": "null"}, 403),
        ({"referer": "https://elsewhere.example/"}, 403),
    ],
)
def test_over_https_a_form_needs_the_origin_and_no_more(headers: dict[str, str], status: int) -> None:
    client = Client(enforce_csrf_checks=True)
    token = client.get(reverse("login"), secure=True).cookies["csrftoken"].value

    answer = client.post(
        reverse("set_language"), {"language": "en", "csrfmiddlewaretoken": token}, secure=True, headers=headers
    )

    assert answer.status_code == status
