"""The pages of a round in a real browser, with real credentials: the ballot, the receipt, coming back elsewhere."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from peer_review.box import store
from peer_review.domain.ballots.box_padding import DUMMY
from peer_review.domain.ballots.recent_casts import recent_casts
from peer_review.enums import ScaleKind
from tests.e2e.sign_in import sign_in
from tests.factories.peer_review.rounds import RunningRound, SchemeFactory, make_open_round
from zhengyan_crypto import sealing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "box"])]


@pytest.fixture
def faults(page: Page) -> Iterator[list[str]]:
    """What the browser complained about: exceptions, blocked scripts and styles. Must stay empty."""
    seen: list[str] = []
    page.on("pageerror", lambda error: seen.append(str(error)))
    page.on("console", lambda message: seen.append(message.text) if message.type == "error" else None)
    yield seen
    assert seen == []


def open_ballots(page: Page, address: str, running: RunningRound, voter: int) -> None:
    sign_in(page.context, address, running.evaluators[voter].user)
    page.goto(address + reverse("peer_review:ballot", args=[running.round.public_id]))
    page.locator("html[data-ready=ballot]").wait_for()


def cast(page: Page) -> None:
    """From the filled form to the receipt."""
    page.get_by_role("button", name="Look it over").click()
    page.get_by_role("button", name="Cast", exact=True).click()
    expect(page.locator("#receipt-title")).to_contain_text("in the box")


def ballots_in(running: RunningRound) -> list[dict[str, Any]]:
    """Open the box with its private key, as only the scrutineer can, and return the ballots.

    Each with the revision that it was cast with, as `rev`.
    """
    round = running.close()
    ids = [row for row, _epk in store.closed_rows(round.public_id, limit=1000)]
    ballots = []
    for sealed in store.closed_ciphertexts(round.public_id, ids).values():
        epk = sealing.ephemeral_public(sealed)
        key = sealing.content_key(running.box_private, epk, round_id=round.public_id)
        said = sealing.open_row(sealed, key, round_id=round.public_id)
        if said != DUMMY:
            cast = json.loads(said)
            ballots.append({**cast["entry"]["ballot"], "rev": int(cast["rev"], 16)})
    return ballots


def kept(page: Page) -> dict[str, str]:
    """Everything this browser keeps."""
    return page.evaluate("({...localStorage, ...sessionStorage})")


@pytest.fixture
def english(browser: Browser) -> Iterator[BrowserContext]:
    """A profile that asks for English, and another window size for each test that wants one."""
    context = browser.new_context(locale="en", viewport={"width": 1440, "height": 900})
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(english: BrowserContext) -> Page:
    return english.new_page()


def test_ballots_are_filled_by_keyboard_cast_changed_and_recovered_elsewhere(
    live_server: Any, page: Page, faults: list[str], browser: Browser
) -> None:
    running = make_open_round(evaluators=4, subjects=3)
    voter = 3
    open_ballots(page, live_server.url, running, voter)
    progress = page.locator("#progress-text")
    expect(progress).to_have_text("0 / 3")
    assert page.locator("script[src]").count() == 1

    # By keyboard alone: the first field is reached by Tab, Enter goes on, Space ticks "do not know enough".
    points = page.get_by_role("spinbutton")
    points.first.focus()
    for number in ("95", "80"):
        page.keyboard.type(number)
        page.keyboard.press("Enter")
    expect(progress).to_have_text("1 / 3")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.keyboard.type("101")
    expect(page.locator(".is-wrong")).to_have_count(1)
    expect(progress).to_have_text("1 / 3")

    # The draft survives a reload; what does not fit was never kept as an answer.
    page.reload()
    page.locator("html[data-ready=ballot]").wait_for()
    expect(progress).to_have_text("1 / 3")
    expect(points.first).to_have_value("95")

    # What is missing is listed before casting, and can be settled there.
    page.get_by_role("button", name="Look it over").press("Enter")
    expect(page.get_by_role("heading", name="Look it over")).to_be_focused()
    expect(page.get_by_role("button", name="Cast", exact=True)).to_be_disabled()
    page.get_by_role("button", name="Mark the rest").first.press("Enter")
    page.get_by_role("button", name="Skip this paper").first.press("Enter")
    page.get_by_role("button", name="Cast", exact=True).press("Enter")
    expect(page.locator("#receipt-title")).to_have_text("Your ballots are in the box: 2 of 2")
    expect(page.locator("#receipt-title")).to_be_focused()
    code = page.locator("#recovery-code").inner_text()
    assert len(re.sub(r"\W", "", code)) == 32
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the receipt file").click()
    file = json.loads(download.value.path().read_text())
    assert file["round"] == running.round.public_id
    assert len(file["receipts"]) == 2

    # Receipts lie here with the salts that no code gives back; the file, which may be handed on, is without.
    (held,) = [json.loads(text) for text in kept(page).values()]
    assert [len(receipt["salt"]) for receipt in held["receipts"].values()] == [43, 43]
    assert {frozenset(receipt) for receipt in file["receipts"]} == {frozenset({"v", "round", "leaf", "sig"})}

    # Change of mind, in the same browser after coming back. In one visit that draws again, at the time of the first.
    page.reload()
    page.get_by_role("button", name="Show the receipt again").click()
    page.get_by_role("button", name="Change my mind").click()
    points.first.fill("60")
    cast(page)
    expect(page.locator("#receipt-version")).to_have_text("version 2")
    (again,) = [json.loads(text) for text in kept(page).values()]
    assert (again["drawnAt"], again["version"]) == (held["drawnAt"], 2)

    # Another browser: a wrong code says so and loses nothing, the right one brings the credentials back.
    elsewhere = browser.new_context(locale="en")
    try:
        other = elsewhere.new_page()
        open_ballots(other, live_server.url, running, voter)
        field = other.get_by_label("Recovery code", exact=True)
        field.fill("0000 0000 0000")
        other.get_by_role("button", name="Recover").click()
        expect(other.locator("#trouble")).to_contain_text("8 groups of 4")
        field.fill("0" * 32)
        other.get_by_role("button", name="Recover").click()
        expect(other.locator("#trouble")).to_contain_text("does not belong")
        expect(field).to_have_value("0" * 32)
        field.fill(code.lower().replace("-", " "))
        other.get_by_role("button", name="Recover").click()
        expect(other.locator("#recover")).to_be_hidden()
        for number in range(6):
            other.get_by_role("spinbutton").nth(number).fill("42")
        cast(other)
        expect(other.locator("#receipt-version")).to_have_text("newest version")
    finally:
        elsewhere.close()

    # The first browser casts once more, and again after a reload: the newer version stands, and it is told so; a
    # process that has not seen the newer one takes it, and the count does not.
    for remembers in (True, False):
        page.reload()
        page.get_by_role("button", name="Show the receipt again").click()
        page.get_by_role("button", name="Change my mind").click()
        points.first.fill("13")
        if remembers:
            page.get_by_role("button", name="Look it over").click()
            page.get_by_role("button", name="Cast", exact=True).click()
            expect(page.locator("#trouble")).to_contain_text("cast from another browser, is already in the box")
            (said,) = faults  # what a browser says of every answer that is not 200
            assert "409" in said
            faults.clear()
        else:
            recent_casts.clear()
            cast(page)
            expect(page.locator("#receipt")).to_be_visible()

    ballots = ballots_in(running)
    newest = {ballot["cell"]: ballot for ballot in sorted(ballots, key=lambda ballot: ballot["rev"])}
    assert len(newest) == 3
    assert {tuple(ballot["a"].values()) for ballot in newest.values()} == {(42, 42)}
    assert len({ballot["pk"] for ballot in ballots}) == 3
    assert 13 in {ballot["a"]["quality"] for ballot in ballots}
    first = {ballot["cell"]: ballot["a"] for ballot in sorted(ballots, key=lambda ballot: -ballot["rev"])}.values()
    assert {"quality": 95, "spirit": 80} in first
    assert {"quality": "dk", "spirit": "dk"} in first


def test_more_versions_than_fit_one_draw_are_not_cast_and_the_last_one_stands(live_server: Any, page: Page) -> None:
    """The 1024th would rank with the first of a browser that took over a millisecond later."""
    running = make_open_round(evaluators=4)
    open_ballots(page, live_server.url, running, 2)
    for number in range(2):
        page.get_by_role("spinbutton").nth(number).fill("70")
    cast(page)
    page.evaluate(
        """() => {
            const [[key, text]] = Object.entries(localStorage);
            localStorage.setItem(key, JSON.stringify({ ...JSON.parse(text), version: 1022 }));
        }"""
    )
    page.reload()
    page.get_by_role("button", name="Show the receipt again").click()
    for quality in ("71", "72"):
        page.get_by_role("button", name="Change my mind").click()
        page.get_by_role("spinbutton").first.fill(quality)
        page.get_by_role("button", name="Look it over").click()
        page.get_by_role("button", name="Cast", exact=True).click()
        if quality == "71":
            expect(page.locator("#receipt-version")).to_have_text("version 1023")
            expect(page.locator("#receipt")).to_be_visible()
    expect(page.locator("#trouble")).to_contain_text("changed too often")

    ballots = sorted(ballots_in(running), key=lambda ballot: ballot["rev"])
    assert [ballot["a"]["quality"] for ballot in ballots] == [70, 71]
    assert ballots[1]["rev"] - ballots[0]["rev"] == 1022


def test_a_shared_phone_keeps_nothing(live_server: Any, page: Page, faults: list[str]) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    running = make_open_round(evaluators=4, subjects=2, scheme=SchemeFactory(scale=ScaleKind.ANCHORS))
    open_ballots(page, live_server.url, running, 2)
    page.get_by_role("radio", name="3 Words 3").first.check()
    assert kept(page) != {}

    page.get_by_label("This is a shared computer").check()
    assert kept(page) == {}
    groups = page.locator("[data-criterion]")
    for number in range(groups.count()):
        radios = groups.nth(number).get_by_role("radio")
        radios.first.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
    expect(page.locator("#progress-text")).to_have_text("2 / 2")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    cast(page)
    expect(page.locator("#recovery-code")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert kept(page) == {}
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("#receipt [data-forget]").click()
    expect(page.locator("#recover")).to_be_visible()
    assert [tuple(ballot["a"].values()) for ballot in ballots_in(running)] == [(3, 3), (3, 3)]


def test_refusals_are_said_and_nothing_typed_is_lost(live_server: Any, page: Page) -> None:
    running = make_open_round(evaluators=4, subjects=1)
    open_ballots(page, live_server.url, running, 2)
    for number in range(2):
        page.get_by_role("spinbutton").nth(number).fill("77")

    # The network fails while drawing; then the server hands out another manifest; then the round closes.
    page.route("**/draw/", lambda route: route.abort())
    page.get_by_role("button", name="Look it over").click()
    page.get_by_role("button", name="Cast", exact=True).click()
    expect(page.locator("#trouble")).to_contain_text("could not be reached")
    page.unroute("**/draw/")
    page.reload()
    page.route("**/manifest.json", lambda route: route.fulfill(body="{}"))
    page.get_by_role("button", name="Look it over").click()
    page.get_by_role("button", name="Cast", exact=True).click()
    expect(page.locator("#trouble")).to_contain_text("tell the inspectors")
    page.unroute("**/manifest.json")
    running.close()
    page.get_by_role("button", name="Cast", exact=True).click()
    expect(page.locator("#trouble")).to_contain_text("closed")
    page.get_by_role("button", name="Back to the answers").click()
    expect(page.get_by_role("spinbutton").first).to_have_value("77")


def test_the_key_of_the_manifest_is_kept_once_verified_and_forgotten_with_the_round(
    live_server: Any, page: Page, faults: list[str]
) -> None:
    """The check trusts it, so it is never kept of a manifest that nobody has verified, and never outlives the rest."""
    running = make_open_round(evaluators=4, subjects=1)
    of_the_manifest = {
        "fingerprint": running.round.fingerprint,
        "receiptKey": json.loads(running.round.manifest)["receipt_key"],
    }

    def known() -> dict[str, Any]:
        (text,) = kept(page).values()
        return {name: json.loads(text)[name] for name in of_the_manifest}

    open_ballots(page, live_server.url, running, 2)
    for field in page.get_by_role("spinbutton").all():
        field.fill("70")
    assert known() == {**of_the_manifest, "receiptKey": None}
    cast(page)
    assert known() == of_the_manifest

    code = page.locator("#recovery-code").inner_text()
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("#receipt [data-forget]").click()
    expect(page.locator("#recover")).to_be_visible()
    assert kept(page) == {}

    # The same tab, which has the manifest at hand still.
    page.get_by_label("Recovery code", exact=True).fill(code)
    page.get_by_role("button", name="Recover").click()
    expect(page.locator("#recover")).to_be_hidden()
    assert known() == of_the_manifest
