"""Rules for web servers: they match every address on which a person and a ballot could meet, and no other page."""

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.templatetags.static import static
from django.urls import get_resolver, reverse, set_script_prefix

import peer_review
from config.logs import SILENT_PATHS
from peer_review.log_rules import SERVERS, patterns, rules_for, scripts_path
from peer_review.unlogged_routes import UNLOGGED

ROUND = "9f" * 16
#: Real arguments of each route, other than the examples that the patterns are made from.
ADDRESSES = {
    name: [ROUND, *(["Mg:1abc:d_e-f"] if name == "kiosk-ballot" else more)]
    for name, more in {
        name: [] if len(arguments) == 1 else [37] if arguments[-1] == 1 else ["x"]
        for name, arguments in UNLOGGED.items()
    }.items()
}


def expression(server: str) -> str:
    text = rules_for(server, upstream="http://127.0.0.1:9")
    found = {"nginx": r'location ~ "(.*)" {', "caddy": r"path_regexp (.*)", "apache": r'SetEnvIf Request_URI "(.*)" b'}
    match = re.search(found[server], text)
    assert match is not None
    return match[1]


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("name", UNLOGGED)
def test_every_address_of_drawing_casting_and_checking_is_matched(server: str, name: str) -> None:
    address = reverse(f"peer_review:{name}", args=ADDRESSES[name])
    assert re.search(expression(server), address)
    assert any(re.search(pattern, address) for pattern in patterns())
    # The redirect of whoever leaves out the slash is a request too.
    assert re.search(expression(server), address.rstrip("/"))


@pytest.mark.parametrize("server", SERVERS)
def test_links_of_one_use_are_left_out_too(server: str) -> None:
    assert settings.PEER_REVIEW_UNLOGGED_ROUTES == ["invitation", "reset_mine"]
    for name in settings.PEER_REVIEW_UNLOGGED_ROUTES:
        assert re.search(expression(server), reverse(name, args=["Ab-9_x"]))
        assert re.search(expression(server), reverse(name, args=["Ab-9_x"]).rstrip("/"))
    assert not re.search(expression(server), reverse("login"))
    assert not re.search(expression(server), reverse("resets"))


SCRIPTS = sorted(file.name for file in (Path(peer_review.__file__).parent / "static/peer_review/js").glob("*.js"))


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_of_which_some_are_loaded_by_one_page_alone_are_left_out(script: str) -> None:
    """By the name that they have in the sources, and by the one with a hash that a server hands out."""
    address = static(f"peer_review/js/{script}")
    hashed = address.replace(".js", ".0123456789ab.js")
    for path in (address, hashed):
        assert [server for server in SERVERS if not re.search(expression(server), path)] == []
        assert SILENT_PATHS.search(f'10.0.0.7 - - [28/Nov/2026] "GET {path} HTTP/1.1" 200 5120')


def test_other_files_of_the_site_are_logged_as_ever() -> None:
    assert {"ballot.js", "check.js", "kiosk.js"} <= set(SCRIPTS)
    for path in (static("peer_review/peer_review.css"), static("wagtailadmin/js/core.js"), "/static/"):
        assert [server for server in SERVERS if re.search(expression(server), path)] == []
        assert not SILENT_PATHS.search(f'"GET {path} HTTP/1.1" 200 5120')


@pytest.mark.parametrize(
    ("mounted", "url", "path"),
    [
        ("/", "files/", "/files/peer_review/js/"),
        ("/intranet/", "files/", "/intranet/files/peer_review/js/"),
        ("/intranet/", "/static/", "/static/peer_review/js/"),
        ("/", "https://static.example/zy/", "/zy/peer_review/js/"),
    ],
)
def test_scripts_are_left_out_where_they_lie(settings: Any, mounted: str, url: str, path: str) -> None:
    try:
        set_script_prefix(mounted)
        settings.STATIC_URL = url
        assert scripts_path() == path
        for server in SERVERS:
            assert re.search(expression(server), f"{path}ballot.js")
            assert re.search(expression(server), reverse("peer_review:cast", args=[ROUND]))
    finally:
        set_script_prefix("/")


@pytest.mark.parametrize("server", SERVERS)
def test_other_pages_are_logged_as_ever(server: str) -> None:
    others = ["/", "/review/", f"/review/rounds/{ROUND}/", "/review/organise/", f"/x/review/rounds/{ROUND}/cast/"]
    others += [f"/review/rounds/{ROUND}/cast/more", reverse("peer_review:all-results", args=[ROUND])]
    assert [address for address in others if re.search(expression(server), address)] == []


def test_rules_follow_the_place_where_the_site_is_mounted() -> None:
    try:
        set_script_prefix("/intranet/")
        assert re.search(expression("nginx"), reverse("peer_review:cast", args=[ROUND]))
        assert not re.search(expression("nginx"), f"/review/rounds/{ROUND}/cast/")
    finally:
        set_script_prefix("/")
    assert get_resolver().reverse_dict is not None


def test_both_logs_of_each_server_are_silent() -> None:
    nginx, caddy, apache = (rules_for(server, upstream="http://app:1") for server in SERVERS)
    assert "access_log off;" in nginx
    assert "error_log /dev/null crit;" in nginx
    assert "proxy_pass http://app:1;" in nginx
    assert "log_skip @ballots" in caddy
    assert "env=!ballots" in apache
    assert "LogLevel emerg" in apache


def test_log_of_the_other_pages_holds_no_sizes() -> None:
    """The list of rounds is some bytes longer or shorter once somebody has drawn."""
    nginx, caddy, apache = (rules_for(server, upstream="http://app:1") for server in SERVERS)
    assert re.search(r"^# log_format without_size '[^']*\$status[^']*';$", nginx, re.MULTILINE)
    assert not re.search(r"bytes_sent|content_length|request_length", nginx)
    assert re.search(r"^#         size delete$", caddy, re.MULTILINE)
    assert re.search(r'^LogFormat "%h %t \\"%r\\" %>s \\"%{User-Agent}i\\"" without_size$', apache, re.MULTILINE)
    assert re.search(r"^CustomLog \$\{APACHE_LOG_DIR\}/access.log without_size env=!ballots$", apache, re.MULTILINE)


def test_command_prints_the_rules_of_one_server() -> None:
    out = StringIO()
    call_command("peer_review_log_rules", "nginx", upstream="http://app:1", stdout=out)
    assert out.getvalue().strip() == rules_for("nginx", upstream="http://app:1").strip()
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("peer_review_log_rules", "iis")
