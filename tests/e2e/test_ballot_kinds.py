"""Whole journeys of evaluators through the kinds of paper: a sheet by keyboard, words from a phone, two stages."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from peer_review.domain.ballots.recent_casts import recent_casts
from peer_review.domain.keys import server_keys
from peer_review.domain.rounds.lifecycle import open_round
from peer_review.enums import CellKind, Collection, PaperKind
from peer_review.models import Cell, Round, Scheme, Subject
from tests.e2e.accessibility import faults
from tests.e2e.sign_in import sign_in
from tests.e2e.test_round_pages import ballots_in, kept
from tests.factories.peer_review.rounds import (
    STAGE,
    Evaluator,
    RoundFactory,
    RunningRound,
    SchemeFactory,
    give_box_key,
    make_cell,
    make_comment_cell,
    make_member,
    make_sheet,
    make_subject,
    make_user,
    stock_key_pool,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "box"])]


@pytest.fixture
def profiles(browser: Browser) -> Iterator[Any]:
    """Return a function that opens browsers of their own; all are closed at the end. What they complain about fails."""
    opened: list[BrowserContext] = []
    faults: list[str] = []

    def profile(width: int = 1440, **options: Any) -> Page:
        context = browser.new_context(locale="en", viewport={"width": width, "height": 900}, **options)
        context.set_default_timeout(15_000)
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        return page

    yield profile
    for context in opened:
        context.close()
    assert faults == []


def draft(scheme: Scheme, *, subjects: int, **fields: Any) -> tuple[Round, list[Subject], list[Any]]:
    """A round with four evaluators who are not evaluated, and its subjects; papers are still to be made."""
    round = RoundFactory(scheme=scheme, comment_reviewer=make_user("Reviewer", "inspector"), **fields)
    users = [make_user(f"Evaluator {name}", "staff") for name in "abcd"]
    for user in users:
        make_member(round, user)
    return (
        round,
        [make_subject(round, make_member(round, make_user(f"Subject {name}", "staff"))) for name in "xyz"[:subjects]],
        users,
    )


def opened(round: Round, users: list[Any]) -> RunningRound:
    stock_key_pool(round.cells.count())
    server_keys.prepare_keys(round)
    private = give_box_key(round)
    round = open_round(round, by=round.organiser)
    return RunningRound(round, private, [Evaluator(user, round) for user in users])


def ballot_page(page: Page, address: str, running: RunningRound, user: Any) -> None:
    sign_in(page.context, address, user)
    page.goto(address + reverse("peer_review:ballot", args=[running.round.public_id]))
    page.locator("html[data-ready=ballot]").wait_for()


def newest(running: RunningRound) -> dict[str, dict[str, Any]]:
    """Close the round and return the answers that count, by cell."""
    ballots = sorted(ballots_in(running), key=lambda ballot: ballot["rev"])
    return {ballot["cell"]: ballot["a"] for ballot in ballots}


def focus_by_tab(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse would."""
    for _press in range(60):
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {selector}")


def test_a_sheet_is_filled_by_keyboard_alone_and_its_rules_are_told_on_the_way(live_server: Any, profiles: Any) -> None:
    scheme = SchemeFactory(
        paper=PaperKind.SHEET,
        sheet_rules=[{"kind": "quota", "n": 1, "points": 90}, {"kind": "low", "n": 1, "points": 70}],
    )
    round, subjects, users = draft(scheme, subjects=3)
    make_sheet(subjects, users)
    running = opened(round, users)
    page = profiles()
    ballot_page(page, live_server.url, running, users[0])
    quota, low = (page.locator("[data-rule]").nth(at) for at in range(2))
    expect(quota).to_contain_text("At most 1 of the 3 may score 90 or more (Excellent).")
    expect(low).to_contain_text("At least 1 must score under 70 (Basically competent or lower)")

    # Two excellent ones: told at once, spoken politely, and never cast.
    focus_by_tab(page, "#fill input[type=number]")
    for number in ("95", "95", "92", "90", "88", "88"):
        page.keyboard.type(number)
        page.keyboard.press("Enter")
    expect(quota).to_contain_text("2 of 1 “Excellent” used")
    expect(low).to_contain_text("At least 1 under 70: 0 so far")
    expect(page.locator("#said")).to_contain_text("2 of 1 “Excellent” used")
    expect(page.locator("#rules-now")).to_have_text("2 of 1 “Excellent” used · At least 1 under 70: 0 so far")
    expect(page.locator("#progress-text")).to_have_text("0 / 1")
    assert page.evaluate("document.activeElement.type") == "submit"
    page.keyboard.press("Enter")
    expect(quota).to_be_focused()
    expect(quota).to_contain_text("More than 1 score 90 or more")
    assert faults(page, "a sheet with a broken rule") == []
    expect(page.locator("#summary")).to_be_hidden()

    # 90 and 89.99… are told apart; the last one is put under 70.
    focus_by_tab(page, "[data-criterion='2.spirit'] input[type=number]")
    page.keyboard.press("Control+a")
    page.keyboard.type("86")
    expect(page.locator("[data-position='2'] [data-score]")).to_have_text("89.6 Competent")
    expect(quota).to_contain_text("1 of 1 “Excellent” used")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.type("60")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(low).to_contain_text("At least 1 under 70: 1 so far")
    expect(page.locator("#progress-text")).to_have_text("1 / 1")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Look it over")).to_be_focused()
    focus_by_tab(page, "#cast")
    page.keyboard.press("Enter")
    expect(page.locator("#receipt-title")).to_have_text("Your ballots are in the box: 1 of 1")

    (answers,) = newest(running).values()
    assert answers == {
        "1.quality": 95, "1.spirit": 95, "2.quality": 92, "2.spirit": 86, "3.quality": 60, "3.spirit": "dk",
    }  # fmt: skip


