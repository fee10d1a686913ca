"""Deciding, telling and announcing, as pages: who gets in, what stands there, what is kept when it is refused."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from peer_review.domain.outcomes.decisions import Choice, decide, tell_outcomes
from peer_review.models import Decision, DisclosureEntry, OutcomeNotice, Round
from peer_review.views.outcomes import decisions as views
from tests.factories.peer_review.decided_rounds import (
    choice,
    decide_all,
    make_inspector,
    make_leader,
    make_scored_round,
    subject,
)
from tests.factories.peer_review.rounds import make_user

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]

TEN = {"Ada": 96, "Ben": 93, "Cho": 93, "Dan": 91, "Eve": 85, "Fay": None, "Gil": 75, "Hal": 65, "Ivy": 50, "Joy": 80}


def browser(user: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def address(round: Round, name: str = "decisions") -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id])


def field(round: Round, name: str, what: str = "grade") -> str:
    return f"{what}-{subject(round, name).pk}"


def selected(html: str, name: str) -> str:
    """Return what a select of the page sends as it stands."""
    options = re.search(rf'<select name="{name}".*?</select>', html, re.S)
    assert options is not None
    chosen = re.search(r'<option value="([^"]*)" selected', options[0])
    return chosen[1] if chosen else ""


@pytest.fixture
def round() -> Round:
    return make_scored_round(TEN)


@pytest.fixture
def leader() -> Any:
    return make_leader("Director")


class TestList:
    def test_only_leaders_get_in(self, round: Round) -> None:
        people = [make_leader(), make_inspector(), round.organiser, make_user("Stranger", "staff")]

        assert [browser(user).get(address(round)).status_code for user in people] == [200, 403, 403, 403]

    def test_the_line_is_drawn_with_those_tied_at_it(self, round: Round, leader: Any) -> None:
        html = browser(leader).get(address(round)).content.decode()

        assert "2 places of “Excellent” for 10 evaluated: 20 %, rounded down." in html
        assert "The line lies at 93.0 points. Above it: 1. For the equal scores at it 1 place is left." in html
        assert re.search(r"Tied at the line:</strong>\s*Ben, Cho<br>", html)
        places = re.findall(r'<h3 id="place-(\w+)">', html)
        assert places == ["above", "tied", "below", "none"]
        assert html.count("ch-quota") == 9  # through every interval
        assert DisclosureEntry.objects.filter(round=round, scope="round", audience="leadership").count() == 1

    def test_what_is_clear_is_chosen_and_what_is_tied_is_not(self, round: Round, leader: Any) -> None:
        html = browser(leader).get(address(round)).content.decode()

        chosen = {name: selected(html, field(round, name)) for name in ("Ada", "Ben", "Dan", "Fay", "Hal")}
        assert chosen == {"Ada": "excellent", "Ben": "", "Dan": "competent", "Fay": "", "Hal": "basic"}

    def test_one_post_decides_the_page(self, round: Round, leader: Any) -> None:
        client = browser(leader)
        html = client.get(address(round)).content.decode()
        data = {field(round, name): selected(html, field(round, name)) for name in TEN}
        data |= {field(round, name, "seen"): "0" for name in TEN}
        data |= {field(round, "Ben"): "excellent", field(round, "Ben", "reason"): "Led the March inspection."}
        data |= {field(round, "Fay"): "none", field(round, "Fay", "reason"): "On leave."}

        answer = client.post(address(round), {**data, "show": "open"}, follow=True)

        assert answer.redirect_chain == [(address(round) + "?show=open", 302)]
        assert "9 decisions recorded." in answer.content.decode()
        assert Decision.objects.filter(grade="excellent").count() == 2
        assert "Cho" in answer.content.decode()  # alone is left
        assert 'id="places"' in answer.content.decode()

    def test_a_missing_reason_is_said_at_the_row_and_nothing_is_recorded_nor_lost(
        self, round: Round, leader: Any
    ) -> None:
        data = {
            field(round, "Ada"): "excellent",
            field(round, "Ben"): "excellent",
            field(round, "Fay"): "none",
            field(round, "Fay", "reason"): "KEPT WORDS",
        }

        answer = browser(leader).post(address(round), data)

        html = answer.content.decode()
        assert answer.status_code == 422
        assert "Give the reason: no proposal is followed here." in html
        assert "KEPT WORDS" in html
        assert selected(html, field(round, "Ben")) == "excellent"
        assert not Decision.objects.exists()

    def test_one_too_many_is_refused_with_the_number(self, round: Round, leader: Any) -> None:
        data = {field(round, name): "excellent" for name in ("Ada", "Ben", "Cho")}
        data |= {field(round, name, "reason"): "Equal." for name in ("Ben", "Cho")}

        answer = browser(leader).post(address(round), data)

        assert answer.status_code == 409
        assert "That would be 3 times “excellent”; the quota of 20 % allows 2" in answer.content.decode()
        assert not Decision.objects.exists()

    def test_nobody_finds_their_own_row_to_decide_or_to_read(self, round: Round, leader: Any) -> None:
        member = subject(round, "Ada").member
        assert member is not None
        member.user.groups.add(leader.groups.get(name="leadership"))
        decide(round, by=leader, choices=[choice(round, "Ada", "competent", "SECRET REASON")])
        client = browser(member.user)

        shown = [client.get(address(round), {"show": show}).content.decode() for show in ("open", "decided")]
        posted = client.post(address(round), {field(round, "Ada"): "excellent"})

        assert "SECRET REASON" in browser(leader).get(address(round), {"show": "decided"}).content.decode()
        name = f'name="{field(round, "Ada")}"'
        assert name in browser(leader).get(address(round), {"show": "decided"}).content.decode()
        assert not any("SECRET REASON" in html or name in html for html in shown)
        assert "This is you: another leader decides." in shown[1]
        # Nor can it be found by subtraction: the count of places given leaves one's own out.
        decide(round, by=leader, choices=[choice(round, "Ada", "excellent")])
        counts = [
            re.search(r"(\d+) / 2</span>", browser(user).get(address(round)).content.decode())
            for user in (leader, member.user)
        ]
        assert [found and found[1] for found in counts] == ["1", "0"]
        assert posted.status_code == 422
        assert not Decision.objects.filter(by=member.user).exists()

    def test_pages_by_key_and_the_queries_do_not_grow(self, leader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(views, "PAGE", 3)
        client = browser(leader)
        counts = []
        for names in ("A", "ABC"):
            round = make_scored_round(dict.fromkeys(names, 80))
            client.get(address(round))
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(address(round))
            counts.append(len(queries))
        assert counts[0] == counts[1]

        round = make_scored_round(dict(zip("ABCDEFG", (90, 80, 80, 80, 80, 70, None), strict=True)))
        seen: list[str] = []
        url = address(round) + "?show=open"
        while url:
            html = client.get(url).content.decode()
            seen += re.findall(r"<h4><a [^>]*>(\w)</a>", html)
            more = re.search(r'rel="next" href="([^"]+)"', html)
            url = address(round) + more[1].replace("&amp;", "&") if more else ""
        assert seen == list("ABCDEFG")

    @pytest.mark.parametrize("query", ["?after=x", "?after=99999999999999999999", "?after=0", "?show=all", "?after=²"])
    def test_odd_addresses_are_answered(self, round: Round, leader: Any, query: str) -> None:
        assert browser(leader).get(address(round) + query).status_code == 200


def fingerprint_in(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(fingerprint)" value="([^"]*)">', html))


class TestTelling:
    def test_what_was_decided_anew_while_somebody_read_is_not_told(self, round: Round, leader: Any) -> None:
        decide_all(round, by=leader, ties=["Ben"])
        client, other = browser(leader), make_leader("Leader Two")
        read = fingerprint_in(client.get(address(round)).content.decode())
        ada = round.subjects.get(label="Ada")
        decide(round, by=other, choices=[Choice(ada.pk, "basic", "On reflection.")])

        for sent in (read, {}):
            refused = client.post(address(round, "outcomes-tell"), sent, follow=True)
            assert "were changed while you were reading" in refused.content.decode()
            assert not OutcomeNotice.objects.exists()

        client.post(address(round, "outcomes-tell"), fingerprint_in(client.get(address(round)).content.decode()))
        assert OutcomeNotice.objects.count() == 10

    def test_the_button_appears_when_everybody_is_decided(self, round: Round, leader: Any) -> None:
        client = browser(leader)
        assert "outcomes-tell" not in client.get(address(round)).content.decode()
        refused = client.post(address(round, "outcomes-tell"), follow=True)
        assert "10 are not decided yet" in refused.content.decode()

        decide_all(round, by=leader, ties=["Ben"])
        html = client.get(address(round)).content.decode()
        assert address(round, "outcomes-tell") in html
        told = client.post(address(round, "outcomes-tell"), fingerprint_in(html), follow=True)

        assert "10 outcomes told in writing." in told.content.decode()
        assert OutcomeNotice.objects.count() == 10
        assert "0 of 10 have acknowledged receipt." in told.content.decode()
        # Nothing can be changed any more.
        assert "<select" not in told.content.decode()


def test_archived_rounds_are_still_decided(round: Round, leader: Any) -> None:
    Round.objects.filter(pk=round.pk).update(state="archived")
    decide_all(Round.objects.get(pk=round.pk), by=leader, ties=["Ben"])

    assert len(tell_outcomes(round, by=leader)) == 10
