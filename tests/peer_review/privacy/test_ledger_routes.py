"""Every route that shows figures of a published round leaves its line in the ledger; every route is classified here."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from peer_review.api import urls as api_urls
from peer_review.domain.findings.findings import raise_finding
from peer_review.models import AnomalyRun, DisclosureEntry, Round, Subject
from peer_review.urls import urlpatterns
from tests.factories.peer_review.counted_rounds import make_published_round, spread
from tests.factories.peer_review.rounds import make_user
from tests.peer_review.api.conftest import token_of

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@dataclass(frozen=True)
class Shows:
    """A route that shows figures: who may read them, where, and what the ledger knows afterwards.

    args: of the address after the round's id, {subject} its id. scopes: {key} the subject's key.
    """

    reader: str
    scopes: tuple[str, ...]
    channel: str
    audience: str
    args: tuple[str, ...] = ()
    query: str = ""


SHOWS = {
    "peer_review:own-result": [Shows("subject", ("subject:{key}",), "page", "subject")],
    "peer_review:subject-result": [
        Shows("leader", ("subject:{key}",), "page", "leadership", ("{subject}",)),
        Shows("head", ("subject:{key}",), "page", "section_head:a", ("{subject}",)),
        Shows("organiser", ("subject:{key}",), "page", "organiser", ("{subject}",)),
    ],
    "peer_review:section-results": [Shows("head", ("section:a",), "page", "section_head:a")],
    "peer_review:all-results": [
        Shows("leader", ("round",), "page", "leadership"),
        Shows("organiser", ("round",), "page", "organiser"),
    ],
    "peer_review:summary": [
        Shows("staff", ("summary",), "page", "staff"),
        Shows("leader", ("summary",), "page", "staff"),
    ],
    "peer_review:own-report": [
        Shows("subject", ("subject:{key}",), "pdf", "subject", ("pdf",)),
        Shows("subject", ("subject:{key}",), "xlsx", "subject", ("xlsx",)),
    ],
    "peer_review:subject-report": [
        Shows("leader", ("subject:{key}",), "pdf", "leadership", ("{subject}", "pdf")),
        Shows("leader", ("subject:{key}",), "xlsx", "leadership", ("{subject}", "xlsx")),
    ],
    "peer_review:section-report": [
        Shows("head", ("section:a",), "pdf", "section_head:a", ("pdf",)),
        Shows("head", ("section:a",), "xlsx", "section_head:a", ("xlsx",)),
    ],
    "peer_review:round-report": [
        Shows("leader", ("round",), "pdf", "leadership", ("pdf",)),
        Shows("leader", ("round",), "xlsx", "leadership", ("xlsx",)),
    ],
    "peer_review:decisions": [Shows("leader", ("round",), "page", "leadership")],
    "peer_review:finding-raise": [
        Shows("leader", ("section:a",), "page", "leadership", query="?section=a"),
        Shows("head", ("section:a",), "page", "section_head:a", query="?section=a"),
    ],
    "peer_review:finding-list": [Shows("leader", ("section:a",), "page", "leadership")],
    "peer_review:anomaly-list": [Shows("inspector", ("patterns",), "page", "inspector")],
    "peer_review:crosstab": [
        Shows(
            "leader",
            tuple(
                f'cell:["{criterion}","{section}",null,null]' for criterion in ("quality", "spirit") for section in "ab"
            ),
            "page",
            "leadership",
            query="?rows=section",
        )
    ],
    "peer_review:audit-package": [Shows("inspector", ("round",), "package", "inspector")],
    "peer_review_api:own-result": [Shows("subject", ("subject:{key}",), "api", "integration")],
    "peer_review_api:subject-result": [Shows("leader", ("subject:{key}",), "api", "integration", ("{subject}",))],
    "peer_review_api:section-results": [Shows("head", ("section:a",), "api", "integration", ("a",))],
    "peer_review_api:round-results": [Shows("leader", ("round",), "api", "integration")],
    "peer_review_api:summary": [Shows("staff", ("summary",), "api", "integration")],
}

#: Routes that show no figure of a published round, by feature.
SHOWS_NOTHING = {
    "announcements": "notice-list notice-read round-remind",
    # The ballots handed to an auditor are on record in the audit log.
    "audit": "anomaly-progress audit-round audit-ballots audit-list audit-log",
    "ballots": "draw cast manifest envelopes envelopes-make envelopes-witness kiosk kiosk-draw kiosk-open kiosk-ballot "
    "ballot ballot-check",
    "keys": "scrutineer-list scrutineer-round box-rows share-confirm share-destroy box-key box-key-share box-key-test "
    "open-box keys-prepare keys-progress",
    "ledger": "ledger figures-withdraw",
    "outcomes": "outcomes-tell public-notice public-notice-start my-outcome contest outcome-acknowledge contest-appeal "
    "contest-withdraw contest-list contest-answer contest-claim contest-reassign contest-extend",
    "overview": "round-list protection round-detail",
    "planning": "round-plan plan-preview plan-use seed-renew list-import list-remove roll-progress exclusion-list "
    "exclusion-remove round-roll roll-propose roll-add roll-on-paper roll-remove subject-remove subject-add "
    "subject-voters voter-class roll-touches roll-touch roll-confirm class-anonymity",
    "preflight": "round-preflight class-merge paper-letters newcomers-withdraw subject-leave-out",
    "publication": "round-publish comments-review comment-withhold comment-readmit comments-finish self-evaluation",
    "results": "result-list",
    "rounds": "round-calendar printed-notice printed-notice-qr organiser-list round-create round-dashboard round-edit "
    "round-delete round-open round-extend round-repeat round-close round-archive early-closing early-closing-request "
    "early-closing-confirm early-closing-withdraw",
    "tally": "count-rows count-keys count-finish count-progress bulletin bulletin-json bulletin-head "
    "bulletin-cells verifier",
}
API_SHOWS_NOTHING = (
    "round-list round-detail participation bulletin openapi integration-confirm integration-list integration-revoke"
)


def routes() -> Iterator[str]:
    """Yield the names of all routes of peer review and of its interface."""
    for namespace, patterns in (("peer_review", urlpatterns), ("peer_review_api", api_urls.urlpatterns)):
        for pattern in patterns:
            yield f"{namespace}:{pattern.name}"


class World:
    """A published round with a reader of each kind, a finding and a finished search for patterns."""

    def __init__(self) -> None:
        head = make_user("Head", "section_head")
        self.round: Round = make_published_round(
            {(name, "all"): spread(8) for name in "甲乙丙丁戊己"},
            sections=dict(zip("甲乙丙丁戊己", "aaabbb", strict=True)),
            heads={"a": head},
        )
        self.subject: Subject = self.round.subjects.select_related("member__user").get(label="甲")
        self.readers: dict[str, Any] = {
            "subject": self.subject.member.user,  # type: ignore[union-attr]  # a person is evaluated
            "head": head,
            "leader": make_user("Leader", "leadership"),
            "organiser": self.round.organiser,
            "inspector": make_user("Inspector", "inspector"),
            "staff": make_user("Staff", "staff"),
        }
        raise_finding(self.round, by=self.readers["leader"], text="The counter opens too late.", section="a")
        AnomalyRun.objects.create(round=self.round, done=1, total=1, searches=[])
        DisclosureEntry.objects.all().delete()

    def fill(self, text: str) -> str:
        """Return a text with the subject's id and key filled in."""
        return text.replace("{subject}", str(self.subject.pk)).replace("{key}", self.subject.key)

    def address(self, route: str, case: Shows) -> str:
        """Return where a case reads."""
        return reverse(route, args=[self.round.public_id, *map(self.fill, case.args)]) + case.query


