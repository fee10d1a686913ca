"""A whole round in real browsers: the key of the box, twelve evaluators, the count, publication, the check, and a
verifier that trusts nobody."""

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from peer_review.domain.keys import server_keys
from peer_review.models import Round
from peer_review.offline import verify_bulletin
from tests.e2e.sign_in import sign_in
from tests.factories.peer_review.rounds import (
    RoundFactory,
    make_cell,
    make_member,
    make_subject,
    make_user,
    stock_key_pool,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "box"])]

EVALUATORS = 12
SUBJECTS = 2


def prepared_round() -> tuple[Round, list[Any]]:
    """A draft with roll and cell keys, which only wants its box key; and its evaluators."""
    round = RoundFactory(title="Autumn round")
    users = [make_user(f"Evaluator {number}", "staff") for number in range(EVALUATORS)]
    for user in users:
        make_member(round, user)
    for number in range(SUBJECTS):
        subject = make_subject(round, make_member(round, make_user(f"Subject {number}", "staff")))
        make_cell(subject, users)
    stock_key_pool(round.cells.count())
    server_keys.prepare_keys(round)
    return round, users


class House:
    """One browser with a profile for each person."""

    def __init__(self, browser: Browser, address: str, round: Round) -> None:
        self.browser, self.address, self.round = browser, address, round
        self.pages: dict[Any, Page] = {}

    def open(self, user: Any, name: str, ready: str = "") -> Page:
        """Let somebody open a page about the round, in their own profile."""
        if user.pk not in self.pages:
            context = self.browser.new_context(locale="en")
            context.set_default_timeout(30_000)
            sign_in(context, self.address, user)
            self.pages[user.pk] = context.new_page()
        page = self.pages[user.pk]
        page.goto(self.address + reverse(f"peer_review:{name}", args=[self.round.public_id]))
        if ready:
            page.locator(f"html[data-ready={ready}]").wait_for()
        return page

    def close(self) -> None:
        for page in self.pages.values():
            page.context.close()


def make_box_key(page: Page) -> str:
    """What a scrutineer does before opening; return the code on their paper."""
    page.get_by_role("button", name="Make the key in this browser").click()
    code = page.locator("#key-code").inner_text()
    last = page.get_by_label("The last four characters")
    last.fill("????")
    page.get_by_role("button", name="Confirm and test").click()
    expect(page.locator("#trouble")).to_contain_text("not the last four")
    last.fill(code[-4:].lower())
    page.get_by_role("button", name="Confirm and test").click()
    expect(page.locator("#tested")).to_be_visible()
    assert page.locator("#key-code").text_content() == ""
    return code


def evaluate(page: Page, number: int) -> None:
    """What an evaluator does: a number for each question, look over, cast."""
    fields = page.get_by_role("spinbutton")
    for field in range(2 * SUBJECTS):
        fields.nth(field).fill(str(60 + number + field))
    page.get_by_role("button", name="Look it over").click()
    page.get_by_role("button", name="Cast", exact=True).click()
    expect(page.locator("#receipt-title")).to_have_text(f"Your ballots are in the box: {SUBJECTS} of {SUBJECTS}")


def step(house: House, name: str) -> None:
    """The organiser presses one button."""
    page = house.open(house.round.organiser, "round-dashboard")
    folded = page.locator("details", has=page.get_by_role("button", name=name, include_hidden=True))
    if folded.count():
        folded.locator("summary").click()
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()
    house.round.refresh_from_db()


def verify(folder: Path, fingerprint: str) -> int:
    """Run the verifier as anybody would, with nothing of ours on its path; return its exit status."""
    script = folder / "verify.py"
    script.write_bytes(Path(verify_bulletin.__file__).read_bytes())
    files = {f"--{name}": folder / f"{name}.json" for name in ("manifest", "bulletin", "ballots", "receipt")}
    arguments = [text for option, path in files.items() for text in (option, str(path))]
    run = [sys.executable, "-I", str(script), *arguments, "--fingerprint", fingerprint]
    return subprocess.run(run, cwd=folder, check=False, capture_output=True).returncode


def drop(ballots: dict[str, Any]) -> None:
    ballots["entries"].pop()


