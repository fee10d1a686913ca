"""Strangers sign in first; what is open to them is a list, and each entry answers them itself."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.urls import get_resolver

from home.middleware import ask_to_sign_in, is_open
from tests.factories import disclosures, forum_pages
from tests.factories.home import home_page

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path", ["/", "/directory/", "/search/", "/discuss/", "/review/", "/forum/", "/media/images/a.png", "/admin/"]
)
def test_stranger_is_sent_to_the_sign_in_and_back(client: Client, path: str) -> None:
    home_page()
    forum_pages.forum()

    response = client.get(path)

    assert response.headers["Location"] == f"/accounts/login/?next={path}"


def test_stranger_who_posts_comes_back_to_the_home_page(client: Client) -> None:
    assert client.post("/directory/?a=1").headers["Location"] == "/accounts/login/?next=/"


def test_fragment_is_not_answered_with_a_sign_in_page(client: Client) -> None:
    response = client.get("/search/", headers={"HX-Request": "true"})

    assert (response.status_code, response.headers["HX-Redirect"]) == (204, "/accounts/login/?next=/")


@pytest.mark.parametrize("path", ["/accounts/login/", "/healthz", "/robots.txt", "/disclosure-feeds/"])
def test_open_route_answers_strangers(client: Client, path: str) -> None:
    home_page()
    disclosures.index_page()

    assert client.get(path).status_code == 200


def test_public_disclosure_is_read_without_signing_in_and_no_other(client: Client) -> None:
    home_page()
    author = disclosures.person()
    public = disclosures.published(owner=author, title="对外公开", slug="a", audience="public")
    internal = disclosures.published(owner=author, title="内部公开", slug="b")

    assert client.get(public.url).status_code == 200
    assert client.get(internal.url).status_code in (302, 404)


def test_pictures_of_pages_are_for_those_who_are_signed_in(client: Client) -> None:
    picture = forum_pages.picture_of_a_board().get_rendition("width-10").url
    assert client.get(picture).status_code == 302

    client.force_login(disclosures.person())

    assert client.get(picture).status_code == 200
    Path(settings.MEDIA_ROOT, "images", "a.png").write_bytes(b"\x89PNG")
    assert client.get("/media/images/a.png").status_code == 404
    assert client.get("/media/images/../documents/a.pdf").status_code in (400, 404)
    assert client.get("/media/images/" + "x" * 4000).status_code == 404
    assert client.get("/media/documents/a.pdf").status_code in (400, 404)


def test_every_open_route_exists() -> None:
    known = set(route_names(get_resolver()))
    known |= {f"{name.rpartition(':')[0]}:" for name in known}  # a whole namespace

    assert {name for name in settings.OPEN_ROUTES if name not in known} == set()


def route_names(resolver: object, namespace: str = "") -> list[str]:
    names = []
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            names += route_names(pattern, inner)
        elif pattern.name:
            names.append(f"{namespace}{pattern.name}")
    return names


@pytest.mark.parametrize(
    ("name", "expected"),
    [("healthz", True), ("peer_review:cast", True), ("peer_review:round-detail", False), ("", False)],
)
def test_open_routes_are_matched_whole(name: str, expected: bool) -> None:
    assert is_open(name) is expected


@pytest.mark.parametrize(
    ("name", "opens"),
    [
        ("login", True),
        ("peer_review_api:round-list", True),
        ("peer_review:cast", True),
        ("peer_review:round-list", False),
    ],
)
def test_route_is_open_by_its_name_or_its_namespace(name: str, opens: bool) -> None:
    assert is_open(name) is opens


@pytest.mark.parametrize(("method", "wanted"), [("get", "/directory/%3Fa%3D1"), ("post", "/")])
def test_way_to_the_sign_in_keeps_what_was_read(rf: RequestFactory, method: str, wanted: str) -> None:
    response = ask_to_sign_in(getattr(rf, method)("/directory/?a=1"))

    assert response.headers["Location"] == f"/accounts/login/?next={wanted}"
