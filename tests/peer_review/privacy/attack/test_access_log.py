"""A web server's access log attacked: every request as the server gets it, with the visit it belongs to.

The attacker of these tests has the whole log, although the rules for web servers keep these addresses out of it, and
the bulletin with every leaf. He looks for two things: an address that names a leaf (the check page once asked for the
path of each own leaf), and a visit that differs from that of somebody with the same papers, because the one voted and
the other did not (a browser without a receipt once fetched the manifest besides, one with an overtaken receipt the
whole bulletin). The pages are the real ones, in a real browser.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, Request

from peer_review.domain.tally.bulletin import blocks_of
from peer_review.models import Bulletin, Cell
from peer_review.protocol.bulletin import leaves_of
from tests.access_log import AccessLog, Line
from tests.e2e.sign_in import sign_in
from tests.e2e.test_check_page import look_for, vote
from tests.e2e.test_vectors import WITHOUT_CURVES
from tests.factories.peer_review.counted_rounds import count_all, publish
from tests.factories.peer_review.kept_receipts import KeptReceipts
from tests.factories.peer_review.rounds import RunningRound, SchemeFactory, make_open_round
from zhengyan_crypto import canonical, merkle
from zhengyan_crypto.encoding import b64u_encode

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "box"])

#: What lies in the browser of one and the same person, by name: a function of their receipts gives the store's values.
Store = Mapping[str, Any] | None
STATES: dict[str, Callable[[KeptReceipts], Store]] = {
    "never voted": lambda kept: None,
    "draft only": lambda kept: {"receipts": {}, "receiptKey": None},
    "verified, not cast": lambda kept: {"receipts": {}},
    "voted": lambda kept: {},
    "voted, no key kept": lambda kept: {"receiptKey": None},
    "voted, damaged key": lambda kept: {"receiptKey": b64u_encode(bytes(32))},
    "one overtaken": lambda kept: {"receipts": {**kept.receipts, next(iter(kept.receipts)): kept.sign("3c" * 32)}},
    "all overtaken, no key": lambda kept: {
        "receipts": {cell: kept.sign("5a" * 32) for cell in kept.receipts},
        "receiptKey": None,
    },
    "false receipts": lambda kept: {
        "receipts": {cell: {**receipt, "sig": b64u_encode(bytes(64))} for cell, receipt in kept.receipts.items()}
    },
    "another fingerprint": lambda kept: {"fingerprint": "0" * 64},
}
#: What a visit looked like: the addresses in the order in which the page asked, and what the server got and gave.
Visit = tuple[tuple[str, ...], tuple[Line, ...]]


@pytest.fixture
def log(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> AccessLog:
    return AccessLog(monkeypatch)


class Asked:
    """What a page asks for, in that order, as the browser tells it."""

    def __init__(self, page: Page) -> None:
        self.page, self.requests = page, list[str]()
        self.pending: set[Request] = set()
        page.on("request", self.note)
        for end in ("requestfinished", "requestfailed"):
            page.on(end, lambda request: self.pending.discard(request))

    def note(self, request: Request) -> None:
        self.requests.append(f"{request.method} {request.url}")
        self.pending.add(request)

    def wait_for_the_last(self) -> None:
        """Wait until all was answered or failed.

        Not for "networkidle": on a slow computer that comes before the script asks, and comes only once.
        """
        self.page.wait_for_load_state("load")
        for _wait in range(300):
            if not self.pending:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError([request.url for request in self.pending])


class Visitor:
    """The reader of one round's check page, in a new browser each time."""

    def __init__(self, browser: Browser, address: str, log: AccessLog, kept: KeptReceipts) -> None:
        self.browser, self.address, self.log, self.kept = browser, address, log, kept
        self.scripts: list[str] = []
        self.before: Callable[[Page], None] = lambda page: None
        self.after: Callable[[Page], None] = lambda page: None

    def visit(self, state: str) -> Visit:
        """Open the page with this in the browser and return what was asked for."""
        context: BrowserContext = self.browser.new_context(locale="en")
        context.set_default_timeout(15_000)
        try:
            if (changed := STATES[state](self.kept)) is not None:
                self.kept.put_into(context, **changed)
            for script in self.scripts:
                context.add_init_script(script)
            page = context.new_page()
            asked = Asked(page)
            self.before(page)
            self.log.take()
            self.kept.open_check(page, self.address)
            self.after(page)
            asked.wait_for_the_last()
            return tuple(asked.requests), tuple(sorted(self.log.take(), key=repr))
        finally:
            context.close()

    def kinds(self) -> dict[Visit, list[str]]:
        """Return the states by what their visits looked like: more than one kind tells them apart."""
        kinds: dict[Visit, list[str]] = {}
        for state in STATES:
            kinds.setdefault(self.visit(state), []).append(state)
        return kinds


def told_apart(kinds: dict[Visit, list[str]]) -> list[list[str]]:
    """Return the groups of states that the attacker tells from one another; none if all look alike."""
    return sorted(kinds.values()) if len(kinds) > 1 else []


