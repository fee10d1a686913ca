"""The check page in a real browser: what became of each paper of the reader, cast or not."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Request, expect

from peer_review.models import Cell
from tests.e2e.sign_in import sign_in
from tests.factories.peer_review.counted_rounds import count_all
from tests.factories.peer_review.rounds import RunningRound, SchemeFactory, make_open_round


@pytest.fixture
def page(browser: Any) -> Iterator[Page]:
    context = browser.new_context(locale="en", viewport={"width": 390, "height": 844})
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def vote(running: RunningRound) -> None:
    """All vote about the first subject; all leaders and one of the staff about the second; nobody about the third."""
    first, second, _third = running.round.subjects.order_by("pk")
    cast_by_staff = 0
    for evaluator in running.evaluators:
        answers = {}
        for cell in Cell.objects.filter(assignments__evaluator=evaluator.user, round=running.round):
            is_staff = cell.subject == second and cell.voter_class == "staff"
            if cell.subject == first or (cell.subject == second and (not is_staff or not cast_by_staff)):
                answers[cell.key] = running.answers
                cast_by_staff += is_staff
        running.stuff(evaluator, answers)


@pytest.mark.django_db(transaction=True, databases=["default", "box"])
def test_each_paper_has_its_fate_and_no_request_names_a_ballot(live_server: Any, page: Page) -> None:
    scheme = SchemeFactory(floor=3, classes=[("leaders", 60), ("staff", 40)])
    running = make_open_round(evaluators=10, subjects=3, classes=("leaders", "staff"), scheme=scheme)
    vote(running)
    count_all(running)
    reader = running.evaluators[-1]
    sign_in(page.context, live_server.url, reader.user)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))

    page.goto(live_server.url + reverse("peer_review:ballot-check", args=[running.round.public_id]))
    page.locator("html[data-ready=check]").wait_for()

    expect(page.locator("#own-papers")).to_be_visible()
    labels = [subject.label for subject in running.round.subjects.order_by("pk")]
    fates = ["Counted", "Counted with a neighbouring class", "Too few: destroyed unread"]
    told = {
        line.locator("th").inner_text(): line.locator("[data-fate]").inner_text()
        for line in page.locator("#own-papers [data-cell]").all()
    }
    assert told == dict(zip(labels, fates, strict=True))
    own = {cell.key for cell in Cell.objects.filter(assignments__evaluator=reader.user)}
    [blocks] = [request for request in asked if "cell=" in request.url]
    assert set(re.findall(r"cell=([0-9a-f]{16})", blocks.url)) == own
    assert "cookie" not in blocks.all_headers()
    assert not [request.url for request in asked if re.search(r"[0-9a-f]{64}", request.url)]


@pytest.mark.django_db(transaction=True, databases=["default", "box"])
def test_browser_that_cannot_read_the_bulletin_says_so_and_tells_no_fate(live_server: Any, page: Page) -> None:
    running = make_open_round(evaluators=6)
    for evaluator in running.evaluators:
        running.stuff(evaluator)
    count_all(running)
    sign_in(page.context, live_server.url, running.evaluators[-1].user)
    page.route("**/bulletin/head/", lambda route: route.fulfill(status=200, body='{"head": {}, "sig": ""}'))

    page.goto(live_server.url + reverse("peer_review:ballot-check", args=[running.round.public_id]))
    page.locator("html[data-ready=check]").wait_for()

    expect(page.locator("#trouble")).to_be_visible()
    expect(page.locator("#own-papers")).to_be_hidden()
