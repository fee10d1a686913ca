"""The one thing to do next with a round, in every state, and where it is done."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from peer_review.domain.keys.custody import Custody, custody
from peer_review.domain.rounds.lifecycle import archive_round
from peer_review.domain.rounds.opening_checks import opening_refusals
from peer_review.domain.rounds.return_rate import ReturnRate
from peer_review.enums import Collection, CountPhase, RoundState
from peer_review.models import CountRun, KeyShare, Notice, Round
from peer_review.views.rounds.next_action import NextAction, NextActionInputs, next_action, route
from peer_review.views.rounds.opening_checks import checklist
from tests.factories.peer_review.counted_rounds import count_all, make_voted_round, publish
from tests.factories.peer_review.frozen_schemes import frozen_form
from tests.factories.peer_review.rounds import (
    RoundFactory,
    SchemeFactory,
    make_open_round,
    make_ready_round,
    make_user,
)

pytestmark = pytest.mark.django_db(databases=["default", "box"])
NOW = timezone.now()


def page(name: str, round: Round) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id])


def step(client: Client, round: Round) -> tuple[str, str]:
    client.force_login(round.organiser)
    response = client.get(page("round-dashboard", round))
    assert response.status_code == 200
    found = response.context["step"]
    return found.code, found.url


def inputs(round: Round, **more: Any) -> NextActionInputs:
    return NextActionInputs(**{"round": round, "now": NOW, "custody": custody(round), **more})


def open_round(**fields: Any) -> Round:
    """Return an open round that closes in two days, unsaved terms aside."""
    fields = {"opens_at": NOW - timedelta(days=1), "closes_at": NOW + timedelta(days=2), **fields}
    round: Round = RoundFactory(
        state="open", opened_at=NOW - timedelta(days=1), form=frozen_form(min_return=0), **fields
    )
    return round


class TestOnTheDashboard:
    def test_of_a_draft_is_its_first_obstacle_then_opening(self, client: Client) -> None:
        empty = RoundFactory()
        assert step(client, empty) == ("roll", page("round-roll", empty))

        ready = make_ready_round(evaluators=4).round
        assert step(client, ready) == ("open", page("round-open", ready))
        ready.cells.update(spki="", private_key=b"")
        assert step(client, ready) == ("keys", page("keys-prepare", ready))

    def test_of_a_draft_whose_key_is_missing_asks_the_scrutineer(self, client: Client) -> None:
        round = make_ready_round(evaluators=4).round
        Round.objects.update(box_public="", box_key_tested=False)
        KeyShare.objects.all().delete()

        code, url = step(client, round)

        assert (code, url) == ("no_box_key", "")

    def test_of_an_open_round_is_a_reminder_once_a_day(
        self, client: Client, django_capture_on_commit_callbacks: Any
    ) -> None:
        round = make_open_round(evaluators=4).round
        assert step(client, round) == ("remind", page("round-remind", round))

        with django_capture_on_commit_callbacks(execute=True):
            client.post(page("round-remind", round), {"text": "Please."})

        assert step(client, round) == ("wait", "")
        assert Notice.objects.count() == 3

    def test_before_the_opening_time_and_after_the_last_moment(self, client: Client) -> None:
        round = make_open_round(evaluators=4).round
        Round.objects.update(opens_at=timezone.now() + timedelta(hours=2))
        assert step(client, round) == ("wait", page("printed-notice", round))
        past = timezone.now() - timedelta(hours=2)
        Round.objects.update(opens_at=past, closes_at=past + timedelta(hours=1))
        assert step(client, round) == ("close", page("round-close", round))

    def test_from_closing_to_the_archive(self, client: Client) -> None:
        running = make_voted_round(evaluators=6)
        round = running.close()
        assert step(client, round) == ("unseal", "")
        round = count_all(running)
        assert step(client, round) == ("publish", page("round-publish", round))
        reviewer = make_user("Reviewer", "inspector")
        Round.objects.update(comments_reviewed=False, comment_reviewer=reviewer, form={**round.form, "comments": True})
        assert step(client, Round.objects.get()) == ("comments", "")
        Round.objects.update(comments_reviewed=True, form=round.form)
        round = publish(running)
        assert step(client, round) == ("archive", page("all-results", round))
        assert step(client, archive_round(round, by=round.organiser))[0] == "done"

    def test_of_a_void_round_is_to_repeat_it(self, client: Client) -> None:
        round = count_all(make_voted_round(evaluators=6, voters=1, scheme=SchemeFactory(min_return=90)))
        code, url = step(client, round)
        assert (code, url) == ("repeat", page("round-repeat", round))

        response = client.post(url)

        draft = Round.objects.drafts().get()
        assert response.url == page("round-dashboard", draft)
        assert draft.scheme == round.scheme


@pytest.mark.usefixtures("in_english")
class TestDraft:
    def test_without_obstacles_is_opened(self) -> None:
        round = RoundFactory()

        assert next_action(inputs(round)).code == "open"
        assert next_action(inputs(round)).post is True

    def test_has_its_first_obstacle_with_the_remedy(self) -> None:
        round = RoundFactory(scrutineers=[])
        obstacles = checklist(round, opening_refusals(round))
        assert len(obstacles) > 1

        found = [next_action(inputs(round, obstacles=obstacles[at:])) for at in range(len(obstacles))]

        assert [bool(one.sentence) for one in found] == [True] * len(obstacles)
        for one, obstacle in zip(found, obstacles, strict=True):
            # Without a page to go to, the detail says who is to be asked for what.
            assert one.url or one.detail, obstacle.code

    def test_keys_are_made_by_a_step_at_once(self) -> None:
        round = make_ready_round(evaluators=4).round
        round.cells.update(spki="", private_key=b"")
        [obstacle] = checklist(round, opening_refusals(round))

        found = next_action(inputs(round, obstacles=[obstacle]))

        assert (found.post, found.url) == (True, page("keys-prepare", round))


@pytest.mark.usefixtures("in_english")
class TestOpen:
    def test_waits_until_the_opening_time_and_not_longer(self) -> None:
        round = open_round(opens_at=NOW)

        assert next_action(inputs(round, now=NOW - timedelta(seconds=1))).url == page("printed-notice", round)
        assert next_action(inputs(round, now=NOW, may_remind=True)).code == "remind"

    def test_closes_from_the_last_moment_on(self) -> None:
        round = open_round(closes_at=NOW)

        assert next_action(inputs(round, now=NOW - timedelta(seconds=1), may_remind=True)).code == "remind"
        found = next_action(inputs(round))
        assert (found.code, found.url, found.post) == ("close", page("round-close", round), True)

    @pytest.mark.parametrize(
        ("left", "words"),
        [
            (timedelta(days=3), "3 days left"),
            (timedelta(hours=48), "2 days left"),
            (timedelta(hours=47, minutes=59), "47 hours left"),
            (timedelta(hours=1), "1 hour left"),
            (timedelta(minutes=59), "less than an hour left"),
            (timedelta(seconds=1), "less than an hour left"),
        ],
    )
    def test_says_how_long_it_is_in_days_or_hours(self, left: timedelta, words: str) -> None:
        sentence = next_action(inputs(open_round(closes_at=NOW + left))).sentence

        assert sentence.startswith("Ballots are cast until")
        assert f"({words})" in sentence

    def test_of_two_stages_says_which_ends_when(self) -> None:
        round = open_round(collection=Collection.TWO_STAGE, casts_at=NOW + timedelta(hours=5))
        assert "papers are drawn until" in next_action(inputs(round)).sentence
        assert "(5 hours left)" in next_action(inputs(round)).sentence

        round.barrier_at = NOW
        assert next_action(inputs(round)).sentence.startswith("Ballots are cast until")

    @pytest.mark.parametrize(
        ("returned", "says"),
        [
            (None, "Too few people to show participation."),
            (ReturnRate(eligible=8, came=3, needed=0), "37 % have drawn so far."),
            (
                ReturnRate(eligible=8, came=6, needed=75),
                "75 % have drawn so far. Enough for a valid round, if they all cast.",
            ),
            (ReturnRate(eligible=8, came=5, needed=75), "62 % have drawn so far. At least 1 person more is needed."),
            (ReturnRate(eligible=8, came=3, needed=75), "37 % have drawn so far. At least 3 people more are needed."),
        ],
    )
    def test_says_how_many_came_and_are_needed(self, returned: ReturnRate | None, says: str) -> None:
        round = open_round()

        assert next_action(inputs(round, returned=returned, may_remind=True)).detail == says
        told = next_action(inputs(round, returned=returned))
        assert (told.code, told.url) == ("wait", "")
        assert told.detail == f"{says} A reminder has been sent today."


@pytest.mark.usefixtures("in_english")
class TestAfterwards:
    @pytest.mark.parametrize(
        ("phase", "code"),
        [
            (CountPhase.OPENING, "unseal"),
            (CountPhase.CHECKING, "counting"),
            (CountPhase.WRITING, "counting"),
            (None, "unseal"),
        ],
    )
    def test_closed_waits_for_the_key_or_for_the_count(self, phase: CountPhase | None, code: str) -> None:
        round = RoundFactory(state="closed")
        run = CountRun(round=round, phase=phase) if phase else None

        assert next_action(inputs(round, run=run)).code == code

    def test_closed_with_a_split_key_calls_the_holders_together(self) -> None:
        round = RoundFactory(state="closed")
        split: Custody = replace(custody(round), threshold=2, total=3)

        assert "2 of the 3 holders" in next_action(inputs(round, custody=split)).detail
        assert "holders" not in next_action(inputs(round)).detail

    @pytest.mark.parametrize(
        ("form", "reviewed", "active", "code"),
        [
            ({"comments": True}, False, True, "comments"),
            ({"comments": True}, True, True, "publish"),
            ({"comments": True}, False, False, "publish"),
            ({"comments": False}, False, True, "publish"),
            ({}, False, True, "publish"),
        ],
    )
    def test_counted_waits_for_the_reviewer_of_comments(
        self, form: dict[str, bool], reviewed: bool, active: bool, code: str
    ) -> None:
        reviewer = make_user("Reviewer", "inspector", is_active=active)
        round = RoundFactory(
            state="counted", form=frozen_form(**form), comments_reviewed=reviewed, comment_reviewer=reviewer
        )

        assert next_action(inputs(round)).code == code

    def test_counted_leads_a_reviewing_organiser_to_the_comments(self) -> None:
        round = RoundFactory(state="counted", form=frozen_form(comments=True))
        assert next_action(inputs(round)).code == "publish"  # nobody is named

        round.comment_reviewer = round.organiser
        assert next_action(inputs(round)).url == page("comments-review", round)
        round.comment_reviewer = make_user("Another", "inspector")
        found = next_action(inputs(round))
        assert (found.url, "Another" in found.sentence) == ("", True)

    @pytest.mark.parametrize(
        ("state", "code", "name", "post"),
        [
            ("published", "archive", "all-results", False),
            ("archived", "done", "all-results", False),
            ("void", "repeat", "round-repeat", True),
        ],
    )
    def test_what_is_over_leads_to_results_or_to_another_round(
        self, state: str, code: str, name: str, post: bool
    ) -> None:
        round = RoundFactory(state=state, void_reason="return_rate")

        found = next_action(inputs(round))

        assert (found.code, found.url, found.post) == (code, page(name, round), post)

    def test_a_void_round_says_by_which_rule(self) -> None:
        round = RoundFactory(state="void", void_reason="return_rate")

        assert next_action(inputs(round)).detail == str(round.void_rule) != ""


@pytest.mark.parametrize("state", RoundState)
def test_every_state_has_one_next_action_with_a_sentence(state: RoundState) -> None:
    round = RoundFactory(
        state=state, form=frozen_form(min_return=0), void_reason="return_rate" if state == "void" else ""
    )

    found = next_action(inputs(round))

    assert isinstance(found, NextAction)
    assert found.sentence
    assert bool(found.url) <= bool(found.label)


def test_a_page_that_this_site_does_not_have_has_no_address() -> None:
    round = RoundFactory()

    assert route("round-dashboard", round) == page("round-dashboard", round)
    assert route("no-such-page", round) == ""


def test_moments_are_said_in_the_sites_time_zone() -> None:
    moment = datetime(2030, 1, 31, 23, 30, tzinfo=timezone.get_fixed_timezone(0))
    round = open_round(opens_at=moment, closes_at=moment + timedelta(days=1))

    with timezone.override("Asia/Shanghai"):
        sentence = next_action(inputs(round)).sentence

    assert "7:30" in sentence
