"""Who evaluates whom, set up in a real browser: plan, preview, thin counts, use, an exclusion, all by its organiser."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from peer_review.models import Assignment
from peer_review.providers.roll import Person
from tests.e2e.accessibility import faults
from tests.e2e.sign_in import sign_in
from tests.factories.peer_review.rounds import RoundFactory, SchemeFactory, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "box"])]
TIERS = [("superiors", 50), ("peers", 30), ("subordinates", 20)]


def staff(round: object) -> list[Person]:
    """Two leaders, two sections of a head and seven others each; the last has just come."""
    users = get_user_model().objects.filter(username__startswith="plan").order_by("pk")
    people = []
    for n, user in enumerate(users):
        section, rank = ("Office", 0) if n < 2 else ("East" if n % 2 else "West", 1 if n < 4 else 2)
        name, title = user.get_full_name(), ["Director", "Head", "Clerk"][rank]
        since = date(2026, 11, 1) if n == len(users) - 1 else date(2020, 1, 1)
        people.append(Person(user.pk, name, section, section, f"r{rank}", title, rank, rank == 1, since))
    return people


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en", viewport={"width": 390, "height": 844})
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def test_an_organiser_plans_looks_excludes_and_uses_the_roll(live_server: Any, page: Page, settings: Any) -> None:
    settings.PEER_REVIEW_ROLL_SOURCE = f"{__name__}.staff"
    for name in ["Lin", "Mei", "Ho", "Ha", *(f"Clerk {letter}" for letter in "ABCDEFGHIJKLMN")]:
        make_user(name, username=f"plan{name}")
    round = RoundFactory(kind="tier", scheme=SchemeFactory(classes=TIERS, floor=5))
    sign_in(page.context, live_server.url, round.organiser)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)

    page.goto(live_server.url + reverse("peer_review:round-roll", args=[round.public_id]))
    page.get_by_role("link", name="Who evaluates whom").click()
    page.get_by_role("button", name="Empty the table").click()
    page.get_by_role("button", name="Across").click()
    page.get_by_label("Reach").select_option("house")
    page.get_by_role("button", name="Upwards").click()
    expect(page.get_by_label("A table: which rank evaluates which")).to_be_checked()
    page.get_by_label("Director evaluate Clerk").select_option(label="Superiors · whole house")
    page.get_by_label("Peers", exact=True).fill("3")
    assert faults(page) == []
    page.get_by_role("button", name="Save and look at it").last.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("What the plan comes to")
    row = page.get_by_role("row", name=re.compile("Clerk A"))
    expect(row.get_by_role("cell").nth(1)).to_contain_text("2 under the floor")
    page.get_by_role("link", name="Show only these").click()
    expect(page.get_by_label("only thin ones")).to_be_checked()
    assert faults(page) == []
    assert not Assignment.objects.exists()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    round.refresh_from_db()
    assert re.fullmatch("[0-9a-f]{64}", round.plan_seed)

    page.goto(live_server.url + reverse("peer_review:exclusion-list", args=[round.public_id]))
    assert faults(page) == []
    page.get_by_label("Who may not evaluate").fill("Clerk A")
    page.get_by_label("Whom").fill("Lin")
    page.get_by_label("Reason").fill("Married")
    page.get_by_role("button", name="Exclude", exact=True).click()
    expect(page.get_by_role("row", name=re.compile("Clerk A Lin Married"))).to_be_visible()

    page.goto(live_server.url + reverse("peer_review:plan-preview", args=[round.public_id]))
    page.get_by_role("button", name="Use this roll").click()
    expect(page.get_by_role("status")).to_contain_text("Proposed: 18 people")
    lin, clerk = (get_user_model().objects.get(username=f"plan{name}") for name in ("Lin", "Clerk A"))
    assert not Assignment.objects.filter(evaluator=clerk, cell__subject__key=f"p{lin.pk}").exists()
    counts = {
        cell.eligible for cell in round.cells.with_eligible().filter(voter_class="peers", subject__label="Clerk B")
    }
    assert counts == {3}
    assert complaints == []
