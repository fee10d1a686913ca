"""The directory: who is found, by what, and at what cost."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organisation.domain import staff as verbs
from tests.factories.organisation import RankFactory, SectionFactory, StaffFactory

pytestmark = pytest.mark.django_db
URL = "/directory/"


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(StaffFactory(name="甘一").user)
    return client


def names(response: object) -> list[str]:
    return [person.user.name for person in response.context["people"]]


def test_strangers_are_sent_to_sign_in(client: Client) -> None:
    assert client.get(URL).headers["Location"] == f"/accounts/login/?next={URL}"


def test_people_are_listed_by_pinyin_without_those_who_left(reader: Client) -> None:
    StaffFactory(name="张三")
    StaffFactory(name="艾力")
    verbs.leave(staff=StaffFactory(name="李四"))

    response = reader.get(URL)

    assert names(response) == ["艾力", "甘一", "张三"]
    assert "李四" not in response.content.decode()


@pytest.mark.parametrize("words", ["张", "zhangsan", "zs", "ZHANG san", "san"])
def test_search_by_name_pinyin_and_initials(reader: Client, words: str) -> None:
    StaffFactory(name="张三", phone="8123", position="科长")

    response = reader.get(URL, {"q": words})

    assert names(response) == ["张三"]
    assert "8123" in response.content.decode()
    assert "科长" in response.content.decode()


def test_section_holds_those_below_it_as_of_today(reader: Client) -> None:
    top = SectionFactory(code="T", name="业务处")
    below = SectionFactory(code="B", name="检疫科", parent=top)
    StaffFactory(name="张三", membership__section=below)
    moved = StaffFactory(name="李四", membership__section=below)
    verbs.transfer(staff=moved, section=SectionFactory(), rank=RankFactory(), since=timezone.localdate())

    assert names(reader.get(URL, {"section": "T"})) == ["张三"]
    assert names(reader.get(URL, {"section": "B", "q": "ls"})) == []
    assert len(names(reader.get(URL, {"section": "unknown"}))) == 3


@pytest.mark.parametrize("words", ["' OR 1=1 --", "%", "_", "<script>alert(1)</script>", "\u202e", "a" * 500, "\x00"])
def test_strange_words_find_nobody_or_everybody_and_break_nothing(reader: Client, words: str) -> None:
    response = reader.get(URL, {"q": words})

    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


@pytest.mark.parametrize(
    "cursor",
    ["x", "W10", "eyJhIjoxfQ", "WyJhIixudWxsXQ", "%00", "WzEsMV0", "WyJhIiwgMTAwMDAwMDAwMDAwMDAwMDAwMDAwMDBd"],
)
def test_damaged_cursor_leads_to_the_first_page(reader: Client, cursor: str) -> None:
    assert names(reader.get(URL, {"after": cursor})) == ["甘一"]


def test_queries_are_as_many_for_1_and_50(reader: Client) -> None:
    reader.get(URL)
    with CaptureQueriesContext(connection) as one:
        reader.get(URL)
    for _number in range(50):
        StaffFactory()

    with CaptureQueriesContext(connection) as many:
        response = reader.get(URL)

    assert len(names(response)) == 50
    assert response.context["next_url"]
    assert len(one) == len(many) <= 12


def test_my_entry_leads_to_my_name(reader: Client) -> None:
    assert names(reader.get(URL + "me/", follow=True)) == ["甘一"]
