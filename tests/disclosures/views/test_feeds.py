"""Feeds of the newest documents."""

from xml.etree import ElementTree

import pytest
from django.test import Client
from wagtail.models import PageViewRestriction

from disclosures.views.feeds import ITEMS
from organisation.enums import Role
from organisation.roles import group_of
from tests.factories import disclosures as make

pytestmark = pytest.mark.django_db


def reader(*roles: Role) -> Client:
    client = Client()
    client.force_login(make.person(*roles))
    return client


def test_feed_of_a_column_that_is_not_there() -> None:
    assert reader().get("/disclosure-feeds/999999/").status_code == 404
    assert reader().get("/disclosure-feeds/99999999999999999999999/").status_code == 404


def entries(client: Client, url: str = "/disclosure-feeds/") -> dict[str, ElementTree.Element]:
    root = ElementTree.fromstring(client.get(url).content)
    return {item.findtext("title") or "": item for item in root.iter("item")}


def test_feed_holds_what_its_reader_may_see_the_newest_first() -> None:
    make.published(title="公开的文件", audience="public")
    make.published(title="职工的文件")
    make.published(title="领导的文件", audience="groups", audience_groups=[group_of(Role.LEADERSHIP)])
    make.draft(title="草稿", audience="public")

    assert list(entries(Client())) == ["公开的文件"]
    assert list(entries(reader())) == ["职工的文件", "公开的文件"]
    assert list(entries(reader(Role.LEADERSHIP))) == ["领导的文件", "职工的文件", "公开的文件"]


def test_entry_is_known_by_its_index_number() -> None:
    page = make.published(title="公开的文件", audience="public", summary="摘要")

    (entry,) = entries(Client()).values()

    assert (entry.findtext("guid"), entry.findtext("description")) == (page.index_number, "摘要")
    assert (entry.findtext("link") or "").endswith(page.url)
    assert entry.findtext("{http://purl.org/dc/elements/1.1/}creator") == page.section.name
    assert entry.findtext("pubDate")


def test_feed_of_a_column_holds_its_documents_only() -> None:
    make.published(title="政务", audience="public")
    culture = make.column("文", "文化建设", "culture")
    make.published(title="文化", audience="public", inside=culture)

    assert list(entries(Client(), f"/disclosure-feeds/{culture.pk}/")) == ["文化"]


def test_feed_below_a_closed_column_is_not_there() -> None:
    column = make.column()
    PageViewRestriction.objects.create(page=column, restriction_type=PageViewRestriction.LOGIN)

    assert Client().get(f"/disclosure-feeds/{column.pk}/").status_code == 404
    assert reader().get(f"/disclosure-feeds/{column.pk}/").status_code == 200


def test_nothing_between_may_keep_the_answer() -> None:
    make.column()

    response = reader().get("/disclosure-feeds/")

    assert response.headers["Cache-Control"] == "private"
    assert {"Cookie", "Accept-Language"} <= set(response.headers["Vary"].replace(" ", "").split(","))


def test_feed_is_as_long_as_thirty_entries() -> None:
    for number in range(ITEMS + 1):
        make.published(title=f"文件{number}", slug=f"d{number}", audience="public")

    assert len(entries(Client())) == ITEMS
