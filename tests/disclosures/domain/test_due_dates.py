"""Due dates that rested on holidays not yet announced."""

import datetime

import pytest

from disclosures.domain.due_dates import settle_provisional_due_dates
from disclosures.models import DisclosurePage
from foundation.workdays import after_workdays
from tests.factories import disclosures as make


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.mark.django_db
def test_provisional_dates_are_settled_once_the_holidays_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    page = make.draft(document_date=day("2026-12-20"))
    by_hand = make.draft(document_date=day("2026-12-20"), publication_due_date=day("2027-01-08"))
    assert page.due_is_provisional
    monkeypatch.setattr(
        "foundation.workdays.chinese_calendar.is_workday", lambda date: date.weekday() < 5 and date.day > 3
    )

    changed = settle_provisional_due_dates()

    assert changed == 1
    settled = DisclosurePage.objects.get(pk=page.pk)
    assert not settled.due_is_provisional
    assert settled.publication_due_date == after_workdays(day("2026-12-20"), 20).day
    assert DisclosurePage.objects.get(pk=by_hand.pk).publication_due_date == day("2027-01-08")