def addresses(visit: Visit) -> set[str]:
    """Return the last part of each address without a sign-in that is no file."""
    return {line.path.rstrip("/").rpartition("/")[2] for line in visit[1] if not line.is_file and not line.has_cookie}


def hold(*, classes: bool = False, **scheme: Any) -> tuple[RunningRound, KeptReceipts]:
    """Vote in a round; return it with the receipts of one voter. With classes there is a paper of every fate."""
    if classes:
        kinds = SchemeFactory(floor=3, classes=[("leaders", 60), ("staff", 40)])
        running = make_open_round(evaluators=10, subjects=3, classes=("leaders", "staff"), scheme=kinds)
        vote(running)
        voter = next(person for person in running.evaluators if len(person.made) > 1)
    else:
        running = make_open_round(evaluators=7, subjects=2, scheme=SchemeFactory(**scheme))
        voters = running.evaluators[:4]
        for evaluator in voters:
            running.stuff(evaluator)
        voter = voters[-1]
    return running, KeptReceipts(running, voter)


@pytest.fixture(params=["not counted", "three fates", "void", "version 1", "does not verify"])
def held(request: pytest.FixtureRequest) -> tuple[str, KeptReceipts]:
    """A round in each state in which somebody may look for their ballots."""
    scheme = {"min_return": 100} if request.param == "void" else {}
    running, kept = hold(classes=request.param == "three fates", **scheme)
    if request.param == "not counted":
        running.close()
        return request.param, kept
    round = count_all(running)
    if request.param == "version 1":
        kept.replace_bulletin_by_version_1(running)
    if request.param == "does not verify":
        Bulletin.objects.filter(round=round).update(signature=b64u_encode(bytes(64)))
    if request.param == "three fates":
        assert {row["fate"] for row, _block in blocks_of(round.bulletin)} == {"counted", "merged", "few"}
    if request.param == "void":
        assert {row["fate"] for row, _block in blocks_of(round.bulletin)} == {"void"}
    return request.param, kept


def test_nothing_that_lies_in_a_browser_shows_in_what_its_check_asks_for(
    browser: Browser, live_server: Any, log: AccessLog, held: tuple[str, KeptReceipts]
) -> None:
    round_state, kept = held
    visitor = Visitor(browser, live_server.url, log, kept)

    kinds = visitor.kinds()

    assert told_apart(kinds) == [], list(kinds)[:2]
    [visit] = kinds
    expected = {"not counted": set(), "version 1": {"bulletin.json"}}.get(round_state, {"head", "cells"})
    assert addresses(visit) == expected


def test_nor_what_the_reader_then_looks_for(browser: Browser, live_server: Any, log: AccessLog, tmp_path: Any) -> None:
    running, kept = hold(classes=True)
    count_all(running)
    visitor = Visitor(browser, live_server.url, log, kept)
    own, strange = next(iter(kept.receipts.values())), kept.sign("7e" * 32)
    file = tmp_path / "receipt.json"

    def look(page: Page) -> None:
        for leaf in (own["leaf"], strange["leaf"]):
            look_for(page, leaf)
        for receipts in ([own], [own, strange]):
            file.write_text(json.dumps({"v": 1, "round": kept.round.public_id, "receipts": receipts}))
            page.locator("#receipt-file").set_input_files(file)
            page.locator("#verdict").wait_for()

    quiet = visitor.visit("never voted")
    visitor.after = look

    assert visitor.visit("never voted") == quiet == visitor.visit("voted")


@pytest.mark.parametrize("fails", ["**/bulletin/head/", "**/bulletin/cells/**", "**/curves*"])
def test_whoever_lets_requests_fail_sees_no_second_try_of_those_who_voted(
    browser: Browser, live_server: Any, log: AccessLog, fails: str
) -> None:
    """The attacker holds the network: what fails is asked for once, also where this browser needs the fallback."""
    running, kept = hold(classes=True)
    count_all(running)
    visitor = Visitor(browser, live_server.url, log, kept)
    visitor.scripts = [WITHOUT_CURVES]
    visitor.before = lambda page: page.route(fails, lambda route: route.abort())
    leaf = next(iter(kept.receipts.values()))["leaf"]
    visitor.after = lambda page: look_for(page, leaf)

    kinds = visitor.kinds()

    assert told_apart(kinds) == [], list(kinds)


@pytest.mark.parametrize("counted", [False, True], ids=["not counted", "counted"])
def test_a_browser_that_needs_the_fallback_loads_it_whatever_there_is_to_verify(
    browser: Browser, live_server: Any, log: AccessLog, counted: bool
) -> None:
    running, kept = hold()
    if counted:
        count_all(running)
    else:
        running.close()
    visitor = Visitor(browser, live_server.url, log, kept)
    visitor.scripts = [WITHOUT_CURVES]

    kinds = visitor.kinds()

    assert told_apart(kinds) == []
    [(asked, _lines)] = kinds
    assert sum("/curves" in address for address in asked) == 1


