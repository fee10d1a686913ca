"""Verifying a count in the browser: the same verdicts as the file that runs elsewhere, and a page that says them."""

import base64
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from peer_review.domain.audit import audit_package
from peer_review.models import Result
from peer_review.offline import verify_bulletin
from tests.e2e.accessibility import faults
from tests.e2e.client_server import ClientServer, serve_client
from tests.e2e.sign_in import sign_in
from tests.e2e.test_vectors import WITHOUT_CURVES
from tests.factories.peer_review.counted_rounds import make_joined_round, make_voted_round, publish
from tests.factories.peer_review.rounds import RunningRound, make_user
from tests.peer_review.offline.test_bulletin_checks import FRAUDS, Files
from tests.peer_review.protocol.election import CELLS, Election
from zhengyan_crypto import canonical
from zhengyan_crypto.encoding import b64u_encode

pytestmark = pytest.mark.browser

#: What the two call the same check.
NAMES = {
    "manifest and its keys": "manifest",
    "fingerprint of the printed notice": "fingerprint",
    "form of the bulletin": "bulletin",
    "signature of the bulletin's head": "signature",
    "bulletin belongs to this manifest": "belonging",
    "order of the leaves": "order",
    "root of the tree": "root",
    "numbers of people and of ballots that can be": "figures",
    "form of the ballots": "ballots",
    "token of each ballot, for its cell": "tokens",
    "signature of each ballot": "signatures",
    "one ballot per credential": "unique",
    "no ballot dropped": "dropped",
    "no ballot added": "added",
    "number of ballots": "counts",
    "receipts": "receipts",
}
AUDIT = """async (texts) => {
  const { audit } = await import("/tally/verify.js");
  const bytes = (text) => new TextEncoder().encode(text);
  const { manifest, bulletin, ballots, dummies, receipts, hash, expected } = texts;
  const files = { manifest: bytes(manifest), bulletin: bytes(bulletin), receipts: (receipts ?? []).map(bytes), hash };
  if (ballots) files.ballots = bytes(ballots);
  if (dummies) files.dummies = bytes(dummies);
  const told = [], steps = [];
  const report = (one) => told.push(one), progress = (one) => steps.push(one);
  const { sound } = await audit(files, { expected, report, progress });
  return { sound, told, steps };
}"""


@pytest.fixture(scope="module")
def site() -> Iterator[ClientServer]:
    with serve_client() as site:
        yield site


@pytest.fixture(scope="module")
def election() -> Election:
    return Election()


@pytest.fixture(scope="module")
def counted(election: Election) -> list[dict[str, Any]]:
    first = [election.entry({"virtue": score, "ability": 60, "diligence": "dk"}) for score in (90, 80, 80, "dk", 100)]
    return [*first, election.entry(cell=CELLS[1]), election.entry(cell=CELLS[1])]


def make_files(election: Election, counted: list[dict[str, Any]], folder: Path) -> Files:
    """Return what an auditor holds of an honest count."""
    bulletin = election.bulletin(counted)
    dummies = {cell: [b64u_encode(opening) for opening in openings] for cell, openings in election.dummies.items()}
    return Files(folder, election.manifest, bulletin, json.loads(json.dumps(counted)), dummies)


@pytest.fixture
def files(election: Election, counted: list[dict[str, Any]], tmp_path: Path) -> Files:
    return make_files(election, counted, tmp_path)


@pytest.fixture(params=["native", "fallback"])
def client(request: pytest.FixtureRequest, site: ClientServer, page: Page) -> Page:
    if request.param == "fallback":
        page.add_init_script(WITHOUT_CURVES)
    page.goto(site.address)
    return page


def texts(files: Files, **more: Any) -> dict[str, Any]:
    """Return what the browser is given, as the server writes it."""
    return {
        "manifest": files.manifest.decode(),
        "bulletin": canonical.dumps(files.bulletin).decode(),
        "ballots": json.dumps({"v": 1, "round": files.bulletin["head"]["round"], "entries": files.entries}),
        "dummies": json.dumps({"v": 2, "round": files.bulletin["head"]["round"], "cells": files.dummies}),
        **more,
    }


