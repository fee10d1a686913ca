"""Rows of the list of decisions: proposal beside decision, one's own left out, in the groups of the quota line."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from peer_review.domain.outcomes.decisions import decide
from peer_review.models import Round
from peer_review.views.outcomes.decision_rows import Row, decidable, grouped
from tests.factories.peer_review.decided_rounds import (
    choice,
    decide_all,
    make_leader,
    make_scored_round,
    make_told_round,
    subject,
)

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]
#: Two places of ten: one above the line, two tied for the other, one without figures.
TEN = {"Ada": 96, "Ben": 93, "Cho": 93, "Dan": 91, "Eve": 85, "Fay": None, "Gil": 75, "Hal": 65, "Ivy": 50, "Joy": 80}


def page(round: Round, user: Any, **query: str) -> Any:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client.get(reverse("peer_review:decisions", args=[round.public_id]), query).context


def rows(round: Round, user: Any, **query: str) -> dict[str, Row]:
    return {row.result.label: row for _place, group in page(round, user, **query)["groups"] for row in group}


@pytest.fixture
def round() -> Round:
    return make_scored_round(TEN)


@pytest.fixture
def leader() -> Any:
    return make_leader("Director")


class TestPlaces:
    def test_rows_stand_in_the_groups_of_the_line_in_the_order_of_the_list(self, round: Round, leader: Any) -> None:
        groups = page(round, leader)["groups"]

        assert [(place, [row.result.label for row in group]) for place, group in groups] == [
            ("above", ["Ada"]),
            ("tied", ["Ben", "Cho"]),
            ("below", ["Dan", "Eve", "Joy", "Gil", "Hal", "Ivy"]),
            ("none", ["Fay"]),
        ]

    def test_places_without_rows_are_left_out(self, leader: Any) -> None:
        round = make_scored_round({"Ada": 96, "Ben": 80}, quota=0)

        assert [place for place, _group in page(round, leader)["groups"]] == ["above", "below"]

    def test_no_rows_make_no_groups(self) -> None:
        assert grouped([]) == []


class TestRows:
    def test_carry_figure_and_proposal(self, round: Round, leader: Any) -> None:
        found = rows(round, leader)

        assert found["Ada"].mark is not None
        assert (found["Ada"].mark.value, found["Ada"].proposed) == (96.0, "Excellent")
        assert (found["Ben"].proposed, found["Hal"].proposed) == ("", "Basically competent")
        assert (found["Fay"].mark, found["Fay"].proposed) == (None, "")
        assert "<svg" in found["Ada"].strip

    def test_want_words_where_no_proposal_is_followed(self, round: Round, leader: Any) -> None:
        wants = {name for name, row in rows(round, leader).items() if row.wants_words}

        assert wants == {"Ben", "Cho", "Fay"}

    def test_want_words_where_some_were_given_or_refused(self, round: Round, leader: Any) -> None:
        client = Client(headers={"accept-language": "en"})
        client.force_login(leader)
        dan, eve = (subject(round, name).pk for name in ("Dan", "Eve"))
        data = {f"grade-{dan}": "excellent", f"grade-{eve}": "", f"reason-{eve}": "Words"}
        answer = client.post(reverse("peer_review:decisions", args=[round.public_id]), data)

        wants = {row.result.label for _place, group in answer.context["groups"] for row in group if row.wants_words}

        assert answer.status_code == 422
        assert {"Dan", "Eve"} <= wants
        assert "Gil" not in wants

    def test_show_the_latest_decision_and_how_many_came_before(self, round: Round, leader: Any) -> None:
        decide(round, by=leader, choices=[choice(round, "Dan", "competent")])
        decide(round, by=leader, choices=[choice(round, "Dan", "basic", "Late reports.")])
        decide(round, by=leader, choices=[choice(round, "Fay", "", "On leave.")])

        found = rows(round, leader, show="decided")

        assert (found["Dan"].decided, found["Dan"].earlier) == ("Basically competent", 1)
        assert found["Dan"].decision is not None
        assert found["Dan"].decision.reason == "Late reports."
        assert (found["Fay"].decided, found["Fay"].earlier) == ("Not graded", 0)

    def test_of_oneself_have_no_fields_and_no_decision_before_it_is_told(self, round: Round, leader: Any) -> None:
        member = subject(round, "Ada").member
        assert member is not None
        member.user.groups.add(leader.groups.get(name="leadership"))
        decide_all(round, by=leader, ties=["Ben"])

        own = rows(round, member.user, show="decided")["Ada"]

        assert (own.own, own.fields, own.decision, own.decided, own.earlier) == (True, None, None, "", 0)
        assert own.wants_words is False
        assert rows(round, leader, show="decided")["Ada"].decided == "Excellent"

    def test_that_were_told_can_be_changed_by_nobody_and_read_by_the_person(self) -> None:
        round, leader = make_told_round({"Ada": 95, "Ben": 80})
        member = subject(round, "Ada").member
        assert member is not None
        member.user.groups.add(leader.groups.get(name="leadership"))

        for user in (leader, member.user):
            found = rows(round, user, show="decided")["Ada"]
            assert (found.fields, found.decided) == (None, "Competent" if found.place == "below" else "Excellent")
            assert found.notice is not None


def test_a_form_offers_others_that_were_not_told(round: Round, leader: Any) -> None:
    decide(round, by=leader, choices=[choice(round, "Dan", "competent")])
    results = [row.result for row in rows(round, leader).values()] + [
        row.result for row in rows(round, leader, show="decided").values()
    ]
    theirs = {subject(round, name).pk for name in ("Dan", "Eve")}

    offered = decidable(results, theirs)

    assert {(one.name, one.decision.grade if one.decision else "") for one in offered} == {
        ("Dan", "competent"),
        ("Eve", ""),
    }
    assert decidable(results, set()) == []
