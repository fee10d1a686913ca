"""Paper envelopes: made and printed in a scrutineer's browser, drawn from an urn, used at a kiosk."""

import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from peer_review.box import store
from peer_review.domain.rounds.lifecycle import open_round
from peer_review.models import Drawn
from tests.e2e.sign_in import sign_in
from tests.factories.home import home_page
from tests.factories.peer_review.counted_rounds import count_all
from tests.factories.peer_review.rounds import RunningRound, make_ready_round

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "box"])]


@pytest.fixture
def running() -> RunningRound:
    """Ten people evaluate another; three vote on paper, the others have cast their ballots."""
    home_page()
    running = make_ready_round(evaluators=11, subjects=1)
    voters = [one.user for one in running.evaluators[-3:]]
    running.round.members.filter(user__in=voters).update(on_paper=True)
    running.round = open_round(running.round, by=running.round.organiser)
    for evaluator in running.evaluators[:-3]:
        evaluator.round = running.round
        running.vote(evaluator, {"quality": 80, "spirit": 80})
    return running


def at_kiosk(page: Page, code: str) -> None:
    """Type a code on the kiosk's first page and wait for the papers."""
    page.locator("html[data-ready=kiosk]").wait_for()
    page.get_by_label("Code on the slip").fill(code.lower().replace("-", " "))
    page.get_by_role("button", name="Open my papers").click()
    page.locator("html[data-ready=ballot]").wait_for()


def test_an_envelope_from_the_printer_to_the_count(live_server: Any, browser: Browser, running: RunningRound) -> None:
    round = running.round
    desk = browser.new_context(locale="en")
    kiosk = browser.new_context(locale="en")
    for context in (desk, kiosk):
        context.set_default_timeout(30_000)
    try:
        sign_in(desk, live_server.url, round.scrutineers.get())
        page = desk.new_page()
        page.goto(live_server.url + reverse("peer_review:envelopes", args=[round.public_id]))
        page.locator("html[data-ready=envelopes]").wait_for()
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.post_data or ""))
        page.get_by_role("button", name="Make 3 envelopes").click()
        expect(page.locator("#made-title")).to_contain_text("3 slips")
        codes = [re.sub(r"\s+", "-", text.strip()) for text in page.locator(".pr-slip .pr-code").all_inner_texts()]
        assert len({*codes}) == 3
        assert page.locator(".pr-slip svg").count() == 3
        assert not any(code.replace("-", "")[:12] in body.upper() for code in codes for body in sent)
        sheet = page.pdf(prefer_css_page_size=True)
        assert re.findall(rb"/Count (\d+)", sheet) == [b"1"]  # three slips, one page
        width, height = (float(one) for one in re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", sheet).groups())
        assert (round_mm(width), round_mm(height)) == (210, 297)

        # At the kiosk: nobody signed in, a slip of the pen, then the papers.
        papers = kiosk.new_page()
        start = live_server.url + reverse("peer_review:kiosk", args=[round.public_id])
        papers.goto(start)
        papers.locator("html[data-ready=kiosk]").wait_for()
        papers.get_by_label("Code on the slip").fill("0000 " + codes[0][5:])
        papers.get_by_role("button", name="Open my papers").click()
        expect(papers.locator("#trouble")).to_contain_text("opens no papers")
        at_kiosk(papers, codes[0])
        for number, field in enumerate(papers.get_by_role("spinbutton").all()):
            field.fill(str(70 + number))
        papers.get_by_role("button", name="Look it over").click()
        papers.get_by_role("button", name="Cast", exact=True).click()
        expect(papers.locator("#receipt-title")).to_contain_text("1 of 1")
        assert {cookie["name"] for cookie in kiosk.cookies()} <= {"csrftoken"}  # the language switch
        assert papers.evaluate("({...localStorage, ...sessionStorage})") == {}
        recovery = re.sub(r"\s+", "-", papers.locator("#recovery-code").inner_text().strip())
        assert recovery not in codes
        papers.get_by_role("button", name="Done: next person").click()
        papers.wait_for_url(start)

        # A change of mind replaces the first ballot: the slip alone, which whoever printed it knows, is not enough.
        # And a page without an envelope goes back to the start.
        at_kiosk(papers, codes[0])
        address = papers.url
        for field in papers.get_by_role("spinbutton").all():
            field.fill("90")
        papers.get_by_role("button", name="Look it over").click()
        papers.get_by_role("button", name="Cast", exact=True).click()
        expect(papers.get_by_role("heading", name="This slip has been used")).to_be_visible()
        papers.get_by_label("Recovery code").fill(recovery)
        papers.get_by_role("button", name="Recover my credentials").click()
        expect(papers.locator("#said")).to_contain_text("Your credentials are back")
        papers.get_by_role("button", name="Look it over").click()
        papers.get_by_role("button", name="Cast", exact=True).click()
        expect(papers.locator("#receipt-title")).to_contain_text("1 of 1")
        papers.goto(address)
        papers.wait_for_url(start)
    finally:
        desk.close()
        kiosk.close()

    # Seven on the screen, two at the kiosk of whom the later one counts. Whoever printed the three slips may know three
    # ballots, and five are the floor.
    assert store.count_rows("sealed", round.public_id) == 9
    assert count_all(running).bulletin.size == 8
    assert not Drawn.objects.exists()


def round_mm(points: float) -> int:
    """Return a length in points as whole millimetres."""
    return round(points / 72 * 25.4)