def add(ballots: dict[str, Any]) -> None:
    ballots["entries"].append(copy.deepcopy(ballots["entries"][0]))


def alter(ballots: dict[str, Any]) -> None:
    answers = ballots["entries"][0]["ballot"]["a"]
    answers["quality"] = 100 - answers["quality"]


def test_a_round_from_its_key_to_the_verified_count(live_server: Any, browser: Browser, tmp_path: Path) -> None:
    round, users = prepared_round()
    scrutineer = round.scrutineers.get()
    house = House(browser, live_server.url, round)
    try:
        code = make_box_key(house.open(scrutineer, "scrutineer-round", "scrutineer"))
        step(house, "Open the round")
        assert round.state == "open"
        for number, user in enumerate(users):
            page = house.open(user, "ballot", "ballot")
            evaluate(page, number)
            if number == 0:
                with page.expect_download() as download:
                    page.get_by_role("button", name="Download the receipt file").click()
                download.value.save_as(tmp_path / "receipt.json")
        # By hand only what is due: the clock has not come round yet.
        Round.objects.filter(pk=round.pk).update(closes_at=timezone.now())
        step(house, "Close the round now")
        assert round.state == "closed"

        # Before the count the receipts are valid, and nothing is claimed about the box.
        check = house.open(users[1], "ballot-check", "check")
        expect(check.locator("#verdict-title")).to_contain_text("not been counted yet")

        # A wrong key opens nothing; the right one opens everything and is never sent.
        page = house.open(scrutineer, "scrutineer-round", "scrutineer")
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.post_data or ""))
        field = page.get_by_label("Key of the box")
        field.fill(code[:-1])
        page.get_by_role("button", name="Open the box").click()
        expect(page.locator("#trouble")).to_contain_text("not a whole key")
        field.fill(code)
        page.get_by_role("button", name="Open the box").click()
        expect(page.locator("#counted")).to_be_visible()
        assert not any(code[:9] in text or code.replace("-", "")[:16] in text for text in sent)
        step(house, "Publish the results")
        assert round.state == "published"

        held = f"The bulletin holds {SUBJECTS} of your {SUBJECTS} ballots"
        for user in (users[0], users[-1]):
            asked: list[str] = []
            house.pages[user.pk].on("request", lambda request, to=asked: to.append(request.url))
            page = house.open(user, "ballot-check", "check")
            expect(page.locator("#verdict-title")).to_have_text(held)
            # Nothing but what everybody with these papers asks for: neither the manifest nor the whole bulletin.
            assert [url for url in asked if "/bulletin/head/" in url]
            assert not [url for url in asked if url.endswith(".json")]
        # With the receipt file, on any computer: the receipts speak for the key that signs the bulletin.
        house.pages.pop(users[0].pk).context.close()
        page = house.open(users[0], "ballot-check", "check")
        expect(page.locator("#none-here")).to_be_visible()
        page.locator("#receipt-file").set_input_files(tmp_path / "receipt.json")
        expect(page.locator("#verdict-title")).to_have_text(held)
    finally:
        house.close()

    files(round, tmp_path)
    assert verify(tmp_path, round.fingerprint) == 0
    assert verify(tmp_path, "0" * 64) == 1
    whole = json.loads((tmp_path / "ballots.json").read_text())
    assert len(whole["entries"]) == EVALUATORS * SUBJECTS
    changes: list[Callable[[dict[str, Any]], None]] = [drop, add, alter]
    for change in changes:
        ballots = copy.deepcopy(whole)
        change(ballots)
        (tmp_path / "ballots.json").write_text(json.dumps(ballots))
        assert verify(tmp_path, round.fingerprint) == 1


def files(round: Round, folder: Path) -> None:
    """Download what an auditor verifies."""
    client = Client()
    for name, route in (("manifest", "manifest"), ("bulletin", "bulletin-json")):
        response = client.get(reverse(f"peer_review:{route}", args=[round.public_id]))
        (folder / f"{name}.json").write_bytes(b"".join(response))
    client.force_login(make_user("Inspector", "inspector"))
    response = client.get(reverse("peer_review:audit-ballots", args=[round.public_id]))
    (folder / "ballots.json").write_bytes(b"".join(response))
