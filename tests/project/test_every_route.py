"""No request, however odd, is answered by a fault of the server: every route, as each role."""

from __future__ import annotations

import datetime
import random
from base64 import b64encode

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from organisation.models import User
from peer_review.api.domain import confirm_integration, make_integration
from peer_review.api.enums import Scope
from tests.project.odd_requests import HUGE, ODD_JSON, ODD_TEXTS, ODD_VALUES, Attack, Values, parameters
from tests.project.routes import Route, every_route

pytestmark = pytest.mark.django_db(databases=["default", "box"], transaction=True)

ROLES = ("stranger", "staff", "organiser", "inspector", "admin", "superuser", "integration")
#: Raises on purpose, to show whoever set the site up how its page of last resort looks.
DELIBERATE = {"wagtailadmin_error_test"}
#: Requests of each role to each part of the site; what is sent beyond them is sent another day.
MOST = 1200


def routes(part: str) -> list[Route]:
    """Return the routes of Wagtail's admin, or all others."""
    is_admin = part == "admin"
    return [
        route
        for route in every_route()
        if route.template.startswith("admin/") == is_admin and route.name not in DELIBERATE
    ]


def attack_as(role: str) -> Attack:
    """Return somebody of this role who sends odd requests."""
    headers = {"accept-language": "en"}
    if role == "integration":
        cache.clear()
        day = timezone.localdate() + datetime.timedelta(days=30)
        leader = User.objects.get(username="leader")
        integration, token = make_integration(by=leader, name="Odd", scopes=tuple(Scope), last_day=day)
        confirm_integration(integration, by=User.objects.get(username="admin"))
        headers["authorization"] = f"Api-Key {token}"
    client = Client(headers=headers)
    if role == "superuser":
        client.force_login(User.objects.create(username="all", name="All", is_superuser=True, is_staff=True))
    elif role not in ("stranger", "integration"):
        client.force_login(User.objects.get(username=role))
    return Attack(client, role)


@pytest.mark.parametrize(
    ("role", "part"), [("staff", "front"), ("organiser", "front"), ("superuser", "front"), ("superuser", "admin")]
)
def test_odd_requests_are_answered(demonstration: None, role: str, part: str) -> None:
    attack, values, names = attack_as(role), Values(), parameters()
    for route in routes(part):
        good = values.of(route, values.rounds[0])
        attack.addresses(route, good, (HUGE,))
        address = route.address(good)
        attack.queries(address, names, ("中é",))
        attack.bodies(address, ("null",))
        attack.forms(address, ("null",), singly=False)
    assert not attack.faults, attack.report()


@pytest.mark.parametrize("part", ["front", "admin"])
@pytest.mark.parametrize("role", ROLES)
def test_every_kind_of_odd_request_is_answered(demonstration: None, role: str, part: str) -> None:
    seed = f"{role} {part}"
    chance = random.Random(seed)  # the message of a failure names the request itself
    attack, values, names = attack_as(role), Values(), parameters()
    every = [(route, public_id) for route in routes(part) for public_id in values.rounds]
    chosen = [(route, round) for route, round in every if "public_id" in route.parameters or round == values.rounds[0]]
    chance.shuffle(chosen)
    for route, public_id in chosen:
        if attack.sent > MOST:
            break
        good = values.of(route, public_id)
        address = route.address(good)
        attack.addresses(route, good, ODD_VALUES)
        attack.queries(address, names, ODD_TEXTS)
        attack.bodies(address, ODD_JSON)
        attack.forms(address, tuple(chance.sample((*ODD_TEXTS, *ODD_JSON), 8)), singly=True)
    assert not attack.faults, attack.report()


@pytest.mark.parametrize("position", ["x", "0", "9" * 40, "2020-01-01", "2020-01-01 00:00", "2020-13-01", "\x00"])
def test_cursor_that_no_page_has_given_is_a_bad_request(demonstration: None, position: str) -> None:
    cursor = b64encode(f"p={position}".encode()).decode()
    attack = attack_as("integration")

    answer = attack.send("get", f"/review/api/v1/rounds/?cursor={cursor}")

    assert answer.status_code == 400


def test_cursors_of_the_pages_are_taken(demonstration: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("peer_review.api.views.ByKey.page_size", 1)
    attack = attack_as("integration")

    following = attack.send("get", "/review/api/v1/rounds/").json()["next"]

    assert attack.send("get", following.removeprefix("http://testserver")).status_code == 200
