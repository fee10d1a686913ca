"""Keyset pages, forwards and backwards, and what is no cursor."""

from typing import Any
from urllib.parse import quote

import pytest
from django.db.models import QuerySet
from django.http import QueryDict
from pytest_django import DjangoAssertNumQueries

from peer_review.models import RollMember, Round
from peer_review.paging import KeysetPage, page_of, page_of_list, read_id, read_key
from tests.factories.peer_review.rounds import RoundFactory, make_member, make_user

SIZE = 2
#: What no page offers: foreign digits, signs, spaces, fractions, words, nothing, and more than a database can compare.
HOSTILE = ["９", "²", "١", "-1", "+1", " 1", "1 ", "1.5", "1_0", "0x1", "x", "", "\x00", "1\x00", "9" * 19, "9" * 400]


@pytest.fixture
def round(db: None) -> Round:
    """A draft with seven members in three sections; the order of sections is not that of ids."""
    round = RoundFactory()
    for index, section in enumerate("babcacb"):
        make_member(round, make_user(f"Member {index}"), section=section)
    return round


def query(**parameters: str) -> QueryDict:
    return QueryDict("&".join(f"{name}={quote(value)}" for name, value in parameters.items()))


def members(round: Round) -> "QuerySet[RollMember]":
    return round.members.all()


def walk(round: Round, order: tuple[str, ...], *, backwards: bool = False) -> list[KeysetPage[RollMember]]:
    """Return all pages from the first to the last, or from the last to the first."""
    pages = [page_of(members(round), QueryDict(), size=SIZE, order=order)]
    while pages[-1].after:
        pages.append(page_of(members(round), query(after=pages[-1].after), size=SIZE, order=order))
    if backwards:
        pages = pages[-1:]
        while pages[-1].before:
            pages.append(page_of(members(round), query(before=pages[-1].before), size=SIZE, order=order))
    return pages


ORDERS = [
    ("pk",),
    ("-pk",),
    ("section_key", "pk"),
    ("-section_key", "pk"),
    ("section_key", "-pk"),
    ("-section_key", "-pk"),
    ("user_id",),
]


class TestReadId:
    @pytest.mark.parametrize(("text", "number"), [("0", 0), ("7", 7), ("007", 7), ("9" * 18, 10**18 - 1)])
    def test_reads_digits(self, text: str, number: int) -> None:
        assert read_id(text) == number

    @pytest.mark.parametrize("text", [*HOSTILE, None])
    def test_refuses_everything_else(self, text: str | None) -> None:
        assert read_id(text) is None


class TestReadKey:
    def test_reads_letters_and_digits(self) -> None:
        assert read_key("aB3") == "aB3"

    @pytest.mark.parametrize("text", [None, "", "é", "９", "a b", "a\x00", "a.b", "a" * 101])
    def test_refuses_everything_else(self, text: str | None) -> None:
        assert read_key(text) is None


