"""Whether enough came back: the rule, how it looks before the end, and what a void round leaves behind."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from peer_review.domain.ballots.turnout import Turnout
from peer_review.domain.publication.publish import publish_round
from peer_review.domain.rounds.lifecycle import extend_round
from peer_review.domain.rounds.repeat import repeat_round
from peer_review.domain.rounds.return_rate import ReturnRate, projected_return_rate
from peer_review.exceptions.base import ReasonMissing, RoundClosed, RoundStateInvalid
from peer_review.exceptions.rounds import ExtensionTooEarly
from peer_review.models import Exclusion, Result, Round
from tests.factories.peer_review.counted_rounds import count_all, forget_draw, make_voted_round
from tests.factories.peer_review.rounds import SchemeFactory, make_open_round, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.mark.parametrize(
    ("came", "needed", "percent", "is_enough", "missing"),
    [
        (0, 0, 0, True, 0),
        (0, 1, 0, False, 1),
        (7, 80, 70, False, 1),
        (8, 80, 80, True, 0),
        (7, 71, 70, False, 1),
        (10, 100, 100, True, 0),
    ],
)
def test_return_is_counted_in_whole_numbers(
    came: int, needed: int, percent: int, is_enough: bool, missing: int
) -> None:
    found = ReturnRate(eligible=10, came=came, needed=needed)

    assert (found.percent, found.is_enough, found.missing) == (percent, is_enough, missing)


def test_a_share_just_under_the_rule_is_not_rounded_up_to_it() -> None:
    found = ReturnRate(eligible=1000, came=799, needed=80)

    assert (found.percent, found.is_enough, found.missing) == (79, False, 1)


def test_nothing_eligible_misses_nothing() -> None:
    assert ReturnRate(eligible=0, came=0, needed=90).is_enough
    assert ReturnRate(eligible=0, came=0, needed=90).percent == 0


def test_the_projection_is_made_of_the_number_that_is_shown() -> None:
    running = make_open_round(evaluators=5, scheme=SchemeFactory(min_return=80))

    shown = projected_return_rate(running.round, Turnout(people=10, drawn=7))

    assert shown == ReturnRate(eligible=10, came=7, needed=80)
    assert projected_return_rate(running.round, None) is None


def test_under_the_lowest_return_rate_a_round_is_void_with_its_bulletin_and_nothing_else() -> None:
    running = make_voted_round(evaluators=6, voters=2, scheme=SchemeFactory(min_return=50))

    round = count_all(running)

    assert (round.state, round.void_reason) == ("void", "return_rate")
    assert round.bulletin.size == 0
    assert {row["fate"] for row in round.bulletin.read_outcome()["cells"]} == {"void"}
    assert bytes(round.receipt_key) == b""
    with pytest.raises(RoundStateInvalid):
        publish_round(round, by=round.organiser)
    assert not Result.objects.exists()


def test_at_the_lowest_return_rate_it_counts() -> None:
    running = make_voted_round(evaluators=6, voters=3, scheme=SchemeFactory(min_return=60))

    assert count_all(running).state == "counted"


class TestLengthening:
    def test_moves_the_end_and_ballots_come_in_by_the_new_time(self) -> None:
        running = make_open_round(evaluators=4)
        round = running.round
        old = round.closes_at
        entries = running.evaluators[0].entries(running.answers)
        with pytest.raises(RoundClosed):
            running.cast(entries, now=old)

        extend_round(round, by=round.organiser, closes_at=old + timedelta(days=2), reason="Flood")

        assert all(one["ok"] for one in running.cast(entries, now=old + timedelta(days=1)))
        with pytest.raises(RoundClosed):
            running.cast(running.evaluators[1].entries(running.answers), now=old + timedelta(days=2))

    def test_never_shortens_and_wants_a_reason(self) -> None:
        round = make_open_round().round
        later = round.closes_at + timedelta(hours=1)
        for closes_at, reason, refusal in (
            (round.closes_at - timedelta(hours=1), "Haste", ExtensionTooEarly),
            (round.closes_at, "Nothing", ExtensionTooEarly),
            (later, "  ", ReasonMissing),
        ):
            with pytest.raises(refusal):
                extend_round(round, by=round.organiser, closes_at=closes_at, reason=reason)
        assert not round.announcements.exists()

    def test_not_after_the_last_moment(self) -> None:
        round = make_open_round().round
        with pytest.raises(RoundClosed):
            extend_round(
                round,
                by=round.organiser,
                closes_at=round.closes_at + timedelta(days=1),
                reason="Too late",
                now=round.closes_at,
            )


class TestRepeating:
    def test_a_void_round_can_be_held_once_more_with_the_same_terms(self) -> None:
        running = make_voted_round(evaluators=6, voters=1, scheme=SchemeFactory(min_return=90), purpose="To learn")
        round = count_all(running)
        excluded = make_user()
        Exclusion.objects.create(round=round, evaluator=excluded, subject_key="p1", reason="Spouse")

        draft = repeat_round(round, by=round.organiser)

        same = ("title", "purpose", "kind", "scheme", "organiser", "collection", "reminders", "comment_reviewer")
        assert [getattr(draft, name) for name in same] == [getattr(round, name) for name in same]
        assert draft.state == "draft"
        assert draft.public_id != round.public_id
        assert draft.closes_at - draft.opens_at == round.closes_at - round.opens_at
        assert draft.opens_at > timezone.now()
        assert set(draft.scrutineers.all()) == set(round.scrutineers.all())
        assert [one.evaluator for one in draft.exclusions.all()] == [excluded]
        # Made anew: people come and go, and no key serves twice.
        assert (draft.members.count(), draft.box_public, draft.plan_seed) == (0, "", "")

    def test_not_while_the_first_is_under_way(self) -> None:
        running = make_open_round()
        with pytest.raises(RoundStateInvalid):
            repeat_round(running.round, by=running.round.organiser)
        closed = running.close()
        with pytest.raises(RoundStateInvalid):
            repeat_round(closed, by=closed.organiser)
        assert Round.objects.count() == 1


def test_more_ballots_than_credentials_is_a_state_of_its_own(client: Any) -> None:
    running = make_voted_round(evaluators=4)
    running.close()
    forget_draw(running.round, running.evaluators[0].user)

    round = count_all(running)

    assert (round.state, round.has_bulletin) == ("void", False)
    assert Round.objects.with_bulletin().count() == 0
