"""Early closings as rows: one stands a round, the second person is another, and a confirmation is whole."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from peer_review.models import EarlyClosing, Round
from tests.factories.peer_review.rounds import RoundFactory, make_user

pytestmark = pytest.mark.django_db


def ask(round: Round, **fields: Any) -> EarlyClosing:
    row = {"reason": "Flood", "requested_by": round.organiser, "requested_at": timezone.now(), **fields}
    return EarlyClosing.objects.create(round=round, **row)


def confirmed(by: Any) -> dict[str, Any]:
    now = timezone.now()
    return {
        "confirmed_by": by,
        "confirmed_at": now,
        "closes_at": now + timedelta(days=1),
        "before": now + timedelta(days=2),
    }


def test_one_stands_and_those_withdrawn_stay_on_record() -> None:
    round = RoundFactory(state="open")
    first = ask(round, withdrawn_by=round.organiser, withdrawn_at=timezone.now())
    second = ask(round)

    with pytest.raises(IntegrityError), transaction.atomic():
        ask(round)
    assert list(round.early_closings.all()) == [second, first]
    assert list(round.early_closings.standing()) == [second]
    assert not round.early_closings.in_force().exists()


def test_who_asked_is_not_the_second_person() -> None:
    round = RoundFactory(state="open")

    with pytest.raises(IntegrityError), transaction.atomic():
        ask(round, **confirmed(round.organiser))
    assert ask(round, **confirmed(make_user())).is_confirmed


@pytest.mark.parametrize("missing", ["confirmed_by", "confirmed_at", "closes_at", "before"])
def test_a_confirmation_is_whole(missing: str) -> None:
    round = RoundFactory(state="open")

    with pytest.raises(IntegrityError), transaction.atomic():
        ask(round, **{**confirmed(make_user()), missing: None})


def test_it_closes_before_the_time_it_had() -> None:
    round, row = RoundFactory(state="open"), confirmed(make_user())

    with pytest.raises(IntegrityError), transaction.atomic():
        ask(round, **{**row, "before": row["closes_at"]})
