"""Three scrutineers make the key of a box together, two of them open it, each destroys their own share."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from playwright.sync_api import Browser, Page, expect

from peer_review.domain.keys import custody, server_keys
from peer_review.domain.rounds.lifecycle import close_round, open_round
from peer_review.models import Round
from peer_review.offline import open_box
from tests.e2e.accessibility import faults
from tests.e2e.test_round_journey import House
from tests.factories.peer_review.rounds import (
    Evaluator,
    RoundFactory,
    RunningRound,
    make_cell,
    make_member,
    make_subject,
    make_user,
    stock_key_pool,
)
from zhengyan_crypto.encoding import b64u_encode
from zhengyan_crypto.sharing import Share, decode_share, split

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "box"])]

NAMES = ["Scrutineer A", "Scrutineer B", "Scrutineer C"]


def prepared_round() -> tuple[Round, list[Any]]:
    """A draft that only wants its box key, with three scrutineers; and its evaluators."""
    round = RoundFactory(scrutineers=[make_user(name, "scrutineer") for name in NAMES])
    users = [make_user(f"Evaluator {letter}", "staff") for letter in "abcd"]
    for user in users:
        make_member(round, user)
    make_cell(make_subject(round, make_member(round, make_user("Subject", "staff"))), users)
    stock_key_pool(1)
    server_keys.prepare_keys(round)
    return round, users


def code_of(page: Page) -> str:
    return "-".join(page.locator("#share-code").inner_text().split())


def make_in_shares(page: Page) -> tuple[list[str], str]:
    """Each in turn sees their own share, and nobody sees another's.

    Return what then lies on three papers, and the name of the key, which is on each.
    """
    page.get_by_role("button", name="Make the key in this browser").click()
    papers, named = list[str](), ""
    for number, name in enumerate(NAMES, start=1):
        expect(page.locator("#ceremony-title")).to_have_text(f"Share {number} of 3: {name}")
        expect(page.locator("#share")).to_be_hidden()
        assert page.locator("#share-code").text_content() == ""
        page.get_by_role("button", name="I am here").click()
        papers.append(code_of(page))
        if number == 1:
            assert faults(page) == []
        named = page.locator("#share-key").inner_text().replace(" ", "")
        page.get_by_label("The four characters at the end").fill("????" if number == 1 else papers[-1][-4:])
        page.get_by_role("button", name="I have it on paper").click()
        if number == 1:
            expect(page.locator("#trouble")).to_contain_text("not the last four")
            page.get_by_label("The four characters at the end").fill(papers[-1][-4:].lower())
            page.get_by_role("button", name="I have it on paper").click()
    expect(page.locator("#test")).to_be_visible()
    page.locator("html[data-ready=scrutineer]").wait_for()
    return papers, named


def bring(page: Page, paper: str) -> None:
    """Type one share at the desk."""
    page.get_by_label("Share of whoever sits here").fill(paper)
    page.get_by_role("button", name="Take this share").click()


def missing(page: Page) -> list[str]:
    """Whose shares have not been taken."""
    lines = page.locator("#desk-holders li").all_inner_texts()
    return [name for name in NAMES for line in lines if name in line and "not taken yet" in line]


def forged(paper: str) -> str:
    """A share with the same number and a sound checksum that is not the one its holder got."""
    real = decode_share(paper)
    return Share(real.tag, real.threshold, real.number, bytes(32)).encode()


def test_a_two_of_three_ceremony(live_server: Any, browser: Browser) -> None:
    round, users = prepared_round()
    first, second, third = round.scrutineers.order_by("pk")
    house = House(browser, live_server.url, round)
    try:
        page = house.open(first, "scrutineer-round", "scrutineer")
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.post_data or ""))
        expect(page.get_by_label("Shares that open the box")).to_have_value("2")
        papers, named = make_in_shares(page)
        assert len(set(papers)) == 3

        # The test: from paper, any two. A slip, the same share twice and a share of another round are not taken.
        bring(page, papers[1][:-1])
        expect(page.locator("#trouble")).to_contain_text("not a whole share")
        bring(page, papers[1].lower().replace("-", " "))
        expect(page.locator("#desk-state")).to_have_text("Shares still needed: 1")
        expect(page.locator("#desk-share")).to_have_value("")
        assert missing(page) == ["Scrutineer A", "Scrutineer C"]
        assert faults(page) == []
        bring(page, papers[1])
        expect(page.locator("#trouble")).to_contain_text("taken already")
        bring(page, split(bytes(32), threshold=2, shares=3)[0].encode())
        expect(page.locator("#trouble")).to_contain_text("belongs to another key")
        bring(page, papers[2])
        expect(page.locator("#tested")).to_be_visible()
        found = custody.custody(Round.objects.get(pk=round.pk))
        assert (found.threshold, found.total, found.is_ready, found.name) == (2, 3, True, named)
        assert [share.holder for share in found.shares] == [first, second, third]

        running = RunningRound(open_round(round, by=round.organiser), b"", [])
        for user in users:
            running.stuff(Evaluator(user, running.round))
        close_round(running.round, by=None)

        # Opening, on another's computer: the first share is false, so two do not open; the third tells which.
        page = house.open(third, "scrutineer-round", "scrutineer")
        page.on("request", lambda request: sent.append(request.post_data or ""))
        bring(page, forged(papers[1]))
        bring(page, papers[0])
        expect(page.locator("#trouble")).to_contain_text(
            "one of them is not genuine: share 1 (Scrutineer A), share 2 (Scrutineer B)"
        )
        expect(page.locator("#desk-state")).to_contain_text("One more share is needed")
        bring(page, papers[2])
        expect(page.locator("#counted")).to_be_visible()

        # Each for themself.
        assert faults(page) == []
        page.get_by_role("button", name="I have destroyed what I kept").click()
        expect(page.locator(".pr-holders li").nth(2)).to_contain_text(re.compile("^Scrutineer C\\s*Destroyed"))
        expect(page.get_by_role("button", name="I have destroyed what I kept")).to_have_count(0)
    finally:
        house.close()
    round.refresh_from_db()
    assert round.state == "counted"
    assert [share.destroyed for share in custody.custody(round).shares] == [False, False, True]
    said = "".join(sent)
    assert not any(paper[12:24] in said or paper.replace("-", "")[12:24] in said for paper in papers)


def command(arguments: list[str], typed: list[str]) -> None:
    """Run open_box.py as on a computer apart."""
    run = [sys.executable, "-I", open_box.__file__, *arguments]
    subprocess.run(run, input="".join(f"{line}\n" for line in typed), check=True, encoding="utf-8", capture_output=True)


def take_rows(page: Page, path: Path) -> None:
    page.get_by_text("Large round, or a key that may touch no networked computer").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="box-rows-").click()
    download.value.save_as(path)


def test_a_key_that_touches_no_networked_computer(live_server: Any, browser: Browser, tmp_path: Path) -> None:
    round, users = prepared_round()
    holders = list(round.scrutineers.order_by("pk"))
    private = X25519PrivateKey.generate()
    papers = [share.encode() for share in split(private.private_bytes_raw(), threshold=2, shares=3)]
    rows, keys_file = tmp_path / "box-rows.json", tmp_path / "box-keys.jsonl"
    house = House(browser, live_server.url, round)
    try:
        page = house.open(holders[0], "scrutineer-round", "scrutineer")
        page.get_by_text("The key was made on another computer").click()
        page.get_by_label("Public half of the key").fill("not a key")
        page.get_by_role("button", name="Use this key").click()
        expect(page.locator("#trouble")).to_contain_text("43 letters")
        page.get_by_label("Public half of the key").fill(b64u_encode(private.public_key().public_bytes_raw()))
        page.get_by_role("button", name="Use this key").click()
        expect(page.locator(".pr-holders").get_by_text("Not confirmed")).to_have_count(3)
        for holder in holders:
            page = house.open(holder, "scrutineer-round", "scrutineer")
            page.get_by_role("button", name="I have my share on paper").click()
            expect(page.get_by_role("button", name="I have my share on paper")).to_have_count(0)
        take_rows(page, rows)
        command(["open", str(rows)], papers[:2])
        page.get_by_label("File of keys").set_input_files(keys_file)
        expect(page.locator("#tested")).to_be_visible()

        running = RunningRound(open_round(round, by=round.organiser), b"", [])
        for user in users:
            running.stuff(Evaluator(user, running.round))
        close_round(running.round, by=None)

        page = house.open(holders[2], "scrutineer-round", "scrutineer")
        take_rows(page, rows)
        page.get_by_label("File of keys").set_input_files(keys_file)  # of the test: it holds none of the rows' keys
        expect(page.locator("#trouble")).to_contain_text("does not hold the keys of all rows")
        page.get_by_label("File of keys").set_input_files(rows)
        expect(page.locator("#trouble")).to_contain_text("not a file that the command wrote")
        command(["open", str(rows)], papers[1:])
        page.get_by_label("File of keys").set_input_files(keys_file)
        expect(page.locator("#counted")).to_be_visible()
    finally:
        house.close()
    round.refresh_from_db()
    assert round.state == "counted"