def test_words_from_a_shared_phone_leave_nothing_there_and_are_withdrawn_from_another_browser(
    live_server: Any, profiles: Any
) -> None:
    scheme = SchemeFactory(comments=True, comment_limit=50)
    scheme.criteria.filter(key="spirit").update(comment_below=60)
    round, subjects, users = draft(scheme, subjects=1)
    rating, comment = make_cell(subjects[0], users), make_comment_cell(subjects[0], users)
    running = opened(round, users)
    phone = profiles(width=390)
    ballot_page(phone, live_server.url, running, users[0])
    phone.get_by_label("This is a shared computer").check()
    points, words = phone.get_by_role("spinbutton"), phone.get_by_role("textbox", name="Words about Subject x")
    points.nth(0).fill("80")
    points.nth(1).fill("55")

    # A low mark asks for a reason, which has its length in characters: a rare one is one.
    phone.get_by_role("button", name="Look it over").click()
    expect(words).to_be_focused()
    expect(phone.locator("[data-comment] [data-fault]")).to_contain_text("Your mark for “Spirit” asks for a reason")
    words.fill("𠮷" * 51)
    phone.get_by_role("button", name="Look it over").click()
    expect(phone.locator("[data-comment] [data-fault]")).to_contain_text("51 characters; 50 fit")
    words.fill("说话算数。\n  办事𠮷快。  ")
    expect(phone.locator("[data-count]")).to_have_text("13 of 50 characters")
    assert faults(phone, "marks and words on a phone") == []
    phone.get_by_role("button", name="Look it over").click()
    expect(phone.locator("#summary-table")).to_contain_text("办事𠮷快。")
    phone.get_by_role("button", name="Cast", exact=True).click()
    expect(phone.locator("#receipt-title")).to_have_text("Your ballots are in the box: 2 of 2")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert kept(phone) == {}
    code = phone.locator("#recovery-code").inner_text()
    # A change of mind, then the server forgets what it saw: nothing but the ballots' own order decides.
    phone.get_by_role("button", name="Change my mind").click()
    points.nth(1).fill("58")
    phone.get_by_role("button", name="Look it over").click()
    phone.get_by_role("button", name="Cast", exact=True).click()
    expect(phone.locator("#receipt-version")).to_have_text("version 2")
    recent_casts.clear()

    desk = profiles()
    ballot_page(desk, live_server.url, running, users[0])
    desk.get_by_label("Recovery code").fill(code)
    desk.get_by_role("button", name="Recover").click()
    expect(desk.locator("#recover")).to_be_hidden()
    desk.get_by_role("spinbutton").nth(0).fill("70")
    desk.get_by_role("spinbutton").nth(1).fill("70")
    desk.get_by_label("Withdraw what I wrote here before").check()
    desk.get_by_role("button", name="Look it over").click()
    expect(desk.locator("#summary-table")).to_contain_text("Withdrawn")
    desk.get_by_role("button", name="Cast", exact=True).click()
    expect(desk.locator("#receipt-title")).to_have_text("Your ballots are in the box: 2 of 2")

    # A second time, moments later: what the code brings back outranks the first recovery too.
    recent_casts.clear()
    desk.once("dialog", lambda dialog: dialog.accept())
    desk.locator("#receipt [data-forget]").click()
    desk.reload()
    desk.get_by_label("Recovery code").fill(code)
    desk.get_by_role("button", name="Recover").click()
    expect(desk.locator("#recover")).to_be_hidden()
    for field in desk.get_by_role("spinbutton").all():
        field.fill("71")
    desk.get_by_role("button", name="Look it over").click()
    desk.get_by_role("button", name="Cast", exact=True).click()
    expect(desk.locator("#receipt-title")).to_have_text("Your ballots are in the box: 1 of 1")

    ballots = sorted(ballots_in(running), key=lambda ballot: ballot["rev"])
    last = {ballot["cell"]: ballot["a"] for ballot in ballots}
    first = {ballot["cell"]: ballot["a"] for ballot in reversed(ballots)}
    assert first == {rating.key: {"quality": 80, "spirit": 55}, comment.key: {"text": "说话算数。\n  办事𠮷快。"}}
    assert last == {rating.key: {"quality": 71, "spirit": 71}, comment.key: {"text": ""}}
    assert len({(ballot["cell"], ballot["rev"]) for ballot in ballots}) == len(ballots) == 7


