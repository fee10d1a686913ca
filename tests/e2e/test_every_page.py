"""The reference organisation, page by page, as each role: nothing axe calls serious, nothing the content policy
refuses, nothing wider than a phone.

Each role in each language is a test of its own, which any process may take (see SPREAD in tests/conftest.py).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, ViewportSize

from demo.load import rounds as demo_rounds
from disclosures.models import DisclosurePage
from forum_pages.models import Topic
from organisation.models import User
from peer_review.models import Contest, Round, Subject
from tests.e2e.accessibility import faults
from tests.e2e.sign_in import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "box"], transaction=True)]

#: Each language in a window of its own: what breaks at 390 pixels breaks in the longer words.
LANGUAGES: dict[str, tuple[str, ViewportSize]] = {
    "zh-phone": ("zh-CN", {"width": 390, "height": 844}),
    "en-desk": ("en-US", {"width": 1440, "height": 900}),
}


def round_titled(title: str) -> Round:
    return Round.objects.get(title=title)


@dataclass
class Rounds:
    """The rounds of the demonstration, one in each state."""

    published: Round = field(default_factory=lambda: round_titled(demo_rounds.PUBLISHED))
    opened: Round = field(default_factory=lambda: round_titled(demo_rounds.OPEN))
    sheet: Round = field(default_factory=lambda: round_titled(demo_rounds.SHEET))
    pilot: Round = field(default_factory=lambda: round_titled(demo_rounds.FULL_CIRCLE))
    draft: Round = field(default_factory=lambda: round_titled(demo_rounds.DRAFT))

    def member(self) -> Subject:
        """Return somebody of the section whose people the published round evaluates one by one."""
        member = self.published.subjects.filter(section_key=demo_rounds.SECTION).last()
        assert member is not None
        return member

    def outcome(self, username: str) -> str:
        return review("contest", self.published, self.published.subjects.get(member__user__username=username).pk)


def review(name: str, round: Round, *args: int) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id, *args])


def exchange_of_staff(rounds: Rounds) -> list[str]:
    topic = Topic.objects.get(title__startswith="匿名互评真的匿名吗")
    comment = topic.comments.first()
    mine = Topic.objects.filter(author__username="staff").first()
    document = DisclosurePage.objects.live().filter(validity="repealed").first()
    return [
        "/",
        "/forum/",
        "/forum/exchange/",
        "/forum/howto/",
        topic.get_absolute_url(),
        reverse("forum_pages:topic-start", args=[topic.board_id]),
        reverse("forum_pages:comment-reply", args=[comment.pk]),
        reverse("forum_pages:topic-report", args=[topic.pk]),
        *([reverse("forum_pages:topic-edit", args=[mine.pk])] if mine else []),
        reverse("forum_pages:search") + "?q=互评",
        "/disclosures/",
        "/disclosures/government/",
        document.url,
        reverse("search:search") + "?q=监督",
        reverse("organisation:directory"),
        reverse("password_change"),
    ]


def evaluation_by_staff(rounds: Rounds) -> list[str]:
    return [
        reverse("peer_review:round-list"),
        reverse("peer_review:protection"),
        review("round-detail", rounds.opened),
        review("ballot", rounds.opened),
        review("ballot", rounds.sheet),
        review("round-detail", rounds.published),
        review("ballot-check", rounds.published),
        review("bulletin", rounds.published),
        review("own-result", rounds.published),
        rounds.outcome("staff"),
        review("public-notice", rounds.published),
        review("printed-notice", rounds.opened),
        reverse("peer_review:notice-list"),
    ]


def pages_of_head(rounds: Rounds) -> list[str]:
    return [
        review("section-results", rounds.published),
        review("subject-result", rounds.published, rounds.member().pk),
        rounds.outcome("head"),
        review("crosstab", rounds.published) + "?rows=class",
    ]


def pages_of_leader(rounds: Rounds) -> list[str]:
    return [
        reverse("peer_review:result-list"),
        review("all-results", rounds.published),
        review("all-results", rounds.published) + f"?by=-score&sort=name&section={demo_rounds.SECTION}",
        review("subject-result", rounds.pilot, rounds.pilot.subjects.first().pk),
        review("finding-raise", rounds.published) + "?criterion=integrity",
        review("decisions", rounds.published),
        review("decisions", rounds.pilot),
        review("public-notice-start", rounds.published),
        reverse("peer_review:contest-list"),
        reverse("peer_review:contest-answer", args=[Contest.objects.get().pk]),
        review("crosstab", rounds.pilot) + "?rows=section&voter_class=",
    ]


def pages_of_organiser(rounds: Rounds) -> list[str]:
    return [
        reverse("peer_review:organiser-list"),
        reverse("peer_review:round-create"),
        review("round-dashboard", rounds.opened),
        review("round-remind", rounds.opened),
        review("round-extend", rounds.opened),
        review("early-closing-request", rounds.opened),
        review("round-dashboard", rounds.draft),
        review("round-roll", rounds.draft),
        review("round-preflight", rounds.draft),
        review("paper-letters", rounds.draft),
        review("roll-touches", rounds.draft),
        review("early-closing", rounds.sheet),
        review("round-plan", rounds.draft),
        review("envelopes", rounds.draft),
        review("round-dashboard", rounds.published),
    ]


def pages_of_scrutineer(rounds: Rounds) -> list[str]:
    return [reverse("peer_review:scrutineer-list"), review("scrutineer-round", rounds.opened)]


def pages_of_inspector(rounds: Rounds) -> list[str]:
    return [
        reverse("peer_review:round-list"),
        review("early-closing", rounds.sheet),
        review("roll-touches", rounds.draft),
        *(review("roll-touch", rounds.draft, touch.pk) for touch in rounds.draft.roll_touches.all()[:1]),
        reverse("peer_review:audit-list"),
        review("audit-round", rounds.published),
        review("anomaly-list", rounds.published),
        review("finding-list", rounds.published),
        review("ledger", rounds.published),
        reverse("peer_review:audit-log"),
        reverse("peer_review:contest-list"),
        reverse("peer_review:contest-answer", args=[Contest.objects.get().pk]),
    ]


def pages_of_moderator(rounds: Rounds) -> list[str]:
    return [reverse("forum_pages:queue")]


#: By the name of the test: who signs in, and the pages that they come to.
VISITS: dict[str, tuple[str, Callable[[Rounds], list[str]]]] = {
    "staff-exchange": ("staff", exchange_of_staff),
    "staff-evaluation": ("staff", evaluation_by_staff),
    "leader": ("leader", pages_of_leader),
    "organiser": ("organiser", pages_of_organiser),
    "inspector": ("inspector", pages_of_inspector),
    "head": ("head", pages_of_head),
    "scrutineer": ("scrutineer", pages_of_scrutineer),
    "moderator": ("moderator", pages_of_moderator),
}


def look_at(addresses: list[str], *, username: str) -> None:
    """Have somebody read these pages, so that what the ledger and the audit log then show is not empty."""
    client = Client()
    client.force_login(User.objects.get(username=username))
    for address in addresses:
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("visit", VISITS)
def test_every_page_of_every_role_is_accessible_in_both_languages(
    demonstration: None, live_server: object, browser: Browser, visit: str, language: str
) -> None:
    username, pages = VISITS[visit]
    locale, window = LANGUAGES[language]
    rounds = Rounds()
    if visit == "inspector":
        look_at(pages_of_head(rounds), username="head")
        look_at(pages_of_leader(rounds), username="leader")

    wrong: list[str] = []
    context = browser.new_context(locale=locale, viewport=window)
    sign_in(context, live_server.url, User.objects.get(username=username))
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    for address in pages(rounds):
        answer = page.goto(live_server.url + address)
        problems = [] if answer.status == 200 else [f"status {answer.status}"]
        problems += faults(page) + refused
        refused.clear()
        wrong += [f"{username} {locale} {address}: {problem}" for problem in problems]
    context.close()

    assert wrong == []
