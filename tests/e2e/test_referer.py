"""What a browser sends along as the page that a request comes from: never a page of an unlogged route."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from peer_review.log_rules import patterns
from peer_review.views.ballots.kiosk import page_of
from tests.access_log import AccessLog, Line
from tests.e2e.sign_in import sign_in
from tests.factories.home import home_page
from tests.factories.peer_review.counted_rounds import count_all
from tests.factories.peer_review.envelopes import make_envelopes, make_paper_round
from tests.factories.peer_review.rounds import RunningRound, make_open_round

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "box"])]

PASSWORD = "correct horse battery"
FOREIGN = "[...document.links].map((link) => link.href).filter((to) => new URL(to).host !== location.host)"


@pytest.fixture
def log(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> AccessLog:
    home_page()
    return AccessLog(monkeypatch)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="en")
    context.set_default_timeout(15_000)
    yield context
    context.close()


def told(lines: list[Line]) -> list[tuple[str, str]]:
    """Return the lines of a log without the unlogged routes that name one all the same, in address or Referer."""
    hidden = re.compile("|".join(pattern.removeprefix("^").removesuffix("$") for pattern in patterns()))
    logged = [line for line in lines if not hidden.fullmatch(line.path)]
    named = [(line.address, unquote(line.referer)) for line in logged]
    return [(address, referer) for address, referer in named if hidden.search(unquote(address) + " " + referer)]


def address(running: RunningRound, name: str) -> str:
    return reverse(f"peer_review:{name}", args=[running.round.public_id])


def visited(page: Page, log: AccessLog, url: str) -> list[Line]:
    """Open a page and return what was asked for, the files that it loads among it."""
    log.take()
    page.goto(url)
    page.wait_for_load_state("networkidle")
    lines = log.take()
    assert any(line.is_file for line in lines), url
    # Who went on from here to another site would tell that site which intranet this is.
    assert page.evaluate(FOREIGN) == []
    return lines


def every_page(browser: Browser, log: AccessLog, server: str) -> dict[str, list[Line]]:
    """Open every page of an unlogged route, each as somebody who may, and as some who may not."""
    counted, collecting = make_open_round(evaluators=6), make_paper_round()
    for evaluator in counted.evaluators:
        counted.stuff(evaluator)
    count_all(counted)
    urn, _envelopes = make_envelopes(collecting, 1)
    reader, voter = counted.evaluators[0].user, collecting.evaluators[0].user
    pages = {
        "kiosk": (None, address(collecting, "kiosk")),
        "kiosk-ballot": (None, page_of(urn)),
        "ballot, stranger": (None, address(collecting, "ballot")),
        "ballot-check, stranger": (None, address(counted, "ballot-check")),
        "ballot": (voter, address(collecting, "ballot")),
        "ballot-check": (reader, address(counted, "ballot-check")),
        "bulletin": (reader, address(counted, "bulletin")),
        # Sends to the check page: the round is over.
        "ballot, counted": (reader, address(counted, "ballot")),
        "unknown round": (reader, reverse("peer_review:ballot", args=["f" * 32])),
        "not for me": (reader, address(counted, "envelopes")),
        "envelopes": (collecting.round.scrutineers.first(), address(collecting, "envelopes")),
    }
    visits = {}
    for name, (user, path) in pages.items():
        # Each with nothing in the browser's cache, so that every file is asked for.
        context = browser.new_context(locale="en")
        if user is not None:
            sign_in(context, server, user)
        visits[name] = visited(context.new_page(), log, server + path)
        context.close()
    return visits


def test_no_page_of_an_unlogged_route_stands_in_another_request(
    live_server: Any, browser: Browser, log: AccessLog
) -> None:
    visits = every_page(browser, log, live_server.url)

    assert {name: told(lines) for name, lines in visits.items() if told(lines)} == {}
    # Files that a style sheet loads name the sheet, all others the host or the sign-in.
    assert all(line.referer for lines in visits.values() for line in lines if line.is_file)


def test_a_policy_that_names_pages_to_their_own_site_tells_them_all(
    live_server: Any, browser: Browser, log: AccessLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attack bites: only the sign-in, to which strangers are sent, has an address that names no ballot."""
    monkeypatch.setattr("peer_review.middleware.POLICY", "same-origin")
    visits = every_page(browser, log, live_server.url)

    silent = {name for name, lines in visits.items() if not told(lines)}

    assert silent == {"ballot, stranger", "ballot-check, stranger"}


def test_forms_and_links_of_these_pages_work_and_tell_the_host_alone(
    live_server: Any, context: BrowserContext, log: AccessLog
) -> None:
    running = make_open_round(evaluators=6)
    page = context.new_page()
    sign_in(context, live_server.url, running.evaluators[0].user)
    visited(page, log, live_server.url + address(running, "ballot"))
    page.locator("#language-switch button").click()
    expect(page.locator("html")).to_have_attribute("lang", re.compile("zh"))
    page.goto(live_server.url + address(running, "ballot-check"))
    page.locator(f'main a[href="{address(running, "round-detail")}"]').first.click()
    page.wait_for_url("**" + address(running, "round-detail"))
    page.wait_for_load_state("networkidle")

    lines = log.take()

    assert told(lines) == []
    [posted] = [line for line in lines if line.method == "POST"]
    [followed] = [line for line in lines if line.path == address(running, "round-detail")]
    assert posted.referer == followed.referer == f"{live_server.url}/"


def test_stranger_comes_to_the_ballot_page_and_no_address_says_so(
    live_server: Any, context: BrowserContext, log: AccessLog
) -> None:
    running = make_open_round(evaluators=6)
    user = running.evaluators[0].user
    user.set_password(PASSWORD)
    user.save()
    page = context.new_page()
    lines = visited(page, log, live_server.url + address(running, "ballot"))
    page.locator("input[name=username]").fill(user.username)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").click()
    page.locator("html[data-ready=ballot]").wait_for()
    page.wait_for_load_state("networkidle")

    assert page.url == live_server.url + address(running, "ballot")
    assert told([*lines, *log.take()]) == []
