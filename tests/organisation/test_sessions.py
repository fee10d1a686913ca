"""Sessions: hashed keys, limits, and nothing that tells when somebody was about a ballot."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from http.cookies import Morsel
from importlib import import_module
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from freezegun import freeze_time

from organisation.domain import sessions
from organisation.domain.grants import confirm, propose
from organisation.enums import Role
from organisation.models import User, UserSession
from organisation.sessions import SessionStore, browser_name, hash_key
from tests.factories.organisation import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 28, 12, 7, 31, tzinfo=timezone.get_default_timezone())
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def sign_in(user: User, agent: str = FIREFOX) -> Client:
    client = Client(headers={"User-Agent": agent})
    client.post(reverse("login"), {"username": user.username, "password": PASSWORD})
    return client


def cookie(client: Client) -> Morsel:
    return client.cookies[settings.SESSION_COOKIE_NAME]


def is_in(client: Client) -> bool:
    return client.get(reverse("account")).status_code == 200


def test_reader_of_the_tables_finds_no_key_that_signs_anybody_in() -> None:
    client = sign_in(UserFactory())
    key = cookie(client).value

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM organisation_usersession")
        rows = cursor.fetchall()
    assert key not in str(rows)
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = UserSession.objects.get().pk
    assert (is_in(client), is_in(thief)) == (True, False)
    assert not Session.objects.exists()


def test_row_says_the_hour_it_began_and_no_moment_address_or_version() -> None:
    with freeze_time(NOON):
        sign_in(UserFactory())

    row = UserSession.objects.get()
    assert row.began_at == NOON.replace(minute=0, second=0)
    assert row.expire_date.minute % 15 == row.expire_date.second == row.expire_date.microsecond == 0
    assert row.browser == "Firefox · Windows"
    assert "127.0.0.1" not in str(UserSession.objects.values())


def test_whoever_stays_away_too_long_signs_in_again_and_whoever_comes_does_not() -> None:
    with freeze_time(NOON) as clock:
        away, here = sign_in(UserFactory()), sign_in(UserFactory())
        for _hour in range(9):
            clock.tick(timedelta(hours=1))
            assert is_in(here)
        assert not is_in(away)


def test_nobody_stays_beyond_the_absolute_limit() -> None:
    with freeze_time(NOON) as clock:
        client = sign_in(UserFactory())
        for _step in range(7 * 24 // 4 - 1):
            clock.tick(timedelta(hours=4))
            assert is_in(client)
        clock.tick(timedelta(hours=4))
        assert not is_in(client)


@pytest.mark.parametrize("role", settings.STRICT_SESSION_ROLES)
def test_limits_are_shorter_for_roles_that_see_results_hold_keys_inspect_or_administer(role: str) -> None:
    with freeze_time(NOON) as clock:
        idle, busy = (sign_in(UserFactory(roles=[Role(role)])) for _browser in range(2))
        for _step in range(12):
            clock.tick(timedelta(minutes=50))
            assert is_in(busy)
        assert not is_in(idle)
        for _step in range(3):
            clock.tick(timedelta(minutes=50))
        assert not is_in(busy)


def test_sessions_from_before_a_role_get_the_short_limits_too() -> None:
    person = UserFactory()
    with freeze_time(NOON) as clock:
        client = sign_in(person)
        grant = propose(person=person, role=Role.LEADERSHIP, by=UserFactory(roles=[Role.ADMINISTRATOR]))
        confirm(grants=[grant], by=UserFactory(roles=[Role.INSPECTOR]))
        assert is_in(client)
        clock.tick(timedelta(minutes=80))
        assert not is_in(client)


def test_signing_in_again_begins_anew() -> None:
    user = UserFactory()
    with freeze_time(NOON) as clock:
        client = sign_in(user)
        for _day in range(6 * 4):
            clock.tick(timedelta(hours=6))
            assert is_in(client)
        client.post(reverse("login") + "?next=/x", {"username": user.username, "password": PASSWORD})
        clock.tick(timedelta(hours=7))
        assert is_in(client)
        assert UserSession.objects.filter(expire_date__gt=timezone.now()).count() == 1


def test_session_is_written_once_in_a_quarter_of_an_hour() -> None:
    with freeze_time(NOON) as clock:
        client = sign_in(UserFactory())
        end = UserSession.objects.get().expire_date
        clock.tick(timedelta(minutes=5))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("account"))
        assert not [query for query in queries if "UPDATE" in query["sql"]]
        clock.tick(timedelta(minutes=30))
        client.get(reverse("account"))
        assert UserSession.objects.get().expire_date == end + timedelta(minutes=30)


def routes(resolver: URLResolver, namespace: str = "") -> dict[str, URLPattern]:
    """Return every route by its full name."""
    found: dict[str, URLPattern] = {}
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            found |= routes(entry, inner)
        elif entry.name:
            found[namespace + entry.name] = entry
    return found


def test_no_route_about_ballots_and_their_checks_moves_a_session() -> None:
    known = routes(get_resolver())
    about_ballots = {
        name
        for name, route in known.items()
        if getattr(route.callback, "view_class", route.callback).__module__.startswith("peer_review.views.ballots")
    }

    assert about_ballots - settings.SILENT_ROUTES == set()
    assert {name for name in settings.SILENT_ROUTES if name not in known} == set()


def test_ballot_page_and_its_check_leave_the_row_as_it_was() -> None:
    client = sign_in(UserFactory())
    before = list(UserSession.objects.values())

    with freeze_time(timezone.now() + timedelta(hours=3)):
        for name in ("ballot", "ballot-check", "bulletin"):
            client.get(reverse(f"peer_review:{name}", args=["0" * 32]))

    assert list(UserSession.objects.values()) == before


def test_own_sessions_are_listed_and_ended(client: Client) -> None:
    user, other = UserFactory(), UserFactory()
    here, there, third = sign_in(user), sign_in(user, "Mozilla/5.0 (iPhone) Safari/605"), sign_in(user)
    stranger = sign_in(other)

    page = here.get(reverse("sessions")).content.decode()
    assert "Safari · iPhone" in page
    assert "127.0.0.1" not in page
    here.post(reverse("sessions"), {"session": hash_key(cookie(there).value)})
    here.post(reverse("sessions"), {"session": hash_key(cookie(stranger).value)})
    here.post(reverse("sessions"), {"session": hash_key(cookie(here).value)})
    assert [is_in(one) for one in (here, there, third, stranger)] == [True, False, True, True]
    here.post(reverse("sessions"))
    assert [is_in(one) for one in (here, third, stranger)] == [True, False, True]
    assert sessions.end_others(user=user, but="") == 1


def test_expired_sessions_are_cleared_by_djangos_own_command() -> None:
    with freeze_time(timezone.now() - timedelta(days=30)):
        sign_in(UserFactory())
    sign_in(UserFactory())

    call_command("clearsessions")

    assert UserSession.objects.count() == 1


def test_signing_out_deletes_the_row() -> None:
    client = sign_in(UserFactory())

    client.post(reverse("logout"))

    assert not UserSession.objects.exists()


async def save_and_load() -> tuple[str, dict[str, object], bool]:
    store = SessionStore()
    store["a"] = 1
    await store.asave()
    key = str(store.session_key)
    return key, await SessionStore(key).aload(), await store.aexists(key)


def in_a_thread(verb: Callable[[], Any]) -> Any:
    """Call something in a thread of its own: this one may run a browser's event loop already."""

    def call() -> Any:
        try:
            return verb()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(call).result()


@pytest.mark.django_db(transaction=True)
def test_asynchronous_engine_stores_hashes_too() -> None:
    key, data, exists = in_a_thread(async_to_sync(save_and_load))

    assert (data, exists) == ({"a": 1}, True)
    assert UserSession.objects.get().pk == hash_key(key)
    in_a_thread(async_to_sync(SessionStore(key).adelete))
    assert not UserSession.objects.exists()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge · Linux"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome · Android"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_browser_is_named_by_its_family_and_the_kind_of_computer(agent: str, name: str) -> None:
    assert browser_name(agent) == name


def test_old_sessions_are_ended_when_keys_become_hashes() -> None:
    from django.apps import apps

    migration = import_module("organisation.migrations.0006_end_old_sessions")
    Session.objects.create(session_key="x" * 32, session_data="", expire_date=timezone.now())

    migration.end_old_sessions(apps, connection.schema_editor())

    assert not Session.objects.exists()