def test_two_stages_survive_a_closed_browser_and_cast_without_a_sign_in(live_server: Any, profiles: Any) -> None:
    now = timezone.now()
    scheme = SchemeFactory(comments=True, criteria=[("quality", 100)])
    round, subjects, users = draft(scheme, subjects=2, collection=Collection.TWO_STAGE, casts_at=now + STAGE)
    paper, thin = make_cell(subjects[0], users), make_cell(subjects[1], users[:1])
    extra = [make_user("Evaluator e", "staff"), make_user("Evaluator f", "staff")]
    for user in extra:
        make_member(round, user)
        thin.assignments.create(evaluator=user)
    make_comment_cell(subjects[0], users)
    running = opened(round, users)

    # Stage one: draw, prepare, close the browser.
    page = profiles()
    ballot_page(page, live_server.url, running, users[0])
    page.get_by_role("button", name="Draw my credentials").click()
    expect(page.locator("#drawn-title")).to_be_focused()
    expect(page.locator("#drawn-code span")).to_have_count(8)
    assert faults(page, "the first stage") == []
    page.get_by_role("spinbutton").nth(0).fill("81")
    page.get_by_role("spinbutton").nth(1).fill("82")
    page.get_by_role("button", name="Look over the draft").click()
    expect(page.locator("#summary")).to_contain_text("This is a draft")
    expect(page.get_by_role("button", name="Cast", exact=True)).to_be_hidden()
    profile = page.context.storage_state()

    # The others draw; the time comes.
    for evaluator in running.evaluators[1:]:
        evaluator.draw()
    Round.objects.filter(pk=round.pk).update(casts_at=now - timedelta(minutes=1))

    # Stage two: another day, the same profile. Opening the page ends the drawing, and one paper is too thin to cast.
    later = profiles(storage_state=profile)
    ballot_page(later, live_server.url, running, users[0])
    assert Round.objects.get(pk=round.pk).barrier_at is not None
    assert list(Cell.objects.filter(closed=True)) == [thin]
    expect(later.locator("#held")).to_be_visible()
    expect(later.locator(f"#paper-{thin.key}")).to_contain_text("it takes no ballots")
    expect(later.get_by_role("spinbutton")).to_have_count(1)
    expect(later.get_by_role("spinbutton")).to_have_value("81")
    sent: list[Request] = []
    later.on("request", lambda request: sent.append(request))
    later.get_by_role("textbox", name="Words about Subject x").fill("稳当")
    later.get_by_role("button", name="Look it over").click()
    later.get_by_role("button", name="Cast", exact=True).click()
    expect(later.locator("#receipt-title")).to_have_text("Your ballots are in the box: 2 of 2")
    assert [request.url.rsplit("/", 2)[-2:] for request in sent] == [
        [round.public_id, "manifest.json"],
        ["cast", ""],
    ]
    assert ["cookie" in request.all_headers() for request in sent] == [False, False]

    # Whoever lost the browser comes back with the code, and casts from there.
    elsewhere = profiles()
    ballot_page(elsewhere, live_server.url, running, users[0])
    expect(elsewhere.locator("#held")).to_be_hidden()
    elsewhere.get_by_label("Recovery code").fill(profile_code(later))
    elsewhere.get_by_role("button", name="Recover").click()
    expect(elsewhere.locator("#held")).to_be_visible()
    elsewhere.get_by_role("spinbutton").fill("79")
    elsewhere.get_by_role("button", name="Look it over").click()
    elsewhere.get_by_role("button", name="Cast", exact=True).click()
    expect(elsewhere.locator("#receipt-title")).to_have_text("Your ballots are in the box: 1 of 1")

    comment = Cell.objects.get(kind=CellKind.COMMENT)
    assert newest(running) == {paper.key: {"quality": 79}, comment.key: {"text": "稳当"}}


def profile_code(page: Page) -> str:
    """The recovery code on the receipt."""
    return page.locator("#recovery-code").inner_text()
