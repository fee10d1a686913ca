"""What every answer tells the browser it may do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.factories import disclosures, forum_pages
from tests.factories.home import home_page

pytestmark = pytest.mark.django_db(databases=["default", "box"])
ROOT = Path(__file__).resolve().parents[2]
FRONT_PAGES = [
    "/",
    "/accounts/login/",
    "/accounts/password/",
    "/directory/",
    "/search/?q=监督",
    "/forum/",
    "/forum/daily/",
    "/discuss/queue/",
    "/disclosures/",
    "/disclosures/government/",
    "/review/",
    "/review/protection/",
    "/review/organise/",
    "/review/scrutineer/",
    "/no-such-page/",
    "/healthz",
    "/robots.txt",
]


@pytest.fixture
def member(client: Client) -> Client:
    home_page()
    forum_pages.board("daily")
    disclosures.column()
    client.force_login(disclosures.person())
    return client


def directives(header: str) -> dict[str, list[str]]:
    return {name: values for name, *values in (part.split() for part in header.split(";") if part.strip())}


@pytest.mark.parametrize("path", FRONT_PAGES)
def test_front_page_is_served_with_every_header(member: Client, path: str) -> None:
    response = member.get(path)

    policy = directives(response.headers["Content-Security-Policy"])
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == ["'self'"]
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == ["'none'"]
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response.headers["Permissions-Policy"]


@pytest.mark.parametrize("path", FRONT_PAGES)
def test_front_page_has_no_inline_script_or_style(member: Client, path: str) -> None:
    html = member.get(path).content.decode().lower()

    assert " style=" not in html
    assert "<style" not in html
    assert " onclick=" not in html
    assert "javascript:" not in html
    for opening in html.split("<script")[1:]:
        attributes = opening.split(">", 1)[0]
        assert "src=" in attributes or 'type="application/json"' in attributes


def test_admin_has_its_own_policy_and_stays_on_its_own_paths(member: Client) -> None:
    policy = directives(member.get(reverse("wagtailadmin_login")).headers["Content-Security-Policy"])

    assert policy["script-src"] == policy["style-src"] == ["'self'", "'unsafe-inline'"]
    assert policy["default-src"] == policy["object-src"] == ["'none'"]
    assert policy["connect-src"] == policy["frame-ancestors"] == ["'self'"]
    assert "unsafe-inline" not in member.get("/administration/").headers["Content-Security-Policy"]


def test_no_policy_names_another_host(member: Client) -> None:
    for path in ("/", reverse("wagtailadmin_login")):
        assert "http" not in member.get(path).headers["Content-Security-Policy"]


def test_cookies_are_kept_from_scripts_and_from_other_sites(client: Client) -> None:
    user = disclosures.person()
    user.set_password("correct horse")
    user.save()

    response = client.post("/accounts/login/", {"username": user.username, "password": "correct horse"})

    session = response.cookies[settings.SESSION_COOKIE_NAME]
    assert (session["httponly"], session["samesite"]) == (True, "Lax")
    assert response.cookies[settings.CSRF_COOKIE_NAME]["samesite"] == "Lax"


def test_production_keeps_to_https() -> None:
    ask = (
        "from django.conf import settings as s;"
        "print(s.SECURE_HSTS_SECONDS, s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_SSL_REDIRECT,"
        " s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_REDIRECT_EXEMPT, s.LANGUAGE_COOKIE_SECURE,"
        " {n[:7] for n in (s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME, s.MESSAGES_COOKIE_NAME)},"
        " s.KNOWN_BROWSER_COOKIE_NAME[:9])"
    )
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'site'}",
        "SECRET_KEY": "s" * 50,
        "PEER_REVIEW_KEY_SECRET": "k" * 50,
        "ROUND_KEY_FOLDERS": "/nowhere/first,/nowhere/second",
        "ALLOWED_HOSTS": "intranet.example",
    }

    result = subprocess.run([sys.executable, "-c", ask], env=environment, capture_output=True, text=True, check=True)

    assert result.stdout.strip() == "31536000 True True True True ['^healthz$', '^readyz$'] True {'__Host-'} __Secure-"
