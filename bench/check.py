"""Checking one's ballots in a published round of 100,000 papers, on a telephone: seconds and bytes.

    python bench/check.py [--shapes 1000x100 2000x50 2500x40] [--networks 4g 3g] [--visits 3]

Each shape is a round of so many people with so many papers each, its cells as small as the shape says. Rolls, blocks
and the signed bulletin are written as a count leaves them; leaves and the cells' keys are random bytes, which neither
the page nor its size can tell from real ones. gunicorn serves it as production does, with compressed static files.

Then a browser opens the check page as a telephone would: processor four times slower, network as in Chromium's own
profiles, nothing in its cache, and in its store the receipts of one of these people, once with the key that the ballot
page keeps beside them and once without, which must make no difference. Timed is what the reader waits for, from the
request to the verdict; counted is what came over the network, headers included. The verdict must be that every ballot
of theirs is counted.
Fails if a shape that can hold the aim, 3 s and 500 kB on 4G, does not.
"""

# ruff: noqa: PLC0415 - Django is set up with this run's own settings before anything of it is imported

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from common import ROOT, own_databases, start_django
from server import Server

#: (people, papers each): people in a cell. The first two are papers about so many others, the last one a vote of all.
SHAPES = {"1000x100": (1_000, 100, 100), "2000x50": (2_000, 50, 50), "2500x40": (2_500, 40, 2_500)}
#: Where the aim is to be held, on this network. Whoever votes in every cell needs every leaf.
HELD = {"1000x100", "2000x50"}
HELD_ON = "4g"
#: Name: latency in ms, bytes a second down and up. Chromium's own profiles of these names.
NETWORKS = {"4g": (165.0, 1_012_500.0, 168_750.0), "3g": (562.5, 120_000.0, 84_375.0)}
PROCESSOR = 4
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 3, "is_mobile": True, "locale": "zh-CN"}
#: What the page is to hold: seconds and thousands of bytes.
AIM = (3.0, 500.0)
#: The beginning and the end of every RSA-2048 key in the manifest.
SPKI = bytes.fromhex("30820122300d06092a864886f70d01010105000382010f003082010a0282010100"), bytes.fromhex("0203010001")
READY = """
new MutationObserver(() => {
  if (document.documentElement?.dataset.ready === "check") globalThis.readyAfter ??= performance.now();
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-ready"] });
"""
KINDS = {
    "manifest.json": "manifest",
    "bulletin.json": "bulletin",
    "/bulletin/head/": "head",
    "/bulletin/cells/": "cells",
}


@dataclass
class Published:
    """A published round, one of its voters, and what that person's browser keeps."""

    title: str
    round: Any
    reader: Any
    papers: int
    store: dict[str, Any]
    cookie: dict[str, str]


@dataclass
class Visit:
    """One visit of the check page: seconds until the verdict, bytes that came, by kind."""

    seconds: float
    bytes: dict[str, float] = field(default_factory=dict)

    @property
    def kilobytes(self) -> float:
        """All that came, in thousands of bytes."""
        return sum(self.bytes.values()) / 1_000


def random_key() -> str:
    """Return what looks like a cell's public key: a random odd number of 2,048 bits. Nobody signs with it."""
    from zhengyan_crypto.encoding import b64u_encode

    modulus = (1 << 2047) | secrets.randbits(2048) | 1
    before, after = SPKI
    return b64u_encode(before + modulus.to_bytes(256, "big") + after)


