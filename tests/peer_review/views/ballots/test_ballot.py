"""The ballot page and the page that checks a ballot: who gets which, in which state, and what they carry."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from peer_review.domain.planning.named_classes import declare_not_anonymous
from peer_review.domain.planning.roll_confirmation import confirm_roll
from peer_review.domain.planning.roll_fingerprint import roll_fingerprint
from peer_review.domain.rounds.lifecycle import open_round
from peer_review.enums import Collection, RoundState, ScaleKind
from peer_review.models import Assignment, Bulletin, Round
from peer_review.views.ballots.ballot import browser_tag
from peer_review.views.ballots.paper_cards import own_papers
from tests.factories.peer_review.counted_rounds import count_all, make_counted_round, make_voted_round, papers
from tests.factories.peer_review.rounds import (
    STAGE,
    RoundFactory,
    RunningRound,
    SchemeFactory,
    make_member,
    make_open_round,
    make_ready_round,
    make_user,
)

pytestmark = pytest.mark.django_db(databases=["default", "box"])
HOUR = timedelta(hours=1)


def page(name: str, round: Round) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id])


def get(client: Client, name: str, round: Round) -> Any:
    return client.get(page(name, round), headers={"accept-language": "en"})


class TestTag:
    def test_is_the_same_for_one_person_in_one_round_and_tells_neither(self) -> None:
        ada, ben, first, second = make_user(), make_user(), RoundFactory(), RoundFactory()

        tags = [browser_tag(user, round) for user in (ada, ben) for round in (first, second)]

        assert len(set(tags)) == 4
        assert browser_tag(ada, first) == tags[0]
        assert all(re.fullmatch("[0-9a-f]{16}", tag) for tag in tags)

    def test_cannot_be_worked_out_without_the_sites_secret(self, settings: Any) -> None:
        user, round = make_user(), RoundFactory()
        known = browser_tag(user, round)
        settings.SECRET_KEY = "of another site"

        assert browser_tag(user, round) != known


class TestBallot:
    @pytest.mark.parametrize("state", [state for state in RoundState if state not in ("draft", "open")])
    def test_after_the_vote_leads_to_the_check(self, client: Client, state: RoundState) -> None:
        running = make_open_round(evaluators=4)
        Round.objects.update(state=state)
        client.force_login(running.evaluators[0].user)

        assert get(client, "ballot", running.round).url == page("ballot-check", running.round)

    def test_of_a_draft_and_of_no_round_is_not_there(self, client: Client) -> None:
        ready = make_ready_round(evaluators=4)
        client.force_login(ready.evaluators[0].user)

        assert get(client, "ballot", ready.round).status_code == 404
        assert get(client, "ballot", Round(public_id="0" * 32)).status_code == 404
        # Who manages the draft knows it and has no paper in it.
        client.force_login(ready.round.organiser)
        assert get(client, "ballot", ready.round).status_code == 403

    @pytest.mark.parametrize("role", ["inspector", "leadership"])
    def test_is_for_nobody_without_a_paper(self, client: Client, role: str) -> None:
        round = make_open_round(evaluators=4).round
        client.force_login(make_user("", role, is_superuser=True))

        assert get(client, "ballot", round).status_code == 403

    def test_takes_nothing_by_post(self, client: Client) -> None:
        running = make_open_round(evaluators=4)
        client.force_login(running.evaluators[0].user)

        assert client.post(page("ballot", running.round), {"a": "1"}).status_code == 405

    def test_names_nobody_who_votes_and_carries_no_private_key(self, client: Client) -> None:
        # From twice the floor on, on a list that nobody touched, the others are a number.
        running = make_open_round(evaluators=7, subjects=1)
        for evaluator in running.evaluators:
            evaluator.draw()
        me, *others = running.evaluators
        client.force_login(me.user)

        response = get(client, "ballot", running.round)
        html = response.content.decode()

        assert [one.user.get_full_name() for one in others if one.user.get_full_name() in html] == []
        config = json.dumps(response.context["config"])
        assert me.user.get_full_name() not in config
        assert me.user.username not in config
        assert not {"private_key", "blinded", "blind_sig", "receipt_key", "box"} & set(response.context["config"])

    def test_says_who_is_asked_with_the_reader_where_they_are_few(self, client: Client) -> None:
        running = make_open_round(evaluators=5, subjects=1)
        me, *others = running.evaluators
        client.force_login(me.user)

        html = get(client, "ballot", running.round).content.decode()

        assert "Asked with you: 3 other people" in html
        assert "usual pattern" in html
        assert [one.user.get_full_name() for one in others if one.user.get_full_name() not in html] == []
        # Folded: not one step more for whoever votes.
        assert '<details class="pr-fellows pr-no-print">' in html

    def test_never_says_to_a_subject_who_evaluates_them(self, client: Client) -> None:
        # Two are evaluated by all others; both evaluate each other too.
        running = make_open_round(evaluators=5, subjects=2)
        subject, other = running.round.subjects.select_related("member__user")
        own_list = set(subject.cells.get().assignments.values_list("evaluator_id", flat=True))
        assert subject.member is not None
        client.force_login(subject.member.user)

        response = get(client, "ballot", running.round)

        [card] = response.context["papers"]
        assert card.label == other.label
        named = {one.name for one in card.fellows.named}
        # Named are those who evaluate the other with the reader: nothing says which of them evaluate the reader.
        assert subject.member.user_id not in own_list
        assert named == {"Person 2", "Person 3", "Person 4"}

    def test_says_what_becomes_of_answers_that_are_too_few(self, client: Client) -> None:
        running = make_open_round(
            evaluators=9, classes=("all", "others"), scheme=SchemeFactory(classes=[("all", 60), ("others", 40)])
        )
        client.force_login(running.evaluators[0].user)

        html = get(client, "ballot", running.round).content.decode()

        assert "If fewer than 3 vote on this, the answers join the class “Others”" in html

    def test_a_class_that_was_declared_so_reads_first_that_it_is_not_anonymous(self, client: Client) -> None:
        ready = make_ready_round(
            evaluators=9, classes=("all", "others"), scheme=SchemeFactory(classes=[("all", 60), ("others", 40)])
        )
        declare_not_anonymous(ready.round, by=ready.round.organiser, voter_class="all")
        draft = Round.objects.get(pk=ready.round.pk)
        confirm_roll(draft, by=make_user("", "inspector"), fingerprint=roll_fingerprint(draft))
        round = open_round(draft, by=draft.organiser)
        said = {}
        for voter_class in ("all", "others"):
            cell = round.cells.get(voter_class=voter_class)
            client.force_login(cell.assignments.all()[0].evaluator)
            said[voter_class] = get(client, "ballot", round).content.decode()

        declared = "the voter class “All” was declared not anonymous"
        assert declared in said["all"]
        assert said["all"].index(declared) < said["all"].index("data-criterion")
        assert "yours among them, are counted together" not in said["all"]
        assert declared not in said["others"]
        assert "The ballots of “All”, a class that was declared not anonymous, are not among these." in said["others"]
        # It takes nobody in either.
        assert "If fewer than 3 vote on this, the answers are destroyed." in said["others"]

    def test_takes_one_query_count_for_one_and_for_three_papers(self, client: Client) -> None:
        counts = []
        for subjects in (1, 3):
            running = make_open_round(evaluators=6, subjects=subjects)
            client.force_login(running.evaluators[-1].user)
            get(client, "ballot", running.round)
            with CaptureQueriesContext(connection) as queries:
                response = get(client, "ballot", running.round)
            counts.append(len(queries))
            assert len(response.context["papers"]) == subjects

        assert counts[0] == counts[1]

    def test_who_votes_on_paper_is_sent_to_the_envelopes(self, client: Client) -> None:
        ready = make_ready_round(evaluators=6, subjects=1)
        paper, screen = ready.evaluators[-1].user, ready.evaluators[0].user
        ready.round.members.filter(user__in=[one.user for one in ready.evaluators[-3:]]).update(on_paper=True)
        round = open_round(ready.round, by=ready.round.organiser)

        client.force_login(paper)
        response = client.get(page("ballot", round), follow=True, headers={"accept-language": "en"})
        assert response.redirect_chain == [(page("round-detail", round), 302)]
        assert "you vote on paper" in response.content.decode()
        client.force_login(screen)
        assert get(client, "ballot", round).status_code == 200


class TestStages:
    @pytest.fixture
    def running(self) -> RunningRound:
        return make_open_round(evaluators=4, collection=Collection.TWO_STAGE, casts_at=timezone.now() + STAGE)

    def test_drawing_ends_even_if_nobody_with_a_right_to_end_it_comes(
        self, client: Client, running: RunningRound
    ) -> None:
        Round.objects.update(casts_at=timezone.now())
        running.evaluators[0].draw()
        client.force_login(running.evaluators[0].user)

        get(client, "ballot", running.round)

        assert Round.objects.get().barrier_at is not None

    def test_a_closed_round_whose_drawing_never_ended_leads_to_the_check(
        self, client: Client, running: RunningRound
    ) -> None:
        Round.objects.update(casts_at=timezone.now() - HOUR, state="closed")
        client.force_login(running.evaluators[0].user)

        assert get(client, "ballot", running.round).url == page("ballot-check", running.round)
        assert Round.objects.get().barrier_at is None

    def test_who_may_not_vote_ends_no_drawing(self, client: Client, running: RunningRound) -> None:
        Round.objects.update(casts_at=timezone.now() - HOUR)
        client.force_login(running.round.organiser)

        assert get(client, "ballot", running.round).status_code == 403
        assert Round.objects.get().barrier_at is None

    def test_the_page_while_drawing_is_not_too_late(self, client: Client, running: RunningRound) -> None:
        client.force_login(running.evaluators[0].user)

        context = get(client, "ballot", running.round).context

        assert (context["config"]["mode"], context["too_late"]) == ("draw", False)
        Round.objects.update(casts_at=timezone.now() - HOUR)
        assert get(client, "ballot", running.round).context["too_late"] is True


class TestCheck:
    def test_finds_key_head_and_blocks_of_its_round(self, client: Client) -> None:
        running = make_open_round(evaluators=4)
        me = running.evaluators[0].user
        client.force_login(me)

        response = get(client, "ballot-check", running.round)
        config = response.context["config"]

        assert (config["round"], config["fingerprint"]) == (running.round.public_id, running.round.fingerprint)
        assert config["owner"] == browser_tag(me, running.round)
        assert config["receiptKey"] == json.loads(running.round.manifest)["receipt_key"]
        # The manifest is asked for by nobody: whoever kept its key would stand out.
        assert "manifest" not in config
        routes = {
            "head": "bulletin-head",
            "cells": "bulletin-cells",
        }
        assert {name: config[name] for name in routes} == {
            name: page(route, running.round) for name, route in routes.items()
        }
        assert me.username not in json.dumps(config)

    @pytest.mark.parametrize(
        ("state", "reason", "told", "counted"),
        [
            ("open", "", "open", False),
            ("closed", "", "closed", False),
            ("counted", "", "counted", True),
            ("published", "", "counted", True),
            ("archived", "", "counted", True),
            # Its ballots were counted, and each is in the bulletin.
            ("void", "return_rate", "counted", True),
            ("void", "more_ballots_than_drawn", "void", False),
        ],
    )
    def test_looks_for_ballots_where_there_is_a_bulletin(
        self, client: Client, state: str, reason: str, told: str, counted: bool
    ) -> None:
        running = make_open_round(evaluators=4)
        Round.objects.update(state=state, void_reason=reason)
        client.force_login(running.evaluators[0].user)

        context = get(client, "ballot-check", running.round).context

        assert (context["config"]["state"], context["counted"]) == (told, counted)

    def test_asks_for_all_papers_of_the_reader_whether_drawn_or_not(self, client: Client) -> None:
        """What is asked for repeats the roll; the request of somebody who never voted is the same."""
        running = make_open_round(evaluators=4, subjects=3)
        running.stuff(running.evaluators[0])
        for evaluator in running.evaluators[:2]:
            client.force_login(evaluator.user)
            own = running.round.cells.filter(assignments__evaluator=evaluator.user).order_by("key")
            config = get(client, "ballot-check", running.round).context["config"]
            assert config["own"] == list(own.values_list("key", flat=True))

    def test_asks_for_no_blocks_of_a_bulletin_that_has_none(self, client: Client) -> None:
        running = make_voted_round(evaluators=6, voters=6)
        count_all(running)
        client.force_login(running.evaluators[0].user)

        before = get(client, "ballot-check", running.round).context["config"]
        Bulletin.objects.update(outcome="")  # version 1
        now = get(client, "ballot-check", running.round).context

        assert before["own"] == sorted(paper.cell for paper in now["papers"])
        assert (len(before["own"]) > 0, now["config"]["own"]) == (True, [])
        whole = reverse("peer_review:bulletin-json", args=[running.round.public_id])
        assert (before["whole"], now["config"]["whole"]) == ("", whole)

    def test_lists_every_paper_of_the_reader_for_the_script_to_say_what_became_of_it(self, client: Client) -> None:
        round = make_counted_round(
            {("甲", "leaders"): papers(6), ("甲", "staff"): papers(2)}, eligible=8, comments={"甲": ["好"] * 2}
        )
        reader = Assignment.objects.filter(cell__round=round).first().evaluator
        make_member(round, reader)
        client.force_login(reader)

        page = get(client, "ballot-check", round)

        own = [(paper.label, paper.class_label, paper.is_comment) for paper in page.context["papers"]]
        assert own == [("甲", "Leaders", False), ("甲", "Staff", False), ("甲", "", True)]
        assert {paper.cell for paper in page.context["papers"]} == set(page.context["config"]["own"])
        text = page.content.decode()
        for paper in page.context["papers"]:
            assert f'<tr data-cell="{paper.cell}">' in text
        assert set(page.context["words"]["fates"]) == {"counted", "merged", "few", "void"}
        for words in page.context["words"]["fates"].values():
            assert not any(letter.isdigit() for letter in words)

    def test_says_nothing_of_fates_before_the_count(self, client: Client) -> None:
        running = make_open_round(evaluators=4)
        client.force_login(running.evaluators[0].user)

        page = get(client, "ballot-check", running.round)

        assert page.context["papers"] == []
        assert 'id="own-papers"' not in page.content.decode()

    def test_leads_to_proofs_that_are_there(self, client: Client) -> None:
        running = make_voted_round(evaluators=5)
        round = count_all(running)
        client.force_login(running.evaluators[0].user)

        config = get(client, "ballot-check", round).context["config"]
        stranger = Client()  # the script asks without a cookie

        assert stranger.get(config["head"]).json()["head"]["root"] == round.bulletin.root
        found = stranger.get(config["cells"], {"cell": config["own"]}).json()["cells"]
        assert [proof["row"]["cell"] for proof in found] == config["own"]

    def test_is_for_all_who_know_the_round_and_nobody_else(self, client: Client) -> None:
        round = make_open_round(evaluators=4).round
        make_member(round, idle := make_user("Idle"))
        for user, status in (
            (idle, 200),
            (round.organiser, 200),
            (make_user("", "inspector"), 200),
            (make_user("", "staff"), 404),
        ):
            client.force_login(user)
            assert get(client, "ballot-check", round).status_code == status
        client.logout()
        assert get(client, "ballot-check", round).status_code == 302

    def test_of_no_round_is_not_there(self, client: Client) -> None:
        client.force_login(make_user("", "inspector"))

        assert get(client, "ballot-check", Round(public_id="0" * 32)).status_code == 404


# What the page shows


def test_the_ballot_page_carries_its_own_script_only_and_is_never_cached(client: Client) -> None:
    running = make_open_round(evaluators=4)
    client.force_login(running.evaluators[0].user)

    response = client.get(page("ballot", running.round))
    html = response.content.decode()

    assert response.headers["Cache-Control"] == "no-store"
    scripts = re.findall(r"<script[^>]*src=[^>]*>", html)
    assert len(scripts) == 1
    assert 'integrity="sha384-' in scripts[0]
    assert " ".join(running.round.fingerprint[i : i + 4] for i in range(0, 64, 4)) in html
    assert html.count("<li>") >= 5
    assert "style=" not in html
    assert "onclick" not in html


def test_two_people_keep_their_drafts_under_different_names(client: Client) -> None:
    running = make_open_round(evaluators=4)
    tags = set()
    for voter in running.evaluators[:2]:
        client.force_login(voter.user)
        html = client.get(page("ballot", running.round)).content.decode()
        config = json.loads(re.search(r'id="ballot-config"[^>]*>(.*?)</script>', html)[1])
        tags.add(config["owner"])

    assert len(tags) == 2


def test_a_class_with_one_possible_voter_reads_that_it_shares_the_paper_of_another(client: Client) -> None:
    """So does the other class: every holder of the paper reads the same."""
    running = make_ready_round(
        evaluators=5, subjects=1, classes=("boss", "all"), scheme=SchemeFactory(classes=[("boss", 50), ("all", 50)])
    )
    boss, crowd = sorted(running.round.cells.with_eligible(), key=lambda cell: cell.voter_class != "boss")
    boss.assignments.exclude(pk=boss.assignments.first().pk).delete()
    holders = [boss.assignments.get().evaluator, crowd.assignments.first().evaluator]
    running.round.form = {}
    round = open_round(running.round, by=running.round.organiser)
    for user in holders:
        client.force_login(user)
        text = get(client, "ballot", round).content.decode()
        assert "You vote as: Boss and All" in text
        assert "Too few people may vote at computers in one of the classes “Boss and All”" in text
        assert "If fewer than 3 vote on this, the answers are destroyed." in text
        assert "Only you vote in this class here." not in text
        assert "Not anonymous" not in text
        assert [paper.class_label for paper in own_papers(round, user)] == ["Boss and All"]


def test_a_class_with_one_possible_voter_that_nobody_joins_reads_that_it_stands_alone(client: Client) -> None:
    running = make_ready_round(
        evaluators=2, subjects=1, classes=("boss",), scheme=SchemeFactory(classes=[("boss", 50), ("all", 50)])
    )
    round = open_round(running.round, by=running.round.organiser)
    client.force_login(running.evaluators[0].user)
    text = get(client, "ballot", round).content.decode()
    assert "Only you vote in this class here." in text
    assert "the answers will be destroyed unread" in text


@pytest.mark.parametrize(
    ("scale", "values"),
    [(ScaleKind.ANCHORS, ["1", "2", "3", "4", "5", "dk"]), (ScaleKind.GRADES, ["4", "3", "2", "1", "dk"])],
)
def test_choices_stand_with_do_not_know_as_their_equal(client: Client, scale: str, values: list[str]) -> None:
    running = make_open_round(evaluators=4, scheme=SchemeFactory(scale=scale))
    client.force_login(running.evaluators[0].user)

    html = client.get(page("ballot", running.round)).content.decode()

    assert re.findall(r'type="radio"[^>]*value="(\w+)"', html)[: len(values)] == values
    assert html.count('class="pr-choice"') == 2 * len(values)


def test_ballots_before_their_time_say_so_and_after_closing_lead_to_the_check(client: Client) -> None:
    opens = timezone.now() + timedelta(hours=2)
    running = make_open_round(evaluators=4, opens_at=opens)
    client.force_login(running.evaluators[0].user)

    assert client.get(page("ballot", running.round)).context["early"] is True
    running.close()
    assert client.get(page("ballot", running.round)).url == page("ballot-check", running.round)


def test_the_subject_who_evaluates_nobody_sees_the_round_but_no_ballot(client: Client) -> None:
    running = make_open_round(evaluators=4)
    subject = running.round.subjects.get().member
    client.force_login(subject.user)

    assert client.get(page("round-detail", running.round)).status_code == 200
    assert client.get(page("ballot", running.round)).status_code == 403


def test_the_ballot_page_ends_the_drawing_when_its_time_has_come_and_only_then(client: Client) -> None:
    running = make_open_round(evaluators=4, collection=Collection.TWO_STAGE, casts_at=timezone.now() + STAGE)
    voter = running.evaluators[0]
    voter.draw()
    client.force_login(voter.user)

    assert get(client, "ballot", running.round).context["config"]["mode"] == "draw"
    assert Round.objects.get().barrier_at is None
    Round.objects.update(casts_at=timezone.now() - timedelta(minutes=1))
    for _time in range(2):
        response = get(client, "ballot", running.round)
        assert response.context["config"]["mode"] == "cast"
        assert response.context["config"]["drawn"] is True
    assert Round.objects.get().barrier_at is not None
    # One of three had drawn, under the floor.
    assert response.context["config"]["papers"] == {}


def test_who_has_not_drawn_in_time_is_told_so_and_gets_no_form(client: Client) -> None:
    running = make_open_round(evaluators=4, collection=Collection.TWO_STAGE, casts_at=timezone.now() + STAGE)
    client.force_login(running.evaluators[0].user)
    Round.objects.update(casts_at=timezone.now() - timedelta(minutes=1))

    response = get(client, "ballot", running.round)
    html = response.content.decode()

    assert "You had not drawn by then" in html
    assert "<form" not in html.partition("<main")[2]
    assert "ballot.js" not in html
