"""The ledger: what was shown is remembered, by what, to which role, since which day; never by whom or when exactly."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from peer_review.domain.ledger import note, note_all
from peer_review.enums import Channel
from peer_review.models import Shown
from tests.factories.peer_review import RoundFactory

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def test_what_was_shown_is_noted_once_a_channel_and_audience(django_assert_num_queries: Any) -> None:
    round = RoundFactory()
    note(round, scope="subject:p1", channel=Channel.PAGE, audience="subject")

    with django_assert_num_queries(1):
        note(round, scope="subject:p1", channel=Channel.PAGE, audience="subject")
    note(round, scope="subject:p1", channel=Channel.PDF, audience="subject")
    note(round, scope="subject:p1", channel=Channel.PAGE, audience="leadership")

    kept = Shown.objects.values_list("scope", "channel", "audience", "statements", "first_at")
    today = timezone.localdate()
    assert list(kept) == [
        ("subject:p1", "page", "subject", [], today),
        ("subject:p1", "pdf", "subject", [], today),
        ("subject:p1", "page", "leadership", [], today),
    ]


def test_the_first_day_stays_when_it_is_shown_again() -> None:
    round = RoundFactory()
    note(round, scope="round", channel=Channel.XLSX, audience="leadership")
    Shown.objects.update(first_at="2020-01-01")

    note_all(round, scopes=["round", "summary"], channel=Channel.XLSX, audience="leadership")

    assert [(one.scope, one.first_at.year) for one in Shown.objects.all()] == [
        ("round", 2020),
        ("summary", timezone.localdate().year),
    ]


@pytest.mark.parametrize("many", [1, 3])
def test_many_scopes_are_noted_in_two_queries(many: int, django_assert_num_queries: Any) -> None:
    round = RoundFactory()
    with django_assert_num_queries(2):
        note_all(round, scopes=[f"section:{at}" for at in range(many)], channel=Channel.PAGE, audience="leadership")
    assert Shown.objects.count() == many


def test_no_line_is_kept_twice() -> None:
    round = RoundFactory()
    note(round, scope="round", channel=Channel.PAGE, audience="leadership")
    with pytest.raises(IntegrityError), transaction.atomic():
        Shown.objects.create(
            round=round, scope="round", channel="page", audience="leadership", first_at=timezone.localdate()
        )


def test_an_entry_names_no_person_and_no_moment() -> None:
    """Who looked, and when, is not asked for: there is nowhere to write it."""
    fields = {field.name: field.get_internal_type() for field in Shown._meta.concrete_fields}
    assert fields == {
        "id": "BigAutoField",
        "round": "ForeignKey",
        "scope": "CharField",
        "channel": "CharField",
        "audience": "CharField",
        "statements": "JSONField",
        "first_at": "DateField",
    }