#: A page that fetches once more for those without a receipt, as the check page did, or for those whose receipt is not
#: found at once.
FETCHES_MORE = """
addEventListener("DOMContentLoaded", () => {
  const kept = Object.values(localStorage).map((text) => JSON.parse(text)).find(({ v }) => v === 1);
  const receipts = Object.values(kept?.receipts ?? {});
  if (CONDITION) fetch(location.pathname.replace("check/", FILE), { credentials: "omit" });
});
"""
TELLTALES = {
    "manifest.json": "!receipts.length",
    "bulletin.json": "receipts.some(({ leaf }) => /^(3c|5a)+$/.test(leaf))",
}


@pytest.mark.parametrize("file", TELLTALES)
def test_a_check_that_fetches_more_for_some_tells_who_voted(
    browser: Browser, live_server: Any, log: AccessLog, file: str
) -> None:
    """The attack bites."""
    running, kept = hold()
    count_all(running)
    visitor = Visitor(browser, live_server.url, log, kept)
    visitor.scripts = [FETCHES_MORE.replace("CONDITION", TELLTALES[file]).replace("FILE", json.dumps(file))]

    kinds = visitor.kinds()

    found = [states for visit, states in kinds.items() if file in addresses(visit)]
    without = ["never voted", "draft only", "verified, not cast"]
    assert found == [without if file == "manifest.json" else ["one overtaken", "all overtaken, no key"]]
    assert len(told_apart(kinds)) == 2


# The ballot page, before and after


def test_opening_the_ballot_page_asks_for_the_same_before_and_after_the_vote(
    browser: Browser, live_server: Any, log: AccessLog
) -> None:
    """What was cast lies in the browser only; the page asks for nothing until a button is pressed."""
    running, kept = hold()
    address = live_server.url + reverse("peer_review:ballot", args=[running.round.public_id])
    kinds: dict[tuple[Line, ...], list[str]] = {}
    for state, changed in STATES.items():
        context = browser.new_context(locale="en")
        try:
            if (values := changed(kept)) is not None:
                kept.put_into(context, **values, master=b64u_encode(bytes(16)) if "voted" in state else None)
            sign_in(context, live_server.url, kept.voter.user)
            page = context.new_page()
            asked = Asked(page)
            log.take()
            page.goto(address)
            page.locator("html[data-ready=ballot]").wait_for()
            asked.wait_for_the_last()
            kinds.setdefault(tuple(sorted(log.take(), key=repr)), []).append(state)
        finally:
            context.close()

    assert len(kinds) == 1
    [lines] = kinds
    assert [line.address for line in lines if not line.is_file] == [address.removeprefix(live_server.url)]


# Addresses and leaves


def leaves_cast(running: RunningRound) -> dict[str, str]:
    """Return who cast which leaf."""
    return {
        merkle.leaf_hash(canonical.dumps(cast["entry"])).hex(): person.user.username
        for person in running.evaluators
        for cast in person.made
    }


def authors(lines: Mapping[str, list[str]], leaves: set[str]) -> dict[str, str]:
    """Return who asked for which leaf, by each person's addresses."""
    return {leaf: who for who, asked in lines.items() for line in asked for leaf in leaves if leaf in line}


def bulletin_leaves(running: RunningRound) -> set[str]:
    return {leaf.hex() for _row, block in blocks_of(running.round.bulletin) for leaf in leaves_of(block)}


def test_no_address_of_a_check_names_a_ballot(browser: Browser, live_server: Any, log: AccessLog) -> None:
    running, kept = hold()
    publish(running)
    visitor = Visitor(browser, live_server.url, log, kept)

    lines = [line for state in ("voted", "voted, no key kept") for line in visitor.visit(state)[1]]

    asked = {kept.voter.user.username: [repr(line) for line in lines]}
    assert authors(asked, bulletin_leaves(running)) == {}
    for cast in kept.voter.made:
        ballot = cast["entry"]["ballot"]
        for value in (ballot["pk"], ballot["salt"], cast["entry"]["tok"], cast["rev"]):
            assert all(value not in repr(line) for line in lines)
    own = set(Cell.objects.filter(assignments__evaluator=kept.voter.user).values_list("key", flat=True))
    [cells] = {line.address for line in lines if "/bulletin/cells/" in line.address}
    assert all(cell in cells for cell in own)


def test_a_check_that_asks_by_leaf_names_every_author() -> None:
    """The attack bites."""
    running, _kept = hold()
    publish(running)
    cast = leaves_cast(running)
    asked: dict[str, list[str]] = {}
    for leaf, who in cast.items():
        asked.setdefault(who, []).append(f"/review/rounds/{running.round.public_id}/proof/{leaf}/")

    assert authors(asked, bulletin_leaves(running)) == cast
    assert len(cast) > 4


def test_no_address_of_the_site_has_a_place_for_a_leaf(client: Client) -> None:
    """The route that took one is gone."""
    running, _kept = hold()
    publish(running)
    address = reverse("peer_review:round-detail", args=[running.round.public_id])

    codes = {client.get(f"{address}proof/{leaf}/").status_code for leaf in bulletin_leaves(running)}

    assert codes == {404}
