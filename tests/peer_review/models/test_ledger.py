"""Rows of the ledger."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from peer_review.models import DisclosureEntry, RefusedQuery
from tests.factories.peer_review.rounds import RoundFactory


def test_rows_are_named_by_what_they_are_about() -> None:
    assert str(DisclosureEntry(scope="round", audience="leadership", channel="page")) == "round → leadership (page)"
    assert str(RefusedQuery(scope="cell:x", reason="too_few")) == "cell:x: too_few"


@pytest.mark.django_db
def test_a_query_is_refused_once_a_round() -> None:
    first, second = RoundFactory(), RoundFactory()
    for round in (first, second):
        RefusedQuery.objects.create(round=round, scope="cell:x", reason="too_few", first_date=timezone.localdate())
    with pytest.raises(IntegrityError), transaction.atomic():
        RefusedQuery.objects.create(round=first, scope="cell:x", reason="isolates", first_date=timezone.localdate())


@pytest.mark.django_db
def test_rows_come_in_the_order_in_which_they_were_written() -> None:
    round = RoundFactory()
    for scope in ("summary", "round"):
        DisclosureEntry.objects.create(
            round=round, scope=scope, channel="page", audience="staff", first_date=timezone.localdate()
        )
    assert list(DisclosureEntry.objects.values_list("scope", flat=True)) == ["summary", "round"]
