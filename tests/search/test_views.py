"""The search page: what each reader finds, and what nobody does."""

from typing import Any

import pytest
from django.test import Client
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries
from wagtail.models import PageViewRestriction

from forum_pages.enums import Verb
from organisation.enums import Role
from organisation.roles import group_of
from search.sources import SOURCES
from tests.factories import disclosures as make
from tests.factories import forum_pages as forum
from tests.factories.home import home_page

pytestmark = pytest.mark.django_db
URL = "/search/"


@pytest.fixture(autouse=True)
def site() -> None:
    home_page()


def reader(*roles: Role, **fields: Any) -> Client:
    client = Client()
    client.force_login(make.person(*roles, **fields))
    return client


@pytest.fixture
def things(django_capture_on_commit_callbacks: Any) -> None:
    """Something of every kind about 监督卡, each with a sign of its own behind the word."""
    with django_capture_on_commit_callbacks(execute=True):
        make_things()


def make_things() -> None:
    author = forum.person("author", name="彧翀")
    make.published(title="监督卡甲文")
    make.published(title="监督卡乙文", audience="groups", audience_groups=[group_of(Role.LEADERSHIP)])
    make.draft(title="监督卡丙文", audience="public")
    closed = make.column("党", "党务公开", "party")
    PageViewRestriction.objects.create(page=closed, restriction_type="password", password="geheim")
    make.published(title="监督卡丁文", inside=closed)
    open_board, closed_board = forum.board("open"), forum.board("closed", grants={Verb.READ: ["leadership"]})
    topic = forum.topic(open_board, author=author, title="监督卡戊题")
    forum.comment(topic, author=author, source="监督卡己评")
    hidden = forum.topic(closed_board, author=author, title="监督卡庚题")
    forum.comment(hidden, author=author, source="监督卡辛评")


def test_reader_finds_what_they_may_see_and_nothing_else(things: None) -> None:
    staff = reader().get(URL, {"q": "监督卡"}).content.decode()
    leader = reader(Role.LEADERSHIP).get(URL, {"q": "监督卡"}).content.decode()

    def found(text: str) -> set[str]:
        return {sign for sign in "甲乙丙丁戊己庚辛" if f"<mark>监督卡</mark>{sign}" in text}

    assert found(staff) == set("甲戊己")
    assert found(leader) == set("甲乙戊己庚辛")


def test_results_are_filtered_by_kind(things: None) -> None:
    client = reader()

    for kind, signs in {"disclosures": "甲", "topics": "戊", "comments": "戊己", "people": ""}.items():
        text = client.get(URL, {"q": "监督卡", "kind": kind}).content.decode()
        assert {sign for sign in "甲乙丙丁戊己庚辛" if f"监督卡</mark>{sign}" in text} == set(signs), kind


def test_people_are_found_by_name_pinyin_and_initials() -> None:
    client = reader(name="王小明")

    for words in ("王小明", "wangxiaoming", "wxm", "小明"):
        (hit,) = client.get(URL, {"q": words, "kind": "people"}).context["hits"]
        assert strip_tags(hit.title) == "王小明", words


def test_stranger_is_sent_to_the_sign_in_or_finds_what_is_public(things: None) -> None:
    make.published(title="监督卡壬文", audience="public")

    response = Client().get(URL, {"q": "监督卡"}, follow=True)

    assert not {sign for sign in "甲乙丙丁戊己庚辛" if f"监督卡</mark>{sign}" in response.content.decode()}


BAD = [
    {},
    {"q": ""},
    {"q": "   "},
    {"q": "\x00"},
    {"q": "()《》*"},
    {"q": "\"' OR 1=1 -- NEAR( a:b & | !"},
    {"q": "监督" * 500},
    {"q": "<script>alert(1)</script>"},
    {"q": "监督", "kind": "x"},
    {"q": "监督", "kind": "topics", "after": "x"},
    {"q": "监督", "kind": "people", "after": "1~" + "张" * 300},
    {"q": "监督", "kind": "comments", "before": "1~2026-01-01T00:00:00"},
]


def test_any_input_gets_a_page() -> None:
    make.published(title="监督卡")
    client = reader()

    for query in BAD:
        response = client.get(URL, query)
        assert response.status_code == 200, query
        assert "<script>alert" not in response.content.decode()


def test_long_query_is_cut_and_says_so() -> None:
    response = reader().get(URL, {"q": "监督" * 500})

    assert "前 200 个字符" in response.content.decode()


def test_one_kind_is_paged_by_keyset(django_capture_on_commit_callbacks: Any) -> None:
    client, author, board = reader(), forum.person("author"), forum.board()
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(23):
            forum.topic(board, author=author, title=f"监督卡 {number}")

    first = client.get(URL, {"q": "监督卡", "kind": "topics"})
    second = client.get(URL + first.context["next_url"])
    everything = client.get(URL, {"q": "监督卡"})

    assert [len(page.context["hits"]) for page in (first, second)] == [20, 3]
    assert not second.context["next_url"]
    assert client.get(URL + second.context["previous_url"]).context["hits"] == first.context["hits"]
    assert len(everything.context["groups"][0].hits) == 5
    assert "kind=topics" in everything.context["groups"][0].all_url


def test_search_costs_the_same_for_one_and_for_many(
    django_capture_on_commit_callbacks: Any, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client, author, board = reader(), forum.person("author"), forum.board()

    def add(number: int) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            topic = forum.topic(board, author=author, title=f"监督卡 {number}")
            forum.comment(topic, author=author, source="监督卡")
            make.published(title=f"监督卡 {number}")
            make.person(name=f"监督卡{number}")

    add(0)
    kinds = ["", *SOURCES]
    client.get(URL, {"q": "监督卡"})
    costs = {}
    for kind in kinds:
        with django_assert_max_num_queries(40) as one:
            client.get(URL, {"q": "监督卡", "kind": kind})
        costs[kind] = len(one.captured_queries)
    for number in range(4):
        add(number + 1)
    client.get(URL, {"q": "监督卡"})  # publishing emptied Wagtail's cache of site roots; the first measure was warm too

    for kind in kinds:
        with django_assert_max_num_queries(costs[kind]):
            client.get(URL, {"q": "监督卡", "kind": kind})