class TestPageOf:
    @pytest.mark.parametrize("order", ORDERS)
    def test_walks_forwards_without_loss(self, round: Round, order: tuple[str, ...]) -> None:
        pages = walk(round, order)
        assert [row.pk for page in pages for row in page] == list(
            members(round).order_by(*order).values_list("pk", flat=True)
        )
        assert [len(page) for page in pages] == [2, 2, 2, 1]
        assert (pages[0].before, pages[-1].after) == (None, None)

    @pytest.mark.parametrize("order", ORDERS)
    def test_walks_backwards_without_loss(self, round: Round, order: tuple[str, ...]) -> None:
        pages = walk(round, order, backwards=True)
        assert [row.pk for page in reversed(pages) for row in page] == list(
            members(round).order_by(*order).values_list("pk", flat=True)
        )
        assert [len(page) for page in pages] == [1, 2, 2, 2]
        assert (pages[0].after, pages[-1].before) == (None, None)

    def test_page_before_a_page_is_the_one_that_led_there(self, round: Round) -> None:
        first, second, *_others = walk(round, ("section_key", "pk"))
        back = page_of(members(round), query(before=str(second.before)), size=SIZE, order=("section_key", "pk"))
        assert (back.rows, back.before, back.after) == (first.rows, first.before, first.after)

    def test_no_link_leads_away_where_everything_fits(self, round: Round) -> None:
        page = page_of(members(round), QueryDict(), size=7)
        assert (len(page), page.before, page.after) == (7, None, None)

    def test_empty_list_is_one_empty_page(self, round: Round) -> None:
        page = page_of(members(round).none(), query(after="1"), size=SIZE)
        assert (page.rows, page.before, page.after) == ([], None, None)

    @pytest.mark.parametrize("order", [("-pk",), ("section_key", "pk")])
    def test_one_query_on_every_page(
        self, round: Round, order: tuple[str, ...], django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        pages = walk(round, order)
        for parameters in ({}, {"after": pages[1].after}, {"before": pages[2].before}):
            with django_assert_num_queries(1):
                page_of(members(round), query(**parameters), size=SIZE, order=order)  # type: ignore[arg-type]

    @pytest.mark.parametrize("order", [("pk",), ("section_key", "pk")])
    @pytest.mark.parametrize("name", ["after", "before"])
    @pytest.mark.parametrize("text", HOSTILE)
    def test_what_is_no_cursor_gives_the_first_page(
        self, round: Round, order: tuple[str, ...], name: str, text: str
    ) -> None:
        first = page_of(members(round), QueryDict(), size=SIZE, order=order)
        page = page_of(members(round), query(**{name: text}), size=SIZE, order=order)
        assert (page.rows, page.before, page.after) == (first.rows, None, first.after)
        assert (first.is_refused, page.is_refused) == (False, True)

    @pytest.mark.parametrize("text", ["after=1&after=2", "after=1&after=1", "after=1&before=1", "before=&before=2"])
    def test_cursor_given_twice_gives_the_first_page(self, round: Round, text: str) -> None:
        page = page_of(members(round), QueryDict(text), size=SIZE)
        assert (page.before, page.is_refused) == (None, True)
        assert page.rows == list(members(round).order_by("-pk")[:SIZE])

    @pytest.mark.parametrize("order", [("pk",), ("section_key", "pk")])
    def test_cursor_that_leads_nowhere_and_names_no_row_gives_the_first_page(
        self, round: Round, order: tuple[str, ...]
    ) -> None:
        page = page_of(members(round), query(after="9" * 18), size=SIZE, order=order)
        assert (page.before, page.is_refused) == (None, True)
        assert page.rows == list(members(round).order_by(*order)[:SIZE])

    def test_last_row_leads_to_an_empty_page(self, round: Round) -> None:
        last = members(round).order_by("pk").last()
        assert last is not None
        page = page_of(members(round), query(after=str(last.pk)), size=SIZE, order=("pk",))
        assert (page.rows, page.is_refused) == ([], False)

    def test_by_a_row_of_somebody_elses_nobody_finds_their_way(self, round: Round) -> None:
        other = make_member(RoundFactory(), make_user("Other"), section="b")
        page = page_of(members(round), query(after=str(other.pk)), size=SIZE, order=("section_key", "pk"))
        assert (page.before, page.is_refused) == (None, True)

    def test_row_that_left_the_list_still_marks_where_a_page_ended(self, round: Round) -> None:
        order = ("section_key", "pk")
        first, second, *_others = walk(round, order)
        remaining = members(round).exclude(pk__in=[row.pk for row in first])
        page = page_of(remaining, query(after=str(first.after)), size=SIZE, order=order, anchors=members(round))
        assert page.rows == second.rows

    def test_key_of_letters_is_a_cursor(self, round: Round) -> None:
        people = members(round).order_by()
        for index, row in enumerate(people):
            row.name = f"key{index}"
            row.save()
        first = page_of(people, QueryDict(), size=SIZE, order=("-section_key", "name"), read=read_key)
        second = page_of(
            people, query(after=str(first.after)), size=SIZE, order=("-section_key", "name"), read=read_key
        )
        assert [row.name for row in [*first, *second]] == ["key3", "key5", "key0", "key2"]


class TestPageOfList:
    ROWS = ("p1", "p2", "p3", "p4", "p5")

    def page(self, text: str) -> KeysetPage[str]:
        return page_of_list(self.ROWS, QueryDict(text), size=SIZE, key=str)

    @pytest.mark.parametrize(
        ("text", "rows", "before", "after"),
        [
            ("", ["p1", "p2"], None, "p2"),
            ("after=p2", ["p3", "p4"], "p3", "p4"),
            ("after=p4", ["p5"], "p5", None),
            ("before=p5", ["p3", "p4"], "p3", "p4"),
            ("before=p3", ["p1", "p2"], None, "p2"),
        ],
    )
    def test_walks_forwards_and_backwards(
        self, text: str, rows: list[str], before: str | None, after: str | None
    ) -> None:
        page = self.page(text)
        assert (page.rows, page.before, page.after, page.is_refused) == (rows, before, after, False)

    @pytest.mark.parametrize("text", ["after=", "after=p9", "before=x", "after=p1&after=p2", "after=p1&before=p2"])
    def test_what_is_no_cursor_gives_the_first_page(self, text: str) -> None:
        page = self.page(text)
        assert (page.rows, page.before, page.is_refused) == (["p1", "p2"], None, True)

    def test_empty_list_is_one_empty_page(self) -> None:
        rows: list[Any] = []
        page = page_of_list(rows, QueryDict(), size=SIZE, key=str)
        assert (page.rows, page.before, page.after, page.is_refused) == ([], None, None, False)
