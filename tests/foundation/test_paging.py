"""Keyset pages."""

import datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from disclosures.models import DisclosurePage
from foundation.paging import page_of
from organisation.models import Staff, User
from tests.factories import disclosures as make
from tests.factories.organisation import StaffFactory, UserFactory

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


def test_pages_forward_and_back_meet_everyone_once() -> None:
    for number in range(7):
        StaffFactory(name="张三" if number % 2 else "李四")
    everyone = list(Staff.objects.order_by("name_key", "pk"))

    seen, after, pages = [], "", []
    while True:
        page = page_of(Staff.objects.all(), key="name_key", size=3, after=after, descending=False)
        pages.append(page)
        seen += page.rows
        if page.after == "":
            break
        after = page.after

    assert seen == everyone
    assert pages[0].before == ""
    back = page_of(Staff.objects.all(), key="name_key", size=3, before=pages[2].before, descending=False)
    assert back.rows == pages[1].rows
    first = page_of(Staff.objects.all(), key="name_key", size=3, before=back.before, descending=False)
    assert (first.rows, first.before) == (pages[0].rows, "")


@pytest.mark.parametrize("cursor", ["x", "~", "-1~a", "1~\x00", "9" * 19 + "~a", "²~a", "1 ~a", "%00", "W10"])
@pytest.mark.parametrize("side", ["after", "before"])
def test_hostile_cursor_of_names_gives_the_first_page(cursor: str, side: str) -> None:
    first, _second = StaffFactory(name="甘一"), StaffFactory(name="张三")

    page = page_of(Staff.objects.all(), key="name_key", size=1, descending=False, **{side: cursor})

    assert (page.rows, page.before, bool(page.after)) == ([first], "", True)


def test_key_may_hold_the_separator_and_be_empty() -> None:
    for key in ("b~c", "a~", ""):
        Staff.objects.filter(pk=StaffFactory().pk).update(name_key=key)
    everyone = list(Staff.objects.order_by("name_key", "pk"))

    seen, cursor = [], ""
    for _page in everyone:
        page = page_of(Staff.objects.all(), key="name_key", size=1, after=cursor, descending=False)
        seen += page.rows
        cursor = page.after

    assert (seen, cursor) == (everyone, "")


def test_page_costs_one_query_and_is_empty_where_nothing_is(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        page = page_of(Staff.objects.all(), key="name_key", size=5)

    assert (len(page), list(page), page.before, page.after) == (0, [], "", "")


def test_moment_without_a_time_zone_is_no_cursor() -> None:
    user = UserFactory()

    page = page_of(User.objects.all(), key="date_joined", size=1, after=f"{user.pk}~2999-01-01T00:00:00")

    assert page.rows == [user]
