"""manage.py settle_due_dates."""

import datetime
from io import StringIO

import pytest
from django.core.management import call_command

from disclosures.models import DisclosurePage
from foundation.workdays import after_workdays
from tests.factories import disclosures as make


@pytest.mark.django_db
def test_command_prints_how_many_due_dates_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    page = make.draft(document_date=datetime.date(2026, 12, 20))
    out = StringIO()
    call_command("settle_due_dates", stdout=out)
    monkeypatch.setattr(
        "foundation.workdays.chinese_calendar.is_workday", lambda date: date.weekday() < 5 and date.day > 3
    )
    call_command("settle_due_dates", stdout=out)

    assert out.getvalue() == "0 due dates changed.\n1 due dates changed.\n"
    settled = DisclosurePage.objects.get(pk=page.pk)
    assert settled.publication_due_date == after_workdays(datetime.date(2026, 12, 20), 20).day
