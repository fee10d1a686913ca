"""Every sign-in leaves a line, right or wrong, with what was shown; none says whose it was."""

import logging
from collections.abc import Iterator

import pytest
from django.conf import settings as configured
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from wagtail.models import ModelLogEntry

from organisation.domain import recovery_codes
from organisation.enums import Role
from organisation.models import User
from organisation.throttle import UNDER_ATTACK
from tests.factories.organisation import PASSWORD, UserFactory, hold
from tests.organisation.views.test_second_factor import code_of, with_app

pytestmark = pytest.mark.django_db
WORDS = "wang-the-voter"
PLACE = "203.0.113.9"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[list[dict[str, str]]]:
    """What the logger of sign-ins writes, as it goes along."""
    heard: list[dict[str, str]] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.msg if isinstance(record.msg, dict) else {"event": str(record.msg)})

    logger, listener = logging.getLogger("zhengyan.sign_in"), Listener()
    logger.addHandler(listener)
    yield heard
    logger.removeHandler(listener)


@pytest.fixture
def owner() -> User:
    owner: User = UserFactory(username=WORDS)
    return owner


def events(lines: list[dict[str, str]]) -> list[tuple[str, ...]]:
    return [tuple(line[key] for key in ("event", "shown", "outcome") if key in line) for line in lines]


def sign_in(client: Client, password: str = PASSWORD) -> int:
    data = {"username": WORDS, "password": password}
    return client.post(reverse("login"), data, REMOTE_ADDR=PLACE).status_code


def test_wrong_and_right_passwords_and_the_sign_out_are_written(lines: list[dict[str, str]], owner: User) -> None:
    client = Client()

    sign_in(client, "wrong")
    sign_in(client)
    client.post(reverse("logout"))
    client.post(reverse("logout"))

    assert events(lines) == [
        ("authentication", "password", "wrong"),
        ("authentication", "password", "right"),
        ("signed_in",),
        ("signed_out",),
    ]


def test_second_factor_is_written_with_its_kind(lines: list[dict[str, str]], owner: User) -> None:
    secret = with_app(owner)
    code = recovery_codes.renew(owner)[0]
    shown = (("000000 0", "code", "wrong"), (code_of(secret), "app", "right"), (code, "recovery_code", "right"))
    for text, kind, outcome in shown:
        client = Client()
        sign_in(client)
        lines.clear()
        client.post(reverse("sign_in_second"), {"code": text})
        expected = [("authentication", kind, outcome)] + [("signed_in",)] * (outcome == "right")
        assert events(lines) == expected

    client = Client()
    sign_in(client)
    lines.clear()
    client.post(reverse("sign_in_second"), {"credential": "{}"})
    assert events(lines) == [("authentication", "passkey", "wrong")]


def test_password_asked_for_again_is_written(lines: list[dict[str, str]], owner: User) -> None:
    client = Client()
    client.force_login(owner)
    lines.clear()

    client.post(reverse("address"), {"email": "new@example.org", "password": "wrong"})

    assert events(lines) == [("authentication", "password", "wrong")]


def test_no_line_says_who_or_from_where(lines: list[dict[str, str]], owner: User) -> None:
    secret = with_app(owner)
    client = Client(headers={"User-Agent": "Browser/9"})
    sign_in(client, "wrong-pass")
    sign_in(client)
    client.post(reverse("sign_in_second"), {"code": code_of(secret)})
    key = client.cookies[configured.SESSION_COOKIE_NAME].value
    client.post(reverse("logout"))

    assert len(lines) >= 5
    keys = {name for line in lines for name in line}
    assert keys <= {
        "event",
        "shown",
        "outcome",
        "level",
        "logger",
        "timestamp",
        "request_id",
        "_record",
        "_from_structlog",
    }
    for word in (WORDS, owner.get_full_name(), PLACE, "Browser/9", "wrong-pass", key, secret):
        assert word not in str([{name: line[name] for name in line if name != "_record"} for line in lines])


def test_account_under_attack_is_named_once_in_the_audit_log(settings: Settings, owner: User) -> None:
    settings.SIGN_IN_THROTTLE = False  # the delays have their own tests
    cache.clear()

    for _try in range(UNDER_ATTACK + 3):
        sign_in(Client(), "wrong")

    assert ModelLogEntry.objects.filter(action="organisation.attacked").values_list(
        "object_id", flat=True
    ).get() == str(owner.pk)
    cache.clear()


def test_account_whose_codes_are_guessed_is_named_too(settings: Settings, owner: User) -> None:
    """Whoever guesses codes has the password already."""
    settings.SIGN_IN_THROTTLE = False
    cache.clear()
    with_app(owner)
    client = Client()
    sign_in(client)

    for number in range(UNDER_ATTACK + 3):
        client.post(reverse("sign_in_second"), {"code": f"{number:08}"})

    entry = ModelLogEntry.objects.get(action="organisation.attacked")
    assert (entry.object_id, entry.user_id) == (str(owner.pk), None)
    cache.clear()


def test_account_whose_password_is_guessed_in_its_own_session_is_named_too(settings: Settings, owner: User) -> None:
    settings.SIGN_IN_THROTTLE = False
    cache.clear()
    client = Client()
    client.force_login(owner)

    for _try in range(UNDER_ATTACK):
        client.post(reverse("address"), {"email": "new@example.org", "password": "wrong"})

    assert ModelLogEntry.objects.get(action="organisation.attacked").object_id == str(owner.pk)
    cache.clear()


def test_delayed_code_of_enrolment_is_written_as_delayed(
    lines: list[dict[str, str]], settings: Settings, owner: User
) -> None:
    settings.SIGN_IN_THROTTLE = True
    settings.SECOND_FACTOR_ROLES = ["inspector"]
    cache.clear()
    hold(owner, Role.INSPECTOR)
    client, secret = Client(), with_app(owner)
    sign_in(client)
    client.post(reverse("sign_in_second"), {"code": code_of(secret)})
    lines.clear()

    for _try in range(6):
        client.post(reverse("second_factor_seen"), {"enrolment_code": "00000000"})

    outcomes = [outcome for _event, kind, outcome in events(lines) if kind == "enrolment_code"]
    assert (outcomes[0], outcomes[-1]) == ("wrong", "delayed")
    cache.clear()


def test_delayed_attempt_is_written_and_not_looked_at(
    lines: list[dict[str, str]], settings: Settings, owner: User
) -> None:
    settings.SIGN_IN_THROTTLE = True
    cache.clear()
    for _try in range(5):
        sign_in(Client(), "wrong")
    lines.clear()

    assert sign_in(Client()) == 429

    assert events(lines) == [("authentication", "password", "delayed")]
    cache.clear()
