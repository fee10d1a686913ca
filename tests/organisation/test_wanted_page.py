"""Whoever has to sign in first comes to the page they wanted, and no address says that it was one about ballots."""

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from organisation.wanted_page import AGE, PATH, ask_first, forget_wanted_page, wanted_page
from peer_review.unlogged_routes import hides_address
from tests.factories.peer_review.rounds import make_open_round
from tests.project.routes import every_route

COOKIE = settings.WANTED_PAGE_COOKIE_NAME
ROUND = "9f" * 16


def sent_from(address: str, method: str = "get") -> HttpResponse:
    request = getattr(RequestFactory(), method)(address)
    request.resolver_match = resolve(request.path)
    return ask_first(request, "/accounts/login/")


def test_usual_page_stands_in_the_address_as_ever() -> None:
    response = sent_from("/directory/?q=%E6%9D%8E")

    assert response.headers["Location"] == "/accounts/login/?next=/directory/%3Fq%3D%25E6%259D%258E"
    assert not response.cookies


def test_page_about_ballots_is_kept_in_a_cookie_of_the_sign_in_pages() -> None:
    address = reverse("peer_review:ballot", args=[ROUND])
    response = sent_from(address)

    assert response.headers["Location"] == "/accounts/login/"
    cookie = response.cookies[COOKIE]
    assert (cookie.value, cookie["path"], cookie["max-age"]) == (address, PATH, AGE)
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert reverse("login").startswith(PATH)
    assert reverse("ask_again").startswith(PATH)


def test_link_of_one_use_is_kept_there_too() -> None:
    response = sent_from(reverse("reset_mine", args=["Ab-9_x"]))
    assert response.headers["Location"] == "/accounts/login/"
    assert response.cookies[COOKIE].value.endswith("/Ab-9_x/")


def test_nothing_is_kept_of_what_was_posted() -> None:
    response = sent_from(reverse("peer_review:envelopes-witness", args=[ROUND, 1]), "post")
    assert (response.headers["Location"], dict(response.cookies)) == ("/accounts/login/", {})


@pytest.mark.parametrize(
    ("posted", "query", "cookie", "wanted"),
    [
        ("", "", "/review/rounds/9f/check/", "/review/rounds/9f/check/"),
        ("", "/directory/", "/review/rounds/9f/check/", "/directory/"),
        ("/search/", "/directory/", "/review/rounds/9f/check/", "/search/"),
        ("", "", "https://elsewhere.example/", ""),
        ("", "", "//elsewhere.example/", ""),
        ("", "", "javascript:alert(1)", ""),
        ("", "", "", ""),
    ],
)
def test_address_goes_before_the_cookie_and_nobody_is_sent_elsewhere(
    posted: str, query: str, cookie: str, wanted: str
) -> None:
    request = RequestFactory().post(f"/accounts/login/?next={query}", {"next": posted})
    request.COOKIES[COOKIE] = cookie
    assert wanted_page(request) == wanted


def test_it_is_forgotten_where_it_was_kept() -> None:
    cookie = forget_wanted_page(HttpResponse()).cookies[COOKIE]
    assert (cookie["max-age"], cookie["path"]) == (0, PATH)


@pytest.fixture
def stranger() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.django_db(databases=["default", "box"])
@pytest.mark.parametrize("name", ["ballot", "ballot-check", "bulletin", "envelopes"])
def test_stranger_signs_in_and_comes_to_the_page(stranger: Client, name: str) -> None:
    running = make_open_round(evaluators=6)
    user = running.evaluators[-1].user
    user.set_password("correct horse battery")
    user.save()
    address = reverse(f"peer_review:{name}", args=[running.round.public_id])

    sent = stranger.get(address)
    form = stranger.get(sent.headers["Location"])
    answer = stranger.post(
        sent.headers["Location"],
        {"username": user.username, "password": "correct horse battery", "next": form.context["next"]},
    )

    assert sent.headers["Location"] == "/accounts/login/"
    assert (answer.status_code, answer.headers["Location"]) == (302, address)
    assert answer.cookies[COOKIE]["max-age"] == 0


@pytest.mark.django_db(databases=["default", "box"])
def test_no_redirect_of_any_unlogged_route_carries_its_address(stranger: Client) -> None:
    """Strangers are sent away from some of these; none of the ways leads through an address that names the round."""
    led = {}
    for route in every_route():
        if hides_address(route.name):
            address = route.address({"public_id": ROUND, "number": "1", "token": "Mg:1abc:d_e-f"})
            led[route.name] = stranger.get(address).headers.get("Location", "")

    assert [name for name, where in led.items() if ROUND in where or "1abc" in where] == []
    assert {name for name, where in led.items() if where == "/accounts/login/"} >= {
        "peer_review:ballot",
        "peer_review:ballot-check",
        "peer_review:bulletin",
        "peer_review:envelopes",
        "reset_mine",
    }
