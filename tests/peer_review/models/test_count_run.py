"""The stored count of a round."""

import pytest
from django.db import IntegrityError, transaction

from peer_review.enums import CountPhase
from peer_review.models import CountRun
from tests.factories.peer_review.rounds import RoundFactory


def test_a_count_begins_with_opening_the_box() -> None:
    run = CountRun(round_id=7)
    assert (run.phase, run.done, run.total, run.rejected, run.error) == (CountPhase.OPENING, 0, 0, {}, "")
    assert str(run) == "7: opening 0/0"


@pytest.mark.django_db
def test_a_round_is_counted_once() -> None:
    round = RoundFactory()
    CountRun.objects.create(round=round)
    with pytest.raises(IntegrityError), transaction.atomic():
        CountRun.objects.create(round=round)
