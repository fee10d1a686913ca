"""What has become of a draft's plan: used, being written, outdated."""

import pytest

from peer_review.domain.planning.plan_state import is_being_written, lock_roll, outdate_plan, set_plan_state
from peer_review.enums import RoundState
from peer_review.exceptions.base import RollBeingWritten, RoundFrozen
from peer_review.models import Round
from tests.factories.peer_review.rounds import RoundFactory

pytestmark = pytest.mark.django_db
PLAN = {"v": 1, "pattern": "usual"}


@pytest.fixture
def draft() -> Round:
    return RoundFactory(plan={**PLAN})


def test_set_plan_state_lies_beside_the_plan_and_goes_without_a_trace(draft: Round) -> None:
    set_plan_state(draft, used=True)
    draft.refresh_from_db()
    assert draft.plan == {**PLAN, "state": {"used": True}}

    set_plan_state(draft)
    draft.refresh_from_db()
    assert draft.plan == PLAN


def test_is_being_written_only_while_a_writer_has_its_token(draft: Round) -> None:
    assert not is_being_written(draft)
    set_plan_state(draft, used=True)
    assert not is_being_written(draft)
    set_plan_state(draft, writing={"token": "t", "papers": 9})
    assert is_being_written(draft)


def test_lock_roll_returns_the_round_as_it_is_now(draft: Round) -> None:
    Round.objects.update(title="Newer")

    assert lock_roll(draft).title == "Newer"


def test_lock_roll_refuses_a_half_written_roll_and_an_opened_round(draft: Round) -> None:
    set_plan_state(draft, writing={"token": "t", "papers": 9})
    with pytest.raises(RollBeingWritten):
        lock_roll(draft)
    Round.objects.update(state=RoundState.OPEN)
    with pytest.raises(RoundFrozen):
        lock_roll(draft)


def test_outdate_plan_forgets_that_the_roll_is_what_the_plan_asks_for(draft: Round) -> None:
    set_plan_state(draft, used=True)
    outdate_plan(draft)
    assert draft.plan == PLAN

    outdate_plan(draft, {**PLAN, "months": 3})
    draft.refresh_from_db()
    assert draft.plan == {**PLAN, "months": 3}


def test_outdate_plan_keeps_a_half_written_roll_closed_and_stops_its_writer(draft: Round) -> None:
    set_plan_state(draft, writing={"token": "t", "papers": 9})

    outdate_plan(draft, {**PLAN, "months": 3})

    writing = draft.plan["state"]["writing"]
    assert (draft.plan["months"], writing["papers"]) == (3, 9)
    assert writing["token"] != "t"
