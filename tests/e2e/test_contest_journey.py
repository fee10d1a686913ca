"""In a real browser: somebody reads, acknowledges and contests a result on a phone, to the appeal's decision; and a
leader decides a tie at the quota line. Nothing that axe calls serious, nothing wider than the window.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from peer_review.models import Contest, Decision, OutcomeNotice, PublicNotice
from tests.e2e.accessibility import faults
from tests.e2e.sign_in import sign_in
from tests.factories.home import home_page
from tests.factories.peer_review.decided_rounds import (
    make_inspector,
    make_leader,
    make_scored_round,
    make_told_round,
    subject,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "box"])]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
Tabs = Callable[..., Page]


@pytest.fixture
def tabs(browser: Browser, live_server: Any) -> Iterator[Tabs]:
    """Open a tab for somebody, in English; what the content policy refuses fails the test."""
    home_page()
    contexts: list[BrowserContext] = []
    refused: list[str] = []

    def opened(user: Any, window: dict[str, int], *, dark: bool = False) -> Page:
        context = browser.new_context(
            locale="en-GB", viewport=window, color_scheme="dark" if dark else "light", base_url=live_server.url
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        sign_in(context, live_server.url, user)
        page = context.new_page()
        page.on("console", lambda message: refused.append(message.text) if is_refusal(message) else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert refused == []


def is_refusal(message: ConsoleMessage) -> bool:
    """Whether the browser complains of the page; that a form was answered with 422 it says too."""
    return message.type == "error" and "Failed to load resource" not in message.text


def large(page: Page, name: str) -> None:
    """A finger finds the button."""
    box = page.get_by_role("button", name=name).bounding_box()
    assert box is not None
    assert box["height"] >= 44


@pytest.mark.timeout(300)
def test_a_subject_reads_acknowledges_and_contests_on_a_phone_to_the_last_answer(tabs: Tabs) -> None:
    inspector = make_inspector("Inspector Lin")
    round, leader = make_told_round(by=make_leader("Director Zhao"))
    ben = subject(round, "Ben")
    assert ben.member is not None
    phone = tabs(ben.member.user, PHONE)

    # From the front page to the outcome: what was decided, by whom, when, and what can be done by when.
    phone.goto("/")
    phone.get_by_role("link", name=round.title).first.click()
    expect(phone.locator(".pr-outcome-grade")).to_have_text("Competent")
    expect(phone.locator(".pr-outcome")).to_contain_text("Decided by Director Zhao on")
    assert faults(phone) == []

    # The figures behind it, and back by acknowledging them there.
    phone.get_by_role("link", name="The figures behind it").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("My result")
    phone.get_by_role("link", name="The outcome: Competent").click()
    large(phone, "I have received this")
    phone.get_by_role("button", name="I have received this").click()
    expect(phone.get_by_text("Noted that you have received it.")).to_be_visible()
    assert OutcomeNotice.objects.get(subject=ben).acknowledged_date is not None
    expect(phone.get_by_role("button", name="I have received this")).to_have_count(0)

    # "I do not agree": an empty form is refused in words; then it is in.
    phone.get_by_role("link", name="I do not agree").click()
    large(phone, "Ask for a review")
    phone.get_by_role("button", name="Ask for a review").click()
    expect(phone.locator(".errorlist")).to_contain_text("required")
    phone.get_by_label("What do you not agree with").fill(
        "The March inspection is missing.\nSee the record of 28 March."
    )
    phone.get_by_role("button", name="Ask for a review").click()
    expect(phone.get_by_text("Your request for a review is in.")).to_be_visible()
    expect(phone.locator(".pr-timeline .is-now")).to_contain_text("Director Zhao")
    assert faults(phone) == []

    # The leader reads it, says so, and answers.
    desk = tabs(leader, DESK)
    desk.goto(reverse("peer_review:contest-list"))
    assert faults(desk) == []
    desk.get_by_role("link", name=re.compile("^Read and answer")).click()
    expect(desk.locator("blockquote")).to_contain_text("See the record of 28 March.")
    desk.get_by_role("button", name="I am looking into it").click()
    expect(desk.get_by_role("button", name="I am looking into it")).to_have_count(0)
    phone.reload()
    expect(phone.locator(".pr-timeline .is-now h3")).to_have_text("Under review")
    desk.get_by_label("The answer").fill("The record was counted. The grade stays.")
    assert faults(desk) == []
    desk.get_by_role("button", name="Send the answer").click()
    expect(desk.get_by_text("Answered.")).to_be_visible()

    # The person reads the answer and appeals.
    phone.reload()
    expect(phone.locator(".pr-timeline")).to_contain_text("The record was counted.")
    phone.get_by_label("What do you not agree with").fill("It was counted for the wrong month.")
    assert faults(phone) == []
    phone.get_by_role("button", name="Appeal", exact=True).click()
    expect(phone.get_by_text("You appealed. Inspector Lin decides by")).to_be_visible()

    # An inspector who had no part in it decides: better, and beyond the quota.
    judge = tabs(inspector, DESK, dark=True)
    judge.goto(reverse("peer_review:contest-list"))
    judge.get_by_role("link", name=re.compile("^Read and answer")).click()
    judge.get_by_label("It becomes better: Excellent").check()
    judge.get_by_label("The answer").fill("The month was wrong. Corrected.")
    assert faults(judge) == []
    judge.get_by_role("button", name="Send the answer").click()
    expect(judge.get_by_text("Answered.")).to_be_visible()

    phone.reload()
    expect(phone.locator(".pr-outcome-grade")).to_have_text("Excellent")
    expect(phone.get_by_text("That is final.")).to_be_visible()
    assert faults(phone) == []
    assert [one.grade for one in ben.decisions.order_by("number")] == ["competent", "excellent"]
    assert Contest.objects.get().status == "decided"


@pytest.mark.timeout(300)
def test_a_leader_decides_a_tie_at_the_quota_line(tabs: Tabs) -> None:
    leader = make_leader("Director Zhao")
    make_inspector("Inspector Lin")
    scores = {
        "Ada": 96,
        "Ben": 93,
        "Cho": 93,
        "Dan": 91,
        "Eve": 85,
        "Fay": None,
        "Gil": 75,
        "Hal": 65,
        "Ivy": 50,
        "Joy": 80,
    }
    round = make_scored_round(scores)
    desk = tabs(leader, DESK)

    # The line, with those tied at it together and nobody chosen among them.
    desk.goto("/")
    desk.get_by_role("link", name=round.title).first.click()
    tied = desk.locator(".pr-place-tied")
    expect(tied.get_by_role("heading", level=3)).to_have_text("At the line, 93.0: 1 place for these")
    expect(tied.get_by_role("heading", level=4)).to_have_text(["Ben", "Cho"])
    for name in ("Ben", "Cho"):
        expect(desk.get_by_label(f"Decision: {name}")).to_have_value("")
    expect(desk.get_by_label("Decision: Ada")).to_have_value("excellent")
    assert faults(desk) == []

    # Without a reason it is refused at the row, and nothing is lost or kept.
    desk.get_by_label("Decision: Ben").select_option("excellent")
    desk.get_by_label("Decision: Cho").select_option("competent")
    desk.get_by_label("Reason for Ben").fill("Led the March inspection alone.")
    desk.get_by_label("Decision: Fay").select_option("none")
    desk.get_by_label("Reason for Fay").fill("On leave; too few could judge.")
    desk.get_by_role("button", name="Record these decisions").click()
    expect(tied.locator(".errorlist")).to_have_text("Give the reason: no proposal is followed here.")
    expect(desk.get_by_label("Reason for Ben")).to_have_value("Led the March inspection alone.")
    assert not Decision.objects.exists()
    assert faults(desk) == []

    desk.get_by_label("Reason for Cho").fill("Joined in June; equal otherwise.")
    desk.get_by_role("button", name="Record these decisions").click()
    expect(desk.get_by_text("10 decisions recorded.")).to_be_visible()
    expect(desk.get_by_text("Everybody is decided.", exact=True)).to_be_visible()

    # On second thoughts: one too many is refused; then everybody is told and the names are shown.
    desk.get_by_role("link", name=re.compile("^Decided")).click()
    desk.get_by_label("Decide otherwise: Dan").select_option("excellent")
    desk.locator(f"#subject-{subject(round, 'Dan').pk} summary").click()
    desk.get_by_label("Reason for Dan").fill("Deserves it too.")
    desk.get_by_role("button", name="Record these decisions").click()
    expect(desk.get_by_role("alert")).to_contain_text("3 times “excellent”; the quota of 20 % allows 2")
    desk.goto(reverse("peer_review:decisions", args=[round.public_id]))
    desk.get_by_role("button", name="Tell the outcomes").click()
    expect(desk.get_by_text("10 outcomes told in writing.")).to_be_visible()
    desk.get_by_role("link", name="Start a public notice").click()
    desk.get_by_label("Objections go to").select_option(label="Inspector Lin")
    desk.get_by_label("How to reach them").fill("Room 306")
    assert faults(desk) == []
    desk.get_by_role("button", name="Start the public notice").click()
    expect(desk.locator(".pr-notice tbody th")).to_have_text(["Ada", "Ben"])
    assert faults(desk) == []

    assert {
        one.subject.label: (one.grade, one.reason) for one in Decision.objects.filter(subject__label__in=["Ben", "Cho"])
    } == {
        "Ben": ("excellent", "Led the March inspection alone."),
        "Cho": ("competent", "Joined in June; equal otherwise."),
    }
    assert PublicNotice.objects.get().by == leader
