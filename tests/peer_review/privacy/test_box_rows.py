"""What anybody is shown of the box from closing to counting is alike whether or not a paper that is destroyed was cast.

The difference between the rows that the scrutineers open and the sums of the bulletin would be the ballots that are
destroyed: nothing at all, and nobody whose answers had no cover has voted.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from peer_review.box import store
from peer_review.domain.ballots import box_padding
from peer_review.domain.tally import count
from peer_review.exceptions.tally import BoxStillSealed
from peer_review.models import CountRun
from tests.factories.peer_review.box import lay_no_dummies
from tests.factories.peer_review.counted_rounds import content_keys, open_box, open_ready
from tests.factories.peer_review.rounds import (
    Evaluator,
    RunningRound,
    SchemeFactory,
    make_cell,
    make_ready_round,
    make_subject,
    make_user,
)

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]


def round_with_too_few(*, few: int) -> RunningRound:
    """Return a round with a paper that six have cast and one of two voters, of whom so many have cast it.

    All of them have drawn, as somebody has who was shown a paper and cast none.
    """
    scheme = SchemeFactory(floor=5, name=f"Scheme {few}")
    running = make_ready_round(evaluators=10, subjects=0, scheme=scheme, title="The round")
    members = list(running.round.members.order_by("pk"))
    users = [member.user for member in members]
    make_cell(make_subject(running.round, members[0]), users[2:8])
    make_cell(make_subject(running.round, members[1]), users[8:])
    running.evaluators = [Evaluator(user, running.round) for user in users[2:]]
    open_ready(running)
    for evaluator in running.evaluators:
        evaluator.draw()
    for evaluator in [*running.evaluators[:6], *running.evaluators[6:][:few]]:
        assert all(answer["ok"] for answer in running.vote(evaluator))
    return running


class Looks:
    """All that scrutineer, organiser, inspector and a voter are shown of a round, without what is random."""

    def __init__(self, running: RunningRound) -> None:
        self.running = running
        round = running.round
        self.people = {
            "scrutineer": round.scrutineers.get(),
            "organiser": round.organiser,
            "inspector": make_user("Inspector", "inspector"),
            "voter": running.evaluators[0].user,
        }
        self.seen: list[tuple[str, Any]] = []

    def look(self, when: str) -> None:
        """Open every page and file that may tell of the box, as each of them."""
        address = [self.running.round.public_id]
        for who, user in self.people.items():
            client = Client(headers={"accept-language": "en"})
            client.force_login(user)
            for name in (
                "scrutineer-round",
                "count-rows",
                "count-progress",
                "box-rows",
                "round-dashboard",
                "round-detail",
                "audit-round",
                "audit-log",
                "audit-list",
                "ballot",
                "bulletin",
            ):
                url = reverse(f"peer_review:{name}", args=[] if name in ("audit-log", "audit-list") else address)
                answer = client.get(url)
                body = answer.getvalue().decode() if answer.status_code == 200 else ""
                self.seen.append((f"{when}: {name} as {who}", (answer.status_code, self.plain(body))))
        self.seen.append((f"{when}: health", Client().get(reverse("healthz")).content))
        entries = ModelLogEntry.objects.filter(object_id=str(self.running.round.pk)).order_by("pk")
        told = [(entry.action, sorted(entry.data), self.plain(repr(entry.data))) for entry in entries]
        self.seen.append((f"{when}: log", told))
        runs = CountRun.objects.filter(round=self.running.round)
        self.seen.append((f"{when}: count", list(runs.values_list("phase", "done", "total", "accepted", "rejected"))))

    def plain(self, text: str) -> list[str]:
        """Return a page without ids, hashes, tokens, keys and times; rows of tables sorted, which chance orders."""
        text = re.sub(r"<time[^>]*>[^<]*</time>", "…", text.split("</header>")[-1])
        text = re.sub(r"[A-Za-z0-9_-]{20,}|\b[0-9a-f]{8,}\b|([0-9a-f]{4} ){3,}[0-9a-f]{4}", "…", text)
        text = re.sub(r"user\d+|Scheme \w+|\b\w{3,4}\.? \d+, \d{4}(, \d+(:\d+)? [ap]\.m\.)?|\d+:\d+(:\d+)?", "…", text)
        return sorted(re.split(r"(?=<tr)|(?<=</tr>)", re.sub(r"/\d+/|\d+ minutes?|=\"\d+\"|\"id\": \d+", "…", text)))


def looks_of(*, few: int) -> dict[str, Any]:
    """Hold such a round in databases in which there is no other, and return what was seen at each step."""
    with transaction.atomic(), transaction.atomic(using="box"):
        seen = _looks_of(round_with_too_few(few=few))
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="box")
    return seen


def _looks_of(running: RunningRound) -> dict[str, Any]:
    """Close, open and count the round chunk by chunk."""
    looks, round = Looks(running), running.close()
    scrutineer = round.scrutineers.get()
    looks.look("closed")
    rows = count.sealed_rows(round, limit=5)
    opened = count.open_rows(round, by=scrutineer, keys=content_keys(running, rows))
    looks.seen.append(("the answer to some keys", (opened, len(rows))))
    with pytest.raises(BoxStillSealed) as refused:
        count.finish_opening(round, by=scrutineer)
    looks.seen.append(("counted too early", str(refused.value.message)))
    looks.look("half open")
    open_box(running)
    looks.seen.append(("all opened", count.opening(round)))
    looks.look("open")
    count.finish_opening(round, by=scrutineer)
    running.round.refresh_from_db()
    looks.look("counted")
    looks.seen.append(("ballots kept", len(list(store.ballots(round.public_id)))))
    return dict(looks.seen)


@pytest.fixture
def same_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let chance add the same number of dummies to each box; how far it hides a ballot is tested with the padding."""
    monkeypatch.setattr(box_padding.secrets, "randbelow", lambda below: 7)


def test_nobody_is_shown_whether_a_paper_that_is_destroyed_was_cast(same_draw: None) -> None:
    none, both = looks_of(few=0), looks_of(few=2)

    assert none["all opened"] == count.Opening(opened=15, total=15)
    assert none["ballots kept"] == 6
    assert none.keys() == both.keys()
    assert [name for name in none if none[name] != both[name]] == []


def test_the_comparison_bites_where_the_box_holds_ballots_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    lay_no_dummies(monkeypatch)

    none, both = looks_of(few=0), looks_of(few=2)

    told: Callable[[str], bool] = lambda name: none[name] != both[name]  # noqa: E731
    assert none["all opened"] == count.Opening(opened=6, total=6)
    assert {"all opened", "the answer to some keys", "counted too early"} <= set(filter(told, none))
    for name in ("count-rows as scrutineer", "box-rows as scrutineer"):
        assert told(f"closed: {name}"), name
