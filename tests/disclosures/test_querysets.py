"""Which documents: how each stands against its due date."""

import datetime

import pytest
from freezegun import freeze_time

from disclosures.models import DisclosurePage
from tests.factories import disclosures as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger() -> dict[str, DisclosurePage]:
    """Five documents around 1 June 2026."""
    dated = datetime.date(2026, 3, 2)
    due = datetime.date(2026, 3, 30)
    # Published on the evening of its last day in Shanghai, which is the same day in Greenwich; and an hour later.
    with freeze_time("2026-03-30 15:30"):
        in_time = make.published(title="按期", document_date=dated)
    with freeze_time("2026-03-30 16:30"):
        late = make.published(title="迟发", document_date=dated)
    pages = {
        "in time": in_time,
        "late": late,
        "overdue": make.draft(title="超期", document_date=dated),
        "due": make.draft(title="=1+1", document_date=datetime.date(2026, 5, 29)),
        "provisional": make.draft(title="暂定", document_date=datetime.date(2026, 12, 25)),
    }
    assert {in_time.publication_due_date, late.publication_due_date} == {due}
    return pages


STATES = {"in time": "published", "late": "late", "overdue": "overdue", "due": "due", "provisional": "due"}


def test_state_of_each_document(ledger: dict[str, DisclosurePage]) -> None:
    rows = DisclosurePage.objects.with_ledger_state(datetime.date(2026, 6, 1)).in_bulk()

    assert {name: rows[page.pk].ledger_state for name, page in ledger.items()} == STATES


def test_document_is_due_until_the_end_of_its_last_day(ledger: dict[str, DisclosurePage]) -> None:
    for day, state in ((30, "due"), (31, "overdue")):
        rows = DisclosurePage.objects.with_ledger_state(datetime.date(2026, 3, day)).in_bulk()
        assert rows[ledger["overdue"].pk].ledger_state == state
