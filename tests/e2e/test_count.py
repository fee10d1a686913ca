"""Watching a count: how far it is, how long it takes, and what if the worker that counted was stopped."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from peer_review.enums import CountPhase
from peer_review.models import CountRun
from tests.e2e.sign_in import sign_in
from tests.factories.peer_review.counted_rounds import make_voted_round, open_box

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "box"])]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB")
    yield context.new_page()
    context.close()


def test_a_count_says_how_long_it_takes_and_goes_on_after_its_worker_was_stopped(live_server: Any, page: Page) -> None:
    running = make_voted_round(evaluators=5)
    running.close()
    open_box(running)
    CountRun.objects.update(phase=CountPhase.CHECKING, done=1, total=4)  # nobody counts any more
    round = running.round
    sign_in(page.context, live_server.url, round.scrutineers.get())
    page.clock.install()
    page.goto(live_server.url + reverse("peer_review:scrutineer-round", args=[round.public_id]))
    text, bar = page.locator("#working-text"), page.locator("#working-bar")
    expect(text).to_have_text("Counting: 1 of 4")
    expect(bar).to_have_attribute("max", "4")

    CountRun.objects.update(done=2)
    page.clock.fast_forward(60_000)
    expect(text).to_have_text(re.compile("^Counting: 2 of 4 · about [23] min left$"))
    CountRun.objects.update(phase=CountPhase.WRITING, done=1)
    page.clock.fast_forward(10_000)
    expect(text).to_have_text("Writing the ballots in order: step 1 of 100")

    page.clock.fast_forward(290_000)
    expect(text).to_be_visible()
    round.refresh_from_db()
    assert round.state == "closed"
    page.clock.fast_forward(20_000)
    expect(text).to_have_count(0)
    round.refresh_from_db()
    assert (round.state, round.bulletin.size) == ("counted", 4)
