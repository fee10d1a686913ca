"""Wrong passwords wait; nobody is locked, and nobody makes the owner wait from elsewhere."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse
from freezegun import freeze_time
from pytest_django import Settings

from organisation.models import User
from organisation.throttle import COOKIE_PATH, Limit, address_of
from tests.factories.organisation import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
HOME, OFFICE, ELSEWHERE = "198.51.100.1", "203.0.113.5", "192.0.2.9"


@pytest.fixture(autouse=True)
def clock(settings: Settings) -> Iterator[Any]:
    settings.SIGN_IN_THROTTLE = True
    # Redis counts in time of its own, which the frozen clock of these tests does not move.
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "throttle"}}
    cache.clear()
    with freeze_time("2026-11-28 08:00:00", ignore=["_pytest"]) as frozen:
        yield frozen
    cache.clear()


@pytest.fixture
def owner() -> User:
    return UserFactory(username="wang")


def attempt(where: str, password: str = "wrong", *, username: str = "wang", client: Client | None = None) -> int:
    client = client or Client()
    answer = client.post(reverse("login"), {"username": username, "password": password}, REMOTE_ADDR=where)
    return answer.status_code


def known_browser() -> Client:
    """Return the owner's browser, signed out again."""
    client = Client()
    assert attempt(HOME, PASSWORD, client=client) == 302
    client.post(reverse("logout"))
    return client


def test_guessing_waits_longer_and_longer_and_is_not_even_looked_at_meanwhile(owner: User, clock: Any) -> None:
    assert [attempt(ELSEWHERE) for _try in range(4)] == [200] * 4

    answer = Client().post(reverse("login"), {"username": "wang", "password": PASSWORD}, REMOTE_ADDR=ELSEWHERE)
    assert (answer.status_code, answer["Retry-After"]) == (429, "1")
    tries = 0
    for _second in range(600):
        clock.tick(timedelta(seconds=1))
        tries += attempt(ELSEWHERE) == 200
    assert tries < 16
    clock.tick(timedelta(seconds=61))
    assert attempt(ELSEWHERE, PASSWORD) == 302


def test_nobody_locks_a_colleague_out_from_elsewhere(owner: User, clock: Any) -> None:
    for _try in range(200):
        attempt(ELSEWHERE)
        clock.tick(timedelta(seconds=1))

    assert attempt(OFFICE, PASSWORD) == 302


def test_nobody_makes_the_owner_wait_who_comes_with_a_known_browser(owner: User) -> None:
    client = known_browser()
    for _try in range(200):
        attempt(HOME)

    assert attempt(HOME, PASSWORD, client=client) == 302


def test_known_browser_that_was_stolen_waits_too(owner: User) -> None:
    client = known_browser()

    assert 429 in [attempt(HOME, client=client) for _try in range(10)]


def test_new_password_forgets_the_browsers_that_knew_the_old_one(owner: User) -> None:
    client = known_browser()
    owner.set_password("neun-lange-worte-2026")
    owner.save()
    for _try in range(10):
        attempt(HOME)

    assert attempt(HOME, "neun-lange-worte-2026", client=client) == 429


def test_cookie_of_one_person_helps_with_no_other_account(owner: User) -> None:
    UserFactory(username="li")
    client = known_browser()
    for _try in range(10):
        attempt(HOME, username="li")

    assert attempt(HOME, PASSWORD, username="li", client=client) == 429
    client.cookies[settings.KNOWN_BROWSER_COOKIE_NAME] = "forged"
    assert attempt(OFFICE, PASSWORD, client=client) == 302


def test_spraying_many_accounts_from_one_address_slows_down(clock: Any) -> None:
    for number in range(60):
        UserFactory(username=f"u{number}")
    seconds, tried = 0, 0
    while tried < 60:
        tried += attempt(ELSEWHERE, username=f"u{tried}") == 200
        clock.tick(timedelta(seconds=1))
        seconds += 1

    assert seconds > 150


def test_office_behind_one_address_waits_seconds_only_and_is_never_locked(owner: User, clock: Any) -> None:
    for number in range(100):
        attempt(OFFICE, username=f"nobody{number}")
        clock.tick(timedelta(seconds=1))
    clock.tick(timedelta(seconds=6))

    assert attempt(OFFICE, PASSWORD) == 302


def test_guessing_from_many_addresses_gets_one_free_attempt_each(owner: User) -> None:
    for number in range(40):
        attempt(f"198.18.0.{number}")

    assert [attempt("198.18.1.1") for _try in range(3)] == [200, 429, 429]
    assert attempt("198.18.1.2", PASSWORD) == 302


def test_accounts_that_do_not_exist_wait_the_same(owner: User) -> None:
    there = [attempt(HOME) for _try in range(6)]

    assert [attempt(OFFICE, username="nobody") for _try in range(6)] == there


def test_wrong_passwords_in_an_open_session_wait_too(owner: User) -> None:
    client = Client()
    client.force_login(owner)

    answers = [
        client.post(reverse("address"), {"email": "a@example.org", "password": "wrong"}).content.decode()
        for _try in range(6)
    ]

    assert "尝试次数过多" in answers[-1]
    client.post(reverse("address"), {"email": "a@example.org", "password": PASSWORD})
    assert User.objects.get(pk=owner.pk).email == ""


def test_cache_holds_neither_names_nor_addresses(owner: User) -> None:
    for _try in range(6):
        attempt(ELSEWHERE)

    stored = str(getattr(cache, "_cache", {}))
    assert "wang" not in stored
    assert ELSEWHERE not in stored


def test_cookie_is_sent_to_the_pages_of_accounts_only(owner: User) -> None:
    cookie = known_browser().cookies[settings.KNOWN_BROWSER_COOKIE_NAME]

    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (COOKIE_PATH, True, "Lax")
    assert reverse("login").startswith(COOKIE_PATH)
    assert not reverse("peer_review:cast", args=["0" * 32]).startswith(COOKIE_PATH)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "6.6.6.6", OFFICE),
        (1, "6.6.6.6, 198.51.100.1", HOME),
        (2, "6.6.6.6, 198.51.100.1, 10.0.0.1", HOME),
        (2, "198.51.100.1", OFFICE),
        (1, "nonsense", "unknown"),
        (1, "", OFFICE),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ],
)
def test_address_is_what_the_outermost_trusted_proxy_has_seen(
    settings: Settings, proxies: int, forwarded: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies

    request = RequestFactory().get("/", headers={"x-forwarded-for": forwarded}, REMOTE_ADDR=OFFICE)

    assert address_of(request) == address


def test_delays_double_up_to_the_longest() -> None:
    assert [Limit(free=2, longest=5).delay(failures) for failures in range(7)] == [0, 0, 1, 2, 4, 5, 5]
    assert Limit(free=0, longest=60).delay(10**9) == 60
