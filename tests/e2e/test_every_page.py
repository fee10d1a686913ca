"""The reference organisation, page by page, as each role: nothing axe calls serious, nothing the content policy
refuses, nothing wider than a phone. It loads what `make demo` loads, so it also proves that, twice."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Browser, Page

from demo.load import rounds as demo_rounds
from demo.load import voting
from disclosures.models import DisclosurePage
from forum_pages.models import Topic
from organisation.models import Staff, User
from peer_review.models import Contest, Round
from tests.e2e.sign_in import sign_in
from tests.factories.home import home_page
from tests.factories.peer_review.rounds import stock_key_pool

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "box"], transaction=True)]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture
def organisation(monkeypatch: pytest.MonkeyPatch, tmp_path, settings) -> None:
    """The demonstration, with fewer voters than `make demo` so that it loads in seconds."""
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(voting, "VOTERS", 16)
    home_page()
    stock_key_pool(200)
    call_command("demo")


def pages_by_role() -> Iterator[tuple[str, list[str]]]:
    """Yield each role's user name and the addresses of the pages it comes to."""
    published = Round.objects.get(title=demo_rounds.PUBLISHED)
    opened = Round.objects.get(title=demo_rounds.OPEN)
    sheet = Round.objects.get(title=demo_rounds.SHEET)
    pilot = Round.objects.get(title=demo_rounds.FULL_CIRCLE)
    draft = Round.objects.get(title=demo_rounds.DRAFT)
    topic = Topic.objects.get(title__startswith="匿名互评真的匿名吗")
    comment = topic.comments.first()
    mine = Topic.objects.filter(author__username="staff").first()
    document = DisclosurePage.objects.live().filter(validity="repealed").first()

    def review(name: str, round: Round, *args: int) -> str:
        return reverse(f"peer_review:{name}", args=[round.public_id, *args])

    def outcome(username: str) -> str:
        return review("contest", published, published.subjects.get(member__user__username=username).pk)

    yield (
        "staff",
        [
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
            reverse("peer_review:round-list"),
            reverse("peer_review:protection"),
            review("round", opened),
            review("ballot", opened),
            review("ballot", sheet),
            review("round", published),
            review("check", published),
            review("bulletin", published),
            review("own-result", published),
            outcome("staff"),
            review("public-notice", published),
            review("notice", opened),
            reverse("peer_review:notice-list"),
        ],
    )
    member = published.subjects.filter(section_key=demo_rounds.SECTION).last()
    yield (
        "head",
        [
            review("section-results", published),
            review("subject-result", published, member.pk),
            outcome("head"),
            review("drilldown", published) + "?rows=class",
        ],
    )
    yield (
        "leader",
        [
            reverse("peer_review:result-list"),
            review("results", published),
            review("results", published) + f"?by=-score&sort=name&section={demo_rounds.SECTION}",
            review("subject-result", pilot, pilot.subjects.first().pk),
            review("finding-raise", published) + "?criterion=integrity",
            review("decisions", published),
            review("decisions", pilot),
            review("public-notice-start", published),
            reverse("peer_review:contest-list"),
            reverse("peer_review:contest-answer", args=[Contest.objects.get().pk]),
            review("drilldown", pilot) + "?rows=section&voter_class=",
        ],
    )
    yield (
        "organiser",
        [
            reverse("peer_review:organiser-list"),
            reverse("peer_review:round-create"),
            review("round-manage", opened),
            review("round-remind", opened),
            review("round-lengthen", opened),
            review("round-manage", draft),
            review("round-roll", draft),
            review("round-preflight", draft),
            review("round-plan", draft),
            review("envelopes", draft),
            review("round-manage", published),
        ],
    )
    yield "scrutineer", [reverse("peer_review:scrutineer-list"), review("scrutineer-round", opened)]
    yield (
        "inspector",
        [
            reverse("peer_review:inspector-list"),
            review("inspector", published),
            review("anomalies", published),
            review("finding-list", published),
            # After the others have looked.
            review("ledger", published),
            reverse("peer_review:audit-log"),
            reverse("peer_review:contest-list"),
            reverse("peer_review:contest-answer", args=[Contest.objects.get().pk]),
        ],
    )
    yield "moderator", [reverse("forum_pages:queue")]


def faults(page: Page) -> list[str]:
    """Return what is wrong with the page as shown: accessibility findings, and content wider than the window."""
    found = [
        f"{violation['id']}: {violation['nodes'][0]['html'][:160]}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*found, f"{width} px wider than the window"] if width > 0 else found


@pytest.mark.timeout(900)  # some sixty pages, each looked at twice
def test_every_page_of_every_role_is_accessible_in_both_languages(
    organisation: None, live_server: object, browser: Browser
) -> None:
    call_command("demo")  # again: nothing may be doubled
    assert Staff.objects.count() == 120
    assert (Topic.objects.count(), DisclosurePage.objects.count(), Round.objects.count()) == (62, 40, 5)

    wrong: list[str] = []
    for username, addresses in pages_by_role():
        user = User.objects.get(username=username)
        for locale, window in (("zh-CN", PHONE), ("en-US", DESK)):
            context = browser.new_context(locale=locale, viewport=window)
            sign_in(context, live_server.url, user)
            page = context.new_page()
            refused: list[str] = []
            page.on(
                "console", lambda message, kept=refused: kept.append(message.text) if message.type == "error" else None
            )
            for address in addresses:
                answer = page.goto(live_server.url + address)
                problems = [] if answer.status == 200 else [f"status {answer.status}"]
                problems += faults(page) + refused
                refused.clear()
                wrong += [f"{username} {locale} {address}: {problem}" for problem in problems]
            context.close()

    assert wrong == []
