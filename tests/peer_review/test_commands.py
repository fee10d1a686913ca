"""Management commands: parse, call one function, print."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from peer_review.enums import RoundState
from peer_review.models import PooledKey, Round
from tests.factories.peer_review.rounds import make_open_round, stock_key_pool


def call(name: str, *args: str) -> list[str]:
    out = StringIO()
    call_command(name, *args, stdout=out)
    return out.getvalue().splitlines()


@pytest.mark.django_db(databases=["default", "box"])
def test_tick_closes_what_is_due_and_fills_the_pool(settings: Any) -> None:
    settings.PEER_REVIEW_KEY_POOL_SIZE = 2
    running = make_open_round()
    Round.objects.update(opens_at=timezone.now() - timedelta(hours=2), closes_at=timezone.now() - timedelta(seconds=1))
    stock_key_pool(1)

    lines = call("peer_review_tick")

    name = running.round.public_id
    assert lines == [f"closed {name} {running.round.title}", f"announced closed {name}", "1 closed, 1 keys made"]
    assert Round.objects.get().state == RoundState.CLOSED
    assert PooledKey.objects.count() == 2
    assert call("peer_review_tick", "--no-keys") == ["0 closed, 0 keys made"]
