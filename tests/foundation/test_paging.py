"""Keyset pages."""

import datetime

import pytest

from disclosures.models import DisclosurePage
from foundation.paging import page_of
from tests.factories import disclosures as make

pytestmark = pytest.mark.django_db


def test_pages_join_without_holes_where_keys_are_equal() -> None:
    for number in range(7):
        make.draft(title=str(number), document_date=datetime.date(2026, 1, 1 + number // 4), slug=f"d{number}")
    rows = DisclosurePage.objects.all()

    for descending in (True, False):
        seen, cursor = [], ""
        for _page in range(4):
            page = page_of(rows, key="document_date", size=2, after=cursor, descending=descending)
            seen += page.rows
            cursor = page.after
        assert cursor == ""
        assert [page.title for page in seen] == sorted((str(n) for n in range(7)), reverse=descending)
        back = page_of(rows, key="document_date", size=2, before=page.before, descending=descending)
        assert back.rows == seen[4:6]


def test_first_page_has_nothing_before_it_even_when_reached_backwards() -> None:
    for number in range(3):
        make.draft(title=str(number), slug=f"d{number}")
    rows = DisclosurePage.objects.all()
    second = page_of(rows, key="document_date", size=2, after=page_of(rows, key="document_date", size=2).after)

    first = page_of(rows, key="document_date", size=2, before=second.before)

    assert (len(first), first.before, bool(first.after)) == (2, "", True)


@pytest.mark.parametrize(
    "cursor", ["x", "~", "1~", "1~x", "²~2026-01-01", "1~2026-13-01", "1~\x00", "9" * 30 + "~2026-01-01"]
)
def test_unreadable_cursor_gives_the_first_page(cursor: str) -> None:
    page = make.draft()

    assert page_of(DisclosurePage.objects.all(), key="document_date", size=2, after=cursor).rows == [page]