def publish(people: int, papers: int, in_a_cell: int) -> Published:
    """Write a published round in which everybody voted on every paper of theirs."""
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from peer_review.domain.keys import server_keys
    from peer_review.domain.schemes import default_schemes
    from peer_review.domain.schemes.schemes import freeze_scheme
    from peer_review.enums import RoundState
    from peer_review.models import Assignment, Bulletin, Cell, RollMember, Round, Subject
    from peer_review.protocol.ballots import generate_receipt_key, receipt_message
    from peer_review.protocol.bulletin import Totals, make_block, sign_head
    from peer_review.views.ballots.ballot import browser_tag
    from zhengyan_crypto import canonical
    from zhengyan_crypto.encoding import b64u_encode

    user_model = get_user_model()
    prefix = f"check-{secrets.token_hex(4)}-"
    user_model.objects.bulk_create([user_model(username=f"{prefix}{n}", password="!") for n in range(people)])
    users = list(user_model.objects.filter(username__startswith=prefix).order_by("pk"))
    # Not by way of opening and count: what these would write is written below.
    round = Round.objects.create(
        organiser=users[0],
        title="Bench",
        scheme=default_schemes.create_default_schemes(by=users[0])["annual"],
        opens_at=timezone.now() - timedelta(days=2),
        closes_at=timezone.now() - timedelta(days=1),
    )
    RollMember.objects.bulk_create(
        [
            RollMember(round=round, user=user, name=user.username, section_key="a", section_name="A", rank_key="r")
            for user in users
        ],
        batch_size=500,
    )
    form = freeze_scheme(round.scheme)
    number = people * papers // in_a_cell
    subjects = Subject.objects.bulk_create(
        [Subject(round=round, key=f"s{n}", label=f"同事{n:04}", section_key="a") for n in range(number)]
    )
    voter_class = next(iter(form.class_labels))
    cells = Cell.objects.bulk_create(
        [
            Cell(
                round=round,
                subject=subject,
                voter_class=voter_class,
                spki=random_key(),
            )
            for subject in subjects
        ],
        batch_size=500,
    )
    roll = [(user, cells[(at + step) % number]) for at, user in enumerate(users) for step in range(papers)]
    Assignment.objects.bulk_create([Assignment(evaluator=user, cell=cell) for user, cell in roll], batch_size=2_000)
    key = generate_receipt_key()
    round.form, round.state = form.as_json(), RoundState.PUBLISHED
    round.receipt_public = b64u_encode(key.public_key().public_bytes_raw())
    round.box_public = b64u_encode(secrets.token_bytes(32))
    round.opened_at = round.closed_at = round.published_at = round.closes_at
    round.manifest, round.fingerprint = server_keys.make_manifest(round)
    round.save()

    reader = users[-1]
    own = {cell.key: secrets.token_bytes(32) for user, cell in roll if user == reader}
    rows, blocks = [], []
    for cell in sorted(cells, key=lambda cell: cell.key):
        leaves = [secrets.token_bytes(32) for _other in range(in_a_cell - (cell.key in own))]
        leaves += [own[cell.key]] if cell.key in own else []
        block, _openings = make_block(leaves, eligible=in_a_cell)
        rows.append({"cell": cell.key, "eligible": in_a_cell, "fate": "counted"})
        blocks.append(block)
    head, signature = sign_head(
        key,
        round_id=round.public_id,
        manifest_fingerprint=round.fingerprint,
        floor=form.floor,
        cells=rows,
        groups=[],
        blocks=blocks,
        totals=Totals(people, people, people * papers),
    )
    Bulletin.objects.create(
        round=round,
        head=canonical.dumps(head).decode(),
        signature=signature,
        size=people * papers,
        root=head["root"],
        outcome=canonical.dumps({"cells": rows, "groups": []}).decode(),
        leaves=b"".join(blocks),
    )
    receipts = {
        cell: {
            "v": 1,
            "round": round.public_id,
            "leaf": leaf.hex(),
            "sig": b64u_encode(key.sign(receipt_message(round.public_id, leaf.hex()))),
            "salt": secrets.token_urlsafe(32),
        }
        for cell, leaf in own.items()
    }
    kept = {"v": 1, "receipts": receipts, "fingerprint": round.fingerprint, "receiptKey": round.receipt_public}
    name = f"peer-review/{round.public_id}/{browser_tag(reader, round)}"
    title = f"{people:,} people, {papers:,} papers each, {in_a_cell:,} people in a cell"
    return Published(title, round, reader, papers, {"name": name, "value": kept}, session_cookie(reader))


def find_browser() -> str | None:
    """Return the path of an installed Chromium; None for the one that playwright brings."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("BROWSER_PATH") or next(filter(None, map(shutil.which, names)), None)


def session_cookie(user: Any) -> dict[str, str]:
    """Sign somebody in and return the cookie of their session."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    return {"name": cookie.key, "value": cookie.value}


