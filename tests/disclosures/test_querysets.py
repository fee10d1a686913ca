"""Which documents: how each stands against its due date."""

import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from freezegun import freeze_time
from pytest_django import DjangoAssertNumQueries

from disclosures.models import DisclosurePage
from organisation.enums import Role
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


def test_ledger_knows_the_local_day_of_the_first_publication(ledger: dict[str, DisclosurePage]) -> None:
    rows = DisclosurePage.objects.with_ledger_state(datetime.date(2026, 6, 1)).in_bulk()

    assert {name: rows[ledger[name].pk].published_on for name in ("in time", "late", "due")} == {
        "in time": datetime.date(2026, 3, 30),
        "late": datetime.date(2026, 3, 31),
        "due": None,
    }


@pytest.mark.parametrize(("year", "count"), [(2025, 0), (2026, 5), (2027, 0)])
def test_documents_of_a_year_are_those_dated_in_it(ledger: dict[str, DisclosurePage], year: int, count: int) -> None:
    assert DisclosurePage.objects.in_year(year).count() == count


def test_first_and_last_day_of_a_year_belong_to_it() -> None:
    for day in (datetime.date(2026, 1, 1), datetime.date(2026, 12, 31)):
        make.draft(document_date=day, slug=f"d{day:%m}")

    assert DisclosurePage.objects.in_year(2026).count() == 2


def test_row_of_a_list_costs_no_further_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make.published()

    with django_assert_num_queries(1):
        assert [page.section.name for page in DisclosurePage.objects.for_rows()]


def test_ledger_of_a_stranger_is_empty(ledger: dict[str, DisclosurePage]) -> None:
    for user in (None, AnonymousUser(), make.person()):
        assert not DisclosurePage.objects.in_ledger_of(user).exists()
    assert DisclosurePage.objects.in_ledger_of(make.person(Role.INSPECTOR)).count() == 5
