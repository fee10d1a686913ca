"""Rules for web servers: they match every address on which a person and a ballot could meet, and no other page."""

import re
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import get_resolver, reverse, set_script_prefix

from peer_review.log_rules import SERVERS, patterns, rules_for
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


@pytest.mark.parametrize("server", SERVERS)
def test_links_of_one_use_are_left_out_too(server: str) -> None:
    assert settings.PEER_REVIEW_UNLOGGED_ROUTES == ["invitation", "reset_mine"]
    for name in settings.PEER_REVIEW_UNLOGGED_ROUTES:
        assert re.search(expression(server), reverse(name, args=["Ab-9_x"]))
    assert not re.search(expression(server), reverse("login"))
    assert not re.search(expression(server), reverse("resets"))


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


def test_command_prints_the_rules_of_one_server() -> None:
    out = StringIO()
    call_command("peer_review_log_rules", "nginx", upstream="http://app:1", stdout=out)
    assert out.getvalue().strip() == rules_for("nginx", upstream="http://app:1").strip()
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("peer_review_log_rules", "iis")