def visit(browser: Any, published: Published, address: str, *, network: str | None, with_key: bool) -> Visit:
    """Open the check page with an empty cache, and wait for the verdict."""
    kept = {**published.store["value"]}
    if not with_key:
        del kept["receiptKey"]
    storage = {"origin": address, "localStorage": [{"name": published.store["name"], "value": json.dumps(kept)}]}
    context = browser.new_context(**PHONE, storage_state={"cookies": [], "origins": [storage]})
    try:
        context.add_cookies([{**published.cookie, "url": address}])
        context.add_init_script(READY)
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.set_default_navigation_timeout(120_000)
        devtools = context.new_cdp_session(page)
        devtools.send("Network.enable")
        if network:
            latency, down, up = NETWORKS[network]
            profile = {"latency": latency, "downloadThroughput": down, "uploadThroughput": up}
            devtools.send("Network.emulateNetworkConditions", {"offline": False, **profile})
            devtools.send("Emulation.setCPUThrottlingRate", {"rate": PROCESSOR})
        asked: dict[str, str] = {}
        found = Visit(0.0)

        def came(event: dict[str, Any]) -> None:
            url = asked.get(event["requestId"], "")
            kind = next((kind for part, kind in KINDS.items() if part in url), "page, styles, scripts")
            found.bytes[kind] = found.bytes.get(kind, 0) + event["encodedDataLength"]

        devtools.on(
            "Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: event["request"]["url"]})
        )
        devtools.on("Network.loadingFinished", came)
        response = page.goto(f"{address}/review/rounds/{published.round.public_id}/check/")
        if page.locator("#check-page").count() == 0:
            raise SystemExit(f"The check page does not come: {response.status} {page.url}\n{page.inner_text('body')}")
        page.locator("html[data-ready=check]").wait_for()
        found.seconds = page.evaluate("readyAfter") / 1_000
        counted = page.locator("#proof-rows .pr-state-done").count()
        if counted != published.papers or page.locator("#trouble").is_visible():
            raise SystemExit(
                f"{counted} of {published.papers} ballots are counted: {page.locator('#trouble').inner_text()}"
            )
        return found
    finally:
        context.close()


def measure(published: Published, address: str, browser: Any, options: argparse.Namespace) -> dict[str, bool]:
    """Visit a round as often as asked and print what it took; return by network whether it holds the aim."""
    held = dict.fromkeys(options.networks, True)
    print(f"\n{published.title}; load now {os.getloadavg()[0]:.1f}")
    visit(browser, published, address, network=None, with_key=True)  # the server has read the round
    for network in options.networks:
        for with_key in (True, False):
            visits = [
                visit(browser, published, address, network=network, with_key=with_key)
                for _time in range(options.visits)
            ]
            seconds = statistics.median(visit.seconds for visit in visits)
            size = max(visit.kilobytes for visit in visits)
            holds = seconds <= AIM[0] and size <= AIM[1]
            held[network] &= holds
            parts = ", ".join(f"{kind} {count / 1_000:,.0f}" for kind, count in sorted(visits[-1].bytes.items()))
            print(
                f"  {network}, {'key kept' if with_key else 'no key  '} {seconds:6.1f} s {size:8,.0f} kB"
                f"  {'holds' if holds else 'does not hold'} ({parts})",
                flush=True,
            )
    return held


def main() -> None:
    """Serve rounds of every shape and visit each."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shapes", nargs="+", choices=SHAPES, default=list(SHAPES))
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--visits", type=int, default=3, help="of which the median counts")
    parser.add_argument("--smaller", type=int, default=1, help="divide people and papers by this")
    options = parser.parse_args()
    with own_databases("check") as folder:
        start_django()
        from django.db import connections

        # As production serves them: under hashed names, compressed.
        command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
        subprocess.run(command, cwd=ROOT, check=True)
        shapes = [[max(1, part // options.smaller) for part in SHAPES[name]] for name in options.shapes]
        # Before playwright's own loop begins, in which Django asks no database.
        rounds = [publish(*shape) for shape in shapes]
        connections.close_all()
        with Server(folder / "server.log", workers=2) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
            address = f"http://127.0.0.1:{server.port}"
            missed = [
                name
                for name, published in zip(options.shapes, rounds, strict=True)
                if not measure(published, address, browser, options).get(HELD_ON, True) and name in HELD
            ]
            browser.close()
    if missed:
        raise SystemExit(f"Over {AIM[0]:.0f} s or {AIM[1]:.0f} kB: {', '.join(missed)}")


if __name__ == "__main__":
    main()
