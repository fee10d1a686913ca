"""A roll that was changed by hand opens only as a second person confirmed it."""

from typing import Any

import pytest
from wagtail.models import ModelLogEntry

from peer_review.domain.planning.roll_confirmation import confirm_roll, rolls_to_confirm, standing_confirmation
from peer_review.domain.planning.roll_edits import set_class, set_on_paper
from peer_review.domain.planning.roll_fingerprint import roll_fingerprint
from peer_review.domain.rounds.lifecycle import open_round
from peer_review.domain.rounds.opening_checks import opening_refusals
from peer_review.enums import RoundState
from peer_review.exceptions.base import RoundFrozen, SecondPersonNeeded
from peer_review.exceptions.planning import (
    NothingToConfirm,
    RollChangedMeanwhile,
    RollChangedSinceConfirmed,
    RollUnconfirmed,
)
from peer_review.models import RollConfirmation, Round, Scheme
from tests.factories.peer_review.decided_rounds import make_inspector
from tests.factories.peer_review.rounds import RunningRound, make_ready_round, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def ready() -> RunningRound:
    """A draft that could be opened as it is."""
    return make_ready_round(evaluators=9)


def change(running: RunningRound) -> Round:
    """Take one evaluator off the list of the one subject."""
    round = running.round
    member = round.members.get(user=running.evaluators[0].user)
    set_class(round, by=round.organiser, member=member, subject=round.subjects.get(), voter_class=None)
    round.refresh_from_db()
    return round


def codes(round: Round) -> list[str]:
    return [refusal.code for refusal in opening_refusals(round)]


def test_an_ordinary_round_needs_nobody(ready: RunningRound) -> None:
    assert codes(ready.round) == []
    assert open_round(ready.round, by=ready.round.organiser).state == RoundState.OPEN
    assert not RollConfirmation.objects.exists()


def test_a_touched_roll_does_not_open_until_it_is_confirmed(ready: RunningRound) -> None:
    round, inspector = change(ready), make_inspector()
    assert codes(round) == ["roll_unconfirmed"]
    with pytest.raises(RollUnconfirmed):
        open_round(round, by=round.organiser)

    confirmation = confirm_roll(round, by=inspector, fingerprint=roll_fingerprint(round))

    assert codes(round) == []
    assert standing_confirmation(round) == confirmation
    [entry] = ModelLogEntry.objects.filter(action="peer_review.round.roll_confirm")
    assert (entry.user, entry.data) == (inspector, {"fingerprint": confirmation.fingerprint})
    assert open_round(round, by=round.organiser).state == RoundState.OPEN


def test_any_later_change_voids_it(ready: RunningRound) -> None:
    round, inspector = change(ready), make_inspector()
    confirm_roll(round, by=inspector, fingerprint=roll_fingerprint(round))

    for step in (
        lambda: Scheme.objects.filter(pk=round.scheme_id).update(floor=4),
        lambda: set_on_paper(round, by=round.organiser, member=round.members.all()[4], on_paper=True),
    ):
        step()
        fresh = Round.objects.get(pk=round.pk)
        assert "roll_changed_since_confirmed" in codes(fresh)
        with pytest.raises(RollChangedSinceConfirmed):
            open_round(fresh, by=round.organiser)
        confirm_roll(fresh, by=inspector, fingerprint=roll_fingerprint(fresh))
        assert "roll_changed_since_confirmed" not in codes(fresh)


def test_back_to_what_was_confirmed_it_is_confirmed(ready: RunningRound) -> None:
    round = change(ready)
    confirm_roll(round, by=make_inspector(), fingerprint=roll_fingerprint(round))
    Scheme.objects.filter(pk=round.scheme_id).update(floor=4)
    assert standing_confirmation(Round.objects.get(pk=round.pk)) is None

    Scheme.objects.filter(pk=round.scheme_id).update(floor=3)

    assert standing_confirmation(Round.objects.get(pk=round.pk)) is not None


def test_what_is_confirmed_is_what_was_read(ready: RunningRound) -> None:
    round = change(ready)
    read = roll_fingerprint(round)
    set_on_paper(round, by=round.organiser, member=round.members.all()[3], on_paper=True)

    for fingerprint in (read, "", "0" * 64):
        with pytest.raises(RollChangedMeanwhile):
            confirm_roll(round, by=make_inspector(), fingerprint=fingerprint)
    assert not RollConfirmation.objects.exists()


def test_neither_the_organiser_nor_whoever_touched_it_confirms(ready: RunningRound) -> None:
    round, other = change(ready), make_user("", "organiser", "inspector")
    set_on_paper(round, by=other, member=round.members.all()[3], on_paper=True)

    for by in (round.organiser, other):
        with pytest.raises(SecondPersonNeeded):
            confirm_roll(round, by=by, fingerprint=roll_fingerprint(round))


def test_twice_is_harmless_and_an_untouched_or_opened_roll_is_refused(ready: RunningRound) -> None:
    inspector = make_inspector()
    with pytest.raises(NothingToConfirm):
        confirm_roll(ready.round, by=inspector, fingerprint=roll_fingerprint(ready.round))
    round = change(ready)
    first = confirm_roll(round, by=inspector, fingerprint=roll_fingerprint(round))
    assert confirm_roll(round, by=make_inspector("Two"), fingerprint=roll_fingerprint(round)) == first
    opened = open_round(round, by=round.organiser)
    with pytest.raises(RoundFrozen):
        confirm_roll(opened, by=inspector, fingerprint=roll_fingerprint(opened))


def test_it_waits_for_those_who_may_confirm_until_one_has(ready: RunningRound) -> None:
    inspector = make_inspector()
    assert list(rolls_to_confirm(inspector)) == []
    round = change(ready)

    assert list(rolls_to_confirm(inspector)) == [round]
    for user in (round.organiser, round.scrutineers.get(), ready.evaluators[0].user):
        assert list(rolls_to_confirm(user)) == []
    confirm_roll(round, by=inspector, fingerprint=roll_fingerprint(round))
    assert list(rolls_to_confirm(make_inspector("Two"))) == []
    set_on_paper(round, by=round.organiser, member=round.members.all()[3], on_paper=True)
    assert list(rolls_to_confirm(inspector)) == [round]


def test_the_fingerprint_is_computed_only_where_it_decides(ready: RunningRound, django_assert_num_queries: Any) -> None:
    round = change(ready)

    with django_assert_num_queries(1):
        assert standing_confirmation(round) is None