def failing(answer: dict[str, Any]) -> list[str]:
    return [one["check"] for one in answer["told"] if not one["ok"]]


def by_python(files: Files, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return which checks the verifier in Python finds broken, under the browser's names."""
    verify_bulletin.main(files.arguments())
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("FAIL")]
    return [NAMES[line.removeprefix("FAIL  ").split(": ")[0]] for line in lines]


def test_honest_count_holds_with_every_check_and_its_progress(
    client: Page, files: Files, election: Election, counted: list[dict[str, Any]]
) -> None:
    kept = {"v": 1, "fingerprint": election.fingerprint, "receipts": [election.receipt(entry) for entry in counted[:3]]}
    leaf = files.bulletin["blocks"][0][128:192]
    more = {"expected": election.fingerprint.upper(), "receipts": [json.dumps(kept)], "hash": leaf[:20].upper()}
    answer = client.evaluate(AUDIT, texts(files, **more))
    assert failing(answer) == []
    assert answer["sound"] is True
    told = {line["check"]: line for line in answer["told"]}
    assert set(told) == {*NAMES.values(), "hash"}
    assert told["figures"] == {"check": "figures", "ok": True, "eligible": 24, "few": 0} | {
        "people": 12,
        "drawn": 10,
        "counted": 7,
    }
    assert told["manifest"] == {"check": "manifest", "ok": True, "cells": 2}
    assert (told["receipts"]["counted"], told["receipts"]["total"]) == (3, 3)
    assert (told["hash"]["leaf"], told["hash"]["fate"]) == (leaf, "counted")
    assert {"check": "tokens", "done": 7, "total": 7} in answer["steps"]
    assert {one["check"] for one in answer["steps"]} == {"manifest", "root", "tokens", "signatures", "dropped"}


def test_count_of_ballots_of_the_first_version_still_holds(client: Page, election: Election, tmp_path: Path) -> None:
    """Rounds that were published before ballots had salts, and bulletins blocks."""
    counted = [election.first_version(cell=cell, revision=revision) for cell in CELLS for revision in (1, 999_999)]
    files = Files(tmp_path, election.manifest, election.bulletin_of_version_1(counted), counted, {})
    answer = client.evaluate(AUDIT, texts(files, dummies=None))
    assert (answer["sound"], failing(answer)) == (True, [])
    told = {line["check"]: line for line in answer["told"]}
    assert told["figures"] == {"check": "figures", "ok": True, "eligible": 24, "few": 0, "drawn": 20, "counted": 4}
    counted.pop()
    assert failing(client.evaluate(AUDIT, texts(files, dummies=None))) == ["dropped", "counts"]


def test_browser_finds_each_fraud_that_the_file_finds(
    site: ClientServer, page: Page, election: Election, counted: list[dict[str, Any]], tmp_path: Path, capsys: Any
) -> None:
    page.goto(site.address)
    for fraud, _messages in FRAUDS:
        files = make_files(election, counted, tmp_path)
        fraud(files, election)
        broken = by_python(files, capsys)
        answer = page.evaluate(AUDIT, texts(files))
        assert broken
        assert failing(answer) == broken, fraud.__name__
        assert answer["sound"] is False