@pytest.fixture
def world() -> World:
    cache.clear()
    return World()


def client_for(user: Any, route: str) -> Client:
    """Return a client that reads a route as a user: signed in, or by a token."""
    if route.startswith("peer_review_api:"):
        return Client(headers={"authorization": f"Api-Key {token_of(user)}"})
    client = Client()
    client.force_login(user)
    return client


def test_every_route_is_classified_once() -> None:
    silent = [f"peer_review:{name}" for names in SHOWS_NOTHING.values() for name in names.split()]
    silent += [f"peer_review_api:{name}" for name in API_SHOWS_NOTHING.split()]
    assert sorted(routes()) == sorted([*SHOWS, *silent])


@pytest.mark.parametrize(
    ("route", "case"),
    [
        pytest.param(route, case, id=f"{route}-{case.reader}-{case.channel}")
        for route, cases in SHOWS.items()
        for case in cases
    ],
)
def test_route_that_shows_figures_leaves_its_line(world: World, route: str, case: Shows) -> None:
    response = client_for(world.readers[case.reader], route).get(world.address(route, case))

    assert response.status_code == 200
    if response.streaming:
        list(response.streaming_content)  # type: ignore[attr-defined]  # asked above
    lines = DisclosureEntry.objects.order_by("scope").values_list("round", "scope", "channel", "audience")
    assert list(lines) == [
        (world.round.pk, world.fill(scope), case.channel, case.audience) for scope in sorted(case.scopes)
    ]


@pytest.mark.parametrize("route", SHOWS)
def test_stranger_to_the_figures_is_shown_none_and_leaves_no_line(world: World, route: str) -> None:
    case = SHOWS[route][0]
    outsider = make_user("", is_active=False)

    response = Client().get(world.address(route, case))
    assert response.status_code in (302, 401)
    signed_in = Client()
    signed_in.force_login(outsider)
    assert signed_in.get(world.address(route, case)).status_code in (302, 401)

    assert not DisclosureEntry.objects.exists()
