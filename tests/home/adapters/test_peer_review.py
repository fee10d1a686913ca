"""What peer review has for the home page."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from home.adapters import peer_review as providers
from peer_review.domain.keys import custody
from peer_review.domain.outcomes.appeals import answer_stage, appeal
from peer_review.domain.outcomes.decisions import acknowledge
from peer_review.domain.planning.roll_confirmation import confirm_roll
from peer_review.domain.planning.roll_edits import set_on_paper
from peer_review.domain.planning.roll_fingerprint import roll_fingerprint
from peer_review.domain.rounds.early_closing import request_early_closing
from peer_review.enums import Collection, StageKind
from peer_review.models import Round
from tests.factories.peer_review.decided_rounds import (
    decide_all,
    make_contest,
    make_inspector,
    make_leader,
    make_scored_round,
    make_told_round,
    subject,
)
from tests.factories.peer_review.early_closings import confirm_as_read
from tests.factories.peer_review.rounds import STAGE, make_open_round, make_ready_round, make_user


@pytest.mark.django_db(databases=["default", "box"])
class TestBallots:
    def test_open_round_waits_for_those_on_its_roll_only(self) -> None:
        running = make_open_round(evaluators=4)
        voter, stranger = running.evaluators[0].user, make_user("Somebody", "staff")

        (waiting,) = providers.ballots(voter)

        assert (waiting.title, waiting.due) == (running.round.title, running.round.closes_at)
        assert waiting.note == "尚未开始。"
        assert list(providers.ballots(stranger)) == []

    def test_round_stays_after_the_papers_were_drawn_for_nobody_knows_who_has_voted(self) -> None:
        running = make_open_round(evaluators=4)
        running.evaluators[0].draw()

        (waiting,) = providers.ballots(running.evaluators[0].user)

        assert waiting.note == "您已领取选票，截止前可以投出，也可以修改已投的选票。"

    def test_two_stages_wait_for_drawing_then_for_casting_and_for_nobody_who_came_too_late(self) -> None:
        now = timezone.now()
        running = make_open_round(evaluators=4, collection=Collection.TWO_STAGE, casts_at=now + STAGE)
        drawn, late = running.evaluators[0], running.evaluators[1].user
        drawn.draw()
        round = running.round

        with translation.override("en"):
            notes = [(str(one.note), one.due) for user in (drawn.user, late) for one in providers.ballots(user)]
            Round.objects.update(casts_at=now - datetime.timedelta(minutes=1))
            (casting,) = providers.ballots(drawn.user)

            assert notes == [
                ("You have drawn; casting has not begun.", round.closes_at),
                ("Draw your papers first; casting comes later.", round.casts_at),
            ]
            assert (str(casting.note), casting.due) == (
                "You hold your papers: cast them, or change what you cast.",
                round.closes_at,
            )
            assert list(providers.ballots(late)) == []

    def test_closed_round_no_longer_waits_for_voters_but_for_its_scrutineer(self) -> None:
        running = make_open_round(evaluators=4)
        scrutineer = running.round.scrutineers.first() or make_user("监票", "scrutineer")
        running.round.scrutineers.add(scrutineer)
        running.close()

        assert list(providers.ballots(running.evaluators[0].user)) == []
        assert [one.title for one in providers.boxes(scrutineer)] == [running.round.title]

    def test_a_key_without_use_waits_to_be_destroyed_by_whoever_keeps_it(self) -> None:
        running = make_open_round(evaluators=4)
        scrutineer = running.round.scrutineers.get()
        Round.objects.filter(pk=running.round.pk).update(state="counted")

        assert [one.title for one in providers.boxes(scrutineer)] == [running.round.title]

        custody.destroy_share(running.round, by=scrutineer)
        assert list(providers.boxes(scrutineer)) == []


@pytest.mark.django_db(databases=["default", "box"])
class TestOutcomes:
    def test_a_round_waits_for_leaders_until_everybody_is_decided(self) -> None:
        leader = make_leader()
        round = make_scored_round({"Ada": 95, "Ben": 85})

        assert [one.title for one in providers.decisions(leader)] == [round.title]
        assert list(providers.decisions(make_inspector())) == []
        decide_all(round, by=leader)
        assert list(providers.decisions(leader)) == []

    def test_a_leader_whose_own_outcome_alone_is_open_has_nothing_to_do(self) -> None:
        round = make_scored_round({"Ada": 95})
        ada = subject(round, "Ada")
        assert ada.member is not None
        ada.member.user.groups.add(make_leader().groups.get(name="leadership"))

        assert list(providers.decisions(ada.member.user)) == []

    def test_a_round_without_a_quota_asks_nobody_to_decide(self) -> None:
        make_scored_round({"Ada": 95}, quota=0)

        assert list(providers.decisions(make_leader())) == []

    def test_an_outcome_waits_to_be_acknowledged_with_the_last_day_to_contest_it(self) -> None:
        round, _leader = make_told_round()
        ben = subject(round, "Ben")
        assert ben.member is not None
        user = ben.member.user

        [waiting] = providers.outcomes(user)
        assert (waiting.title, waiting.due) == (round.title, timezone.localdate() + datetime.timedelta(days=30))
        acknowledge(ben, by=user)
        assert list(providers.outcomes(user)) == []

    def test_a_contest_waits_for_each_in_turn_with_their_last_day(self) -> None:
        inspector = make_inspector()
        contest, leader = make_contest("Ben", now=timezone.now())
        today = timezone.localdate()

        [review] = providers.contests(leader)
        assert (review.due, str(review.kind)) == (today + datetime.timedelta(days=30), str(StageKind.REVIEW.label))
        assert list(providers.contests(inspector)) == []
        answer_stage(contest.stages.get(), by=leader, answer="It stays.")
        assert list(providers.contests(leader)) == []

        dues = {str(one.kind): one.due for one in providers.outcomes(contest.by)}
        assert today + datetime.timedelta(days=15) in dues.values()
        contest.refresh_from_db()
        appeal(contest, by=contest.by, grounds="Still not.")
        [ruling] = providers.contests(inspector)
        assert ruling.due == today + datetime.timedelta(days=60)
        # The answer is appealed; what is left is to acknowledge the notice.
        assert len(dues) == 2
        assert len(list(providers.outcomes(contest.by))) == 1


@pytest.mark.django_db(databases=["default", "box"])
class TestEarlyClosings:
    def test_request_waits_for_the_second_person_until_it_is_settled(self) -> None:
        running = make_open_round(evaluators=4, closes_at=timezone.now() + datetime.timedelta(days=7))
        inspector, round = make_inspector(), running.round
        asked = request_early_closing(round, by=round.organiser, reason="Flood")

        (waiting,) = providers.early_closings(inspector)

        with translation.override("en"):
            assert (str(waiting.kind), waiting.title) == ("Early closing to confirm", round.title)
        assert waiting.url == reverse("peer_review:early-closing", args=[round.public_id])
        for user in (round.organiser, round.scrutineers.get(), running.evaluators[0].user):
            assert list(providers.early_closings(user)) == []
        confirm_as_read(asked, by=inspector)
        assert list(providers.early_closings(inspector)) == []


@pytest.mark.django_db(databases=["default", "box"])
class TestRolls:
    def test_touched_roll_waits_for_the_second_person_until_it_is_confirmed(self) -> None:
        round, inspector = make_ready_round(evaluators=6).round, make_inspector()
        assert list(providers.rolls(inspector)) == []
        set_on_paper(round, by=round.organiser, member=round.members.all()[3], on_paper=True)

        with translation.override("en"):
            (waiting,) = providers.rolls(inspector)
            assert (str(waiting.kind), waiting.title, waiting.due) == ("Roll to confirm", round.title, round.opens_at)

        assert waiting.url == reverse("peer_review:roll-touches", args=[round.public_id])
        for user in (round.organiser, round.scrutineers.get()):
            assert list(providers.rolls(user)) == []
        confirm_roll(round, by=inspector, fingerprint=roll_fingerprint(round))
        assert list(providers.rolls(inspector)) == []