def test_a_fault_is_told_with_its_place(
    site: ClientServer, page: Page, files: Files, election: Election, counted: list[dict[str, Any]]
) -> None:
    page.goto(site.address)
    files.entries[4]["ballot"]["a"]["virtue"] = 1
    files.entries[2]["ballot"]["a"]["virtue"] = 1
    told = {line["check"]: line for line in page.evaluate(AUDIT, texts(files))["told"]}
    assert told["signatures"] == {"check": "signatures", "ok": False, "fault": "signatures_false", "number": 3}
    assert told["dropped"]["count"] == 2
    stranger = election.receipt(election.entry())
    told = {
        one["check"]: one
        for one in page.evaluate(
            AUDIT, texts(files, receipts=[json.dumps(stranger)], hash="00" * 16, expected="0" * 64, ballots=None)
        )["told"]
    }
    assert told["receipts"] == {"check": "receipts", "ok": False, "fault": "receipts_missing", "counted": 0, "total": 1}
    assert told["hash"]["fault"] == "hash_missing"
    assert told["fingerprint"]["fault"] == "fingerprint_other"
    forged = election.receipt(counted[0]) | {"leaf": files.bulletin["blocks"][0][:64][::-1]}
    told = {line["check"]: line for line in page.evaluate(AUDIT, texts(files, receipts=[json.dumps(forged)]))["told"]}
    assert told["receipts"]["fault"] == "receipts_signature"


@pytest.mark.parametrize(
    ("name", "damage", "fault"),
    [
        ("manifest", lambda text: text + "\n", "manifest_form"),
        ("manifest", lambda text: text.replace('"v":1', '"v":2'), "manifest_form"),
        ("manifest", lambda text: text[:-1], "manifest_form"),
        ("bulletin", lambda text: text.replace('"v":2', '"v": 2'), "bulletin_form"),
        ("bulletin", lambda text: text.replace('"blocks":["', '"blocks":["00'), "bulletin_form"),
        ("bulletin", lambda text: text.replace('"fate":"counted"', '"fate":"lost"', 1), "bulletin_form"),
        ("ballots", lambda text: text[:-1], "ballots_form"),
        ("ballots", lambda text: text.replace('"sig"', '"sign"', 1), "ballots_entry"),
    ],
)
def test_damaged_files_are_told_from_altered_ones(
    site: ClientServer, page: Page, files: Files, name: str, damage: Callable[[str], str], fault: str
) -> None:
    page.goto(site.address)
    given = texts(files)
    given[name] = damage(given[name])
    answer = page.evaluate(AUDIT, given)
    assert [one["fault"] for one in answer["told"] if not one["ok"]] == [fault]


def test_zip_is_read_as_python_writes_it(site: ClientServer, page: Page) -> None:
    page.goto(site.address)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        with packed.open("a.json", "w", force_zip64=True) as member:
            member.write(b"[1]" * 1000)
        packed.writestr(zipfile.ZipInfo("b.json"), "诤言".encode())
        packed.writestr("other.txt", "not asked for")
    read = """async (data) => {
      const { readZip } = await import("/lib/zip.js");
      const blob = new Blob([Uint8Array.from(atob(data), (one) => one.charCodeAt(0))]);
      try {
        const found = await readZip(blob, ["a.json", "b.json", "c.json"]);
        return [...found].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]);
      } catch (error) { return error.code; }
    }"""
    assert page.evaluate(read, base64.b64encode(made.getvalue()).decode()) == [
        ["a.json", "[1]" * 1000],
        ["b.json", "诤言"],
    ]
    for broken in (b"", b"PK", made.getvalue()[:-30], b"x" * 100):
        assert page.evaluate(read, base64.b64encode(broken).decode()) == "bad_zip"


# The page


@pytest.fixture
def running() -> RunningRound:
    """A published round of real ballots."""
    running = make_voted_round(evaluators=8, subjects=2, scheme__exact_scores=True)
    publish(running)
    return running


def open_page(page: Page, address: str, running: RunningRound, user: Any) -> None:
    sign_in(page.context, address, user)
    page.goto(address + reverse("peer_review:bulletin", args=[running.round.public_id]))
    page.locator("html[data-ready=bulletin]").wait_for()


