"""The check page in a real browser: what became of each paper of the reader, cast or not."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.urls import reverse
from playwright.sync_api import Page, Request, expect

from peer_review.models import Cell
from peer_review.protocol.ballots import receipt_message
from tests.e2e.sign_in import sign_in
from tests.factories.peer_review.counted_rounds import count_all
from tests.factories.peer_review.kept_receipts import READY, KeptReceipts
from tests.factories.peer_review.rounds import RunningRound, SchemeFactory, make_open_round
from zhengyan_crypto.encoding import b64u_encode


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


# What the browser kept


class Check(KeptReceipts):
    """A round, one of its voters, and that voter's browser."""

    def __init__(self) -> None:
        self.running = make_open_round(evaluators=7, subjects=2)
        for evaluator in self.running.evaluators:
            self.running.stuff(evaluator)
        super().__init__(self.running, self.running.evaluators[-1])

    def open(self, page: Page, address: str, **changed: Any) -> list[str]:
        """Open the check page with this in the store; return the last part of each address that it asked for."""
        self.put_into(page.context, **changed)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url.partition("?")[0].rstrip("/").rpartition("/")[2]))
        self.open_check(page, address)
        return [name for name in asked if name in ("manifest.json", "bulletin.json", "head", "cells")]


@pytest.mark.django_db(transaction=True, databases=["default", "box"])
@pytest.mark.parametrize("key", ["kept", None, "AAAA", b64u_encode(bytes(32)), 7])
def test_receipts_speak_for_the_key_whatever_was_kept_of_it(key: Any, live_server: Any, page: Page) -> None:
    kept = Check()
    count_all(kept.running)

    asked = kept.open(page, live_server.url, **({} if key == "kept" else {"receiptKey": key}))

    expect(page.locator("#verdict-title")).to_have_text("The bulletin holds 2 of your 2 ballots")
    expect(page.locator("#trouble")).to_be_hidden()
    expect(page.locator("#own-papers [data-fate]").first).to_have_text("Counted")
    assert asked == ["head", "cells"]


@pytest.mark.django_db(transaction=True, databases=["default", "box"])
@pytest.mark.parametrize("with_key", [True, False], ids=["kept", "no key"])
def test_a_bulletin_of_version_1_is_read_whole(with_key: bool, live_server: Any, page: Page) -> None:
    """It has one list of leaves and no blocks, so no paper is asked for and no fate is told."""
    kept = Check()
    count_all(kept.running)
    kept.replace_bulletin_by_version_1(kept.running)

    asked = kept.open(page, live_server.url, **({} if with_key else {"receiptKey": None}))

    expect(page.locator("#verdict-title")).to_have_text("The bulletin holds 2 of your 2 ballots")
    expect(page.locator("#own-papers")).to_be_hidden()
    assert asked == ["bulletin.json"]


@pytest.mark.django_db(transaction=True, databases=["default", "box"])
def test_receipt_that_another_browser_overtook_is_not_found_and_nobody_is_accused(live_server: Any, page: Page) -> None:
    kept = Check()
    cell = next(iter(kept.receipts))
    receipts = {**kept.receipts, cell: kept.sign("3c" * 32)}
    count_all(kept.running)

    asked = kept.open(page, live_server.url, receipts=receipts)

    expect(page.locator("#verdict-title")).to_have_text("Among the hashes of your papers are only 1 of these 2 ballots")
    expect(page.locator("#verdict-text")).to_contain_text("cast anew in another browser")
    expect(page.locator("#verdict-tick")).to_be_hidden()
    page.locator("#proof summary").click()
    assert page.locator("#proof-rows .pr-state").all_inner_texts() == ["Not among your papers", "Counted"]
    assert asked == ["head", "cells"]


@pytest.mark.django_db(transaction=True, databases=["default", "box"])
def test_receipts_of_another_key_than_the_bulletin_are_refused(live_server: Any, page: Page) -> None:
    """A server that changed keys after the vote cannot have signed them."""
    kept = Check()
    key = Ed25519PrivateKey.generate()
    receipts = {
        cell: {**receipt, "sig": b64u_encode(key.sign(receipt_message(kept.round.public_id, receipt["leaf"])))}
        for cell, receipt in kept.receipts.items()
    }
    count_all(kept.running)

    kept.open(page, live_server.url, receipts=receipts, receiptKey=None)

    expect(page.locator("#trouble")).to_have_text("Receipts that do not carry this round's signature: 2.")
    expect(page.locator("#verdict")).to_be_hidden()


@pytest.mark.django_db(transaction=True, databases=["default", "box"])
def test_before_the_count_the_kept_key_tells_true_receipts_from_false_ones(live_server: Any, page: Page) -> None:
    kept = Check()
    receipts = {**kept.receipts}
    first = next(iter(receipts))
    receipts[first] = {**receipts[first], "sig": b64u_encode(bytes(64))}

    asked = kept.open(page, live_server.url, receipts=receipts)

    expect(page.locator("#verdict-title")).to_contain_text("not been counted yet")
    expect(page.locator("#trouble")).to_contain_text("1")
    assert asked == []


@pytest.mark.django_db(transaction=True, databases=["default", "box"])
def test_another_fingerprint_than_at_the_first_visit_is_told_and_nothing_is_checked_by_it(
    live_server: Any, page: Page
) -> None:
    kept = Check()
    count_all(kept.running)

    kept.open(page, live_server.url, fingerprint="0" * 64)

    expect(page.locator("#trouble")).to_contain_text("not the ones that its fingerprint names")
    expect(page.locator("#verdict")).to_be_hidden()
    expect(page.locator("#own-papers")).to_be_hidden()


@pytest.mark.django_db(transaction=True, databases=["default", "box"])
def test_a_bulletin_of_another_key_than_the_kept_one_is_not_believed(live_server: Any, page: Page) -> None:
    """A server that replaced manifest, fingerprint and bulletin after the vote: this browser knows the first key."""
    kept = Check()
    round = count_all(kept.running)
    forged = {"head": json.loads(round.bulletin.head), "sig": b64u_encode(bytes(64))}
    page.route("**/bulletin/head/", lambda route: route.fulfill(status=200, body=json.dumps(forged)))

    kept.open(page, live_server.url)

    expect(page.locator("#trouble")).to_be_visible()
    expect(page.locator("#verdict")).to_be_hidden()


@pytest.mark.django_db(transaction=True, databases=["default", "box"])
def test_what_failed_is_said_again_and_asked_for_only_with_the_page(live_server: Any, page: Page) -> None:
    """A failure never passes for a round not counted, and whoever caused it does not see who looks for a ballot."""
    kept = Check()
    count_all(kept.running)
    page.route("**/bulletin/head/", lambda route: route.abort())
    asked = kept.open(page, live_server.url)
    expect(page.locator("#trouble")).to_contain_text("Reload this page")
    expect(page.locator("#verdict")).to_be_hidden()

    page.unroute("**/bulletin/head/")
    leaf = next(iter(kept.receipts.values()))["leaf"]
    look_for(page, leaf)
    expect(page.locator("#hash-answer")).to_be_empty()
    expect(page.locator("#trouble")).to_be_focused()
    assert sorted(asked) == ["cells", "head"]

    page.reload()
    page.locator(READY).wait_for()
    look_for(page, leaf)
    expect(page.locator("#hash-answer")).to_contain_text(leaf[:4])
    expect(page.locator("#hash-answer")).to_contain_text("Counted")


def look_for(page: Page, typed: str) -> None:
    page.locator("#hash").fill(typed)
    page.locator("#hash-form button").click()
