"""Lists of documents, as different readers get them."""

import datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from disclosures.models import DisclosurePage
from organisation.enums import Role
from organisation.roles import group_of
from tests.factories import disclosures as make
from tests.factories.organisation import SectionFactory, UserFactory

pytestmark = pytest.mark.django_db


def reader(*roles: Role) -> Client:
    client = Client()
    client.force_login(make.person(*roles))
    return client


def titles(response: Any) -> list[str]:
    return [row.title for row in response.context["listing"].page]


@pytest.fixture
def documents() -> dict[str, DisclosurePage]:
    return {
        "public": make.published(title="公开的文件", audience="public", document_date=datetime.date(2026, 1, 5)),
        "staff": make.published(title="职工的文件", audience="staff", document_date=datetime.date(2026, 2, 5)),
        "leaders": make.published(
            title="领导的文件",
            audience="groups",
            audience_groups=[group_of(Role.LEADERSHIP)],
            document_date=datetime.date(2026, 3, 5),
        ),
        "draft": make.draft(title="没有发布的文件", audience="public", document_date=datetime.date(2026, 4, 5)),
    }


READERS = [
    ("stranger", {"public"}),
    (Role.STAFF, {"public", "staff"}),
    (Role.ADMINISTRATOR, {"public", "staff"}),
    (Role.LEADERSHIP, {"public", "staff", "leaders"}),
]


@pytest.mark.parametrize(("who", "seen"), READERS)
def test_each_reader_gets_what_is_addressed_to_them(
    documents: dict[str, DisclosurePage], who: Any, seen: set[str]
) -> None:
    client = Client() if who == "stranger" else reader(who)
    wanted = {documents[name].title for name in seen}

    for page in (make.index_page(), make.column()):
        assert set(titles(client.get(page.url))) == wanted
        assert set(titles(client.get(page.url, {"q": "文件"}))) == wanted
    for feed in ("/disclosure-feeds/", f"/disclosure-feeds/{make.column().pk}/"):
        text = client.get(feed).content.decode()
        assert {name for name, page in documents.items() if page.title in text} == seen
    for name, page in documents.items():
        response = client.get(page.url)
        if name in seen:
            assert response.status_code == 200
        elif who == "stranger" and name != "draft":
            assert response.status_code == 302
            assert "/accounts/login/" in response["Location"]
        else:
            assert response.status_code == 404


def test_what_is_hidden_from_a_reader_is_in_no_filter_either(documents: dict[str, DisclosurePage]) -> None:
    secret = SectionFactory(name="保密科")
    make.published(
        title="旧文件",
        section=secret,
        audience="groups",
        audience_groups=[group_of(Role.LEADERSHIP)],
        document_date=datetime.date(2019, 1, 1),
    )

    page = reader().get(make.index_page().url).content.decode()

    assert "保密科" not in page
    assert "2019" not in page


def test_list_is_filtered_by_column_section_and_year() -> None:
    culture, section = make.column("文", "文化建设", "culture"), SectionFactory()
    one = make.published(title="甲", section=section, document_date=datetime.date(2026, 12, 31))
    two = make.published(title="乙", document_date=datetime.date(2025, 1, 1))
    three = make.published(title="丙", inside=culture, section=section, document_date=datetime.date(2025, 12, 31))
    client, url = reader(), make.index_page().url

    assert titles(client.get(url)) == [one.title, three.title, two.title]
    assert titles(client.get(culture.url)) == [three.title]
    assert titles(client.get(url, {"section": section.pk})) == [one.title, three.title]
    assert titles(client.get(url, {"year": 2025})) == [three.title, two.title]
    assert titles(client.get(url, {"year": 2025, "section": section.pk})) == [three.title]


def test_list_finds_chinese_words() -> None:
    make.published(title="廉政监督卡管理办法")
    make.published(title="食堂通知", summary="周一休息。", slug="canteen")
    client = reader()

    for words in ["监督", "监督卡", "廉", "管理办法", "廉政办法", "0001"]:
        assert titles(client.get(make.index_page().url, {"q": words})) == ["廉政监督卡管理办法"], words


BAD = [
    {"q": "\"' OR 1=1 -- * NEAR( a:b"},
    {"q": "《》"},
    {"q": "监督" * 500},
    {"q": "\x00"},
    {"section": "x"},
    {"section": "999999999999999999999"},
    {"year": "abc"},
    {"year": "99999"},
    {"after": "x"},
    {"after": "1~9999-99-99"},
    {"before": "99999999999999999999~2026-01-01"},
    {"after": "1~" + "9" * 5000},
]


def test_bad_input_is_answered() -> None:
    make.published()
    client = reader()

    for query in BAD:
        for url in (make.index_page().url, make.column().url):
            assert client.get(url, query).status_code == 200, query


def test_list_is_paged_by_keyset_forth_and_back() -> None:
    for number in range(45):
        make.published(title=f"文件{number}", document_date=datetime.date(2026, 1, 1 + number % 3))
    client, url = reader(), make.index_page().url

    first = client.get(url)
    second = client.get(f"{url}?{first.context['listing'].older}")
    third = client.get(f"{url}?{second.context['listing'].older}")
    back = client.get(f"{url}?{third.context['listing'].newer}")

    assert [len(titles(page)) for page in (first, second, third)] == [20, 20, 5]
    assert len({*titles(first), *titles(second), *titles(third)}) == 45
    assert titles(back) == titles(second)
    assert not first.context["listing"].newer
    assert not third.context["listing"].older


def test_list_costs_the_same_for_one_and_for_fifty(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    client, index_url = reader(), make.index_page().url
    urls = [f"{index_url}{query}" for query in ("", "?q=文件", "?year=2026")] + ["/disclosure-feeds/"]
    responsible = UserFactory()
    make.published(title="文件 0", responsible=responsible)
    client.get(index_url)
    costs = {}
    for url in urls:
        with django_assert_max_num_queries(25) as one:
            client.get(url)
        costs[url] = len(one.captured_queries)
    for number in range(49):
        make.published(title=f"文件 {number + 1}", responsible=responsible)

    for url in urls:
        with django_assert_max_num_queries(costs[url]):
            client.get(url)