def states(page: Page) -> dict[str, bool]:
    """Return check → whether the page says that it holds, in words."""
    found = {}
    for line in page.locator("#verify-checks > li").all():
        word = line.locator(".pr-state").inner_text()
        holds = line.get_attribute("data-ok") == "true"
        assert word == ("holds" if holds else "does not hold")
        found[line.get_attribute("data-check") or ""] = holds
    return found


@pytest.fixture
def page(browser: Any) -> Iterator[Page]:
    context = browser.new_context(locale="en", viewport={"width": 390, "height": 844})
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.mark.django_db(transaction=True, databases=["default", "box"])
def test_inspector_verifies_a_bulletin_on_a_phone_by_keyboard(
    live_server: Any, page: Page, running: RunningRound, tmp_path: Path
) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    open_page(page, live_server.url, running, make_user("", "inspector"))

    # Without anything: the bulletin alone, and what that does not prove.
    page.get_by_role("button", name="Verify here").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#verify-verdict")).to_have_text("Every check holds")
    expect(page.locator("#verify-verdict")).to_be_focused()
    expect(page.locator("#verify-text")).to_contain_text("only by typing the fingerprint")
    names = ["manifest", "bulletin", "signature", "belonging", "order", "root", "figures"]
    assert states(page) == dict.fromkeys(names, True)
    facts = page.locator("#verify-facts").inner_text()
    assert running.round.bulletin.root in facts.replace(" ", "")
    assert "8 of 8" in facts
    expect(page.locator("[data-check=figures]")).to_contain_text("14 ballots counted; 8 of 8 people had drawn")

    # With the fingerprint as it was printed, in groups, and the auditor's package; no reload between.
    path = tmp_path / "package.zip"
    path.write_bytes(b"".join(audit_package.package_pieces(running.round)))
    print_ = running.round.fingerprint.upper()
    page.get_by_label("Fingerprint from the printed notice").fill(
        " ".join(print_[at : at + 4] for at in range(0, 64, 4))
    )
    page.get_by_label("Auditor’s package").set_input_files(path)
    page.get_by_label("Fingerprint from the printed notice").press("Enter")
    expect(page.locator("#verify-text")).to_contain_text("are those of the printed notice")
    ballots = ["packed", "ballots", "tokens", "signatures", "unique", "dropped", "added", "counts"]
    assert states(page) == dict.fromkeys(["manifest", "fingerprint", *names[1:], *ballots, "merged"], True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert faults(page) == []
    assert complaints == []


@pytest.mark.django_db(transaction=True, databases=["default", "box"])
def test_package_of_a_joined_round_is_counted_with_its_groups(live_server: Any, page: Page, tmp_path: Path) -> None:
    running = make_joined_round()
    publish(running)
    open_page(page, live_server.url, running, make_user("", "inspector"))
    path = tmp_path / "package.zip"
    path.write_bytes(b"".join(audit_package.package_pieces(running.round)))
    page.get_by_label("Auditor’s package").set_input_files(path)
    page.get_by_role("button", name="Verify here").click()
    expect(page.locator("#verify-verdict")).to_have_text("Every check holds")
    assert states(page)["counts"] is states(page)["merged"] is True

    # Without the merged ballots there are fewer than the head says.
    with zipfile.ZipFile(path) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    merged = json.loads(files["merged.json"])
    merged["groups"][0]["ballots"].pop()
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in (files | {"merged.json": json.dumps(merged).encode()}).items():
            packed.writestr(name, data)
    page.get_by_label("Auditor’s package").set_input_files(path)
    page.get_by_role("button", name="Verify here").click()
    expect(page.locator("#verify-verdict")).to_have_text("The count does not hold")
    assert [check for check, holds in states(page).items() if not holds] == ["counts", "merged"]
    expect(page.locator("[data-check=counts]")).to_contain_text("7 found")


@pytest.mark.django_db(transaction=True, databases=["default", "box"])
def test_tampered_bulletin_package_and_fingerprint_are_said_and_nothing_typed_is_lost(
    live_server: Any, page: Page, running: RunningRound, tmp_path: Path
) -> None:
    open_page(page, live_server.url, running, make_user("", "inspector"))

    def swapped(route: Route) -> None:
        bulletin = route.fetch().json()
        bulletin["blocks"][0] = "00" * 32 + bulletin["blocks"][0][64:]
        route.fulfill(body=canonical.dumps(bulletin), content_type="application/json")

    page.route("**/bulletin.json", swapped)
    field = page.get_by_label("Fingerprint from the printed notice")
    field.fill("0" * 64)
    page.get_by_role("button", name="Verify here").click()
    expect(page.locator("#verify-verdict")).to_have_text("The count does not hold")
    found = states(page)
    assert [check for check, holds in found.items() if not holds] == ["fingerprint", "root"]
    expect(page.locator("[data-check=root]")).to_contain_text("does not cover these hashes")
    expect(field).to_have_value("0" * 64)
    page.unroute("**/bulletin.json")

    # Ballots of somebody's own making; then a file that is none.
    entries = [json.loads(entry) for entry in audit_package.counted_entries(running.round)]
    entries[1]["ballot"]["a"]["quality"] = 1
    path = tmp_path / "ballots.json"
    path.write_text(json.dumps({"v": 1, "round": running.round.public_id, "entries": entries}))
    field.fill("")
    page.get_by_label("Auditor’s package").set_input_files(path)
    page.get_by_role("button", name="Verify here").click()
    expect(page.locator("[data-check=signatures]")).to_contain_text("Ballot 2 was altered after it was cast.")
    # Without the dummies' openings, that one is missing is only seen by number.
    assert [check for check, holds in states(page).items() if not holds] == ["signatures", "added"]
    path = tmp_path / "broken.zip"
    path.write_bytes(b"PK\x03\x04")
    page.get_by_label("Auditor’s package").set_input_files(path)
    page.get_by_role("button", name="Verify here").click()
    expect(page.locator("#verify-trouble")).to_contain_text("not an auditor’s package")
    expect(page.locator("#verify-done")).to_be_hidden()

    # The server does not answer.
    page.get_by_label("Auditor’s package").set_input_files([])
    page.route("**/manifest.json", lambda route: route.abort())
    page.get_by_role("button", name="Verify here").click()
    expect(page.locator("#verify-trouble")).to_contain_text("could not be reached")


@pytest.mark.django_db(transaction=True, databases=["default", "box"])
def test_page_and_recount_agree_to_the_last_digit(live_server: Any, page: Page, running: RunningRound) -> None:
    with zipfile.ZipFile(io.BytesIO(b"".join(audit_package.package_pieces(running.round)))) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    rules = verify_bulletin.Rules(verify_bulletin.parse_terms(files["scheme.json"]))
    bulletin = verify_bulletin.parse(files["bulletin.json"])
    roll = verify_bulletin.RollFile(
        verify_bulletin.parse(files["roll.json"]), bulletin["head"], rules, bulletin["cells"]
    )
    votes = verify_bulletin.Votes(verify_bulletin.parse(files["ballots.json"])["entries"], roll, rules)
    figures = verify_bulletin.Recount(rules, roll, votes).figures()
    recounted = sorted(str(one["score"][0]) for one in figures["subjects"])
    assert recounted == sorted(
        str(score) for score in Result.objects.filter(scope="subject").values_list("score", flat=True)
    )
    leader = make_user("", "leadership")
    sign_in(page.context, live_server.url, leader)
    shown = []
    for subject in running.round.subjects.all():
        page.goto(live_server.url + reverse("peer_review:subject-result", args=[running.round.public_id, subject.pk]))
        text = page.locator("main").inner_text()
        shown.append(next(score for score in recounted if score in text))
        figure = next(one for one in figures["subjects"] if str(one["score"][0]) == shown[-1])
        for criterion in figure["criteria"].values():
            assert str(criterion["value"][0]) in text
    assert sorted(shown) == recounted
