"""A document as its readers get it, and its comments."""

import pytest
from django.test import Client

from disclosures.domain.comments import add_comment, comments_on
from disclosures.forms import COMMENT_MAX
from organisation.enums import Role
from organisation.roles import group_of
from tests.factories import disclosures as make

pytestmark = pytest.mark.django_db


def reader(*roles: Role) -> Client:
    client = Client()
    client.force_login(make.person(*roles))
    return client


def test_marked_document_names_its_successor_only_to_those_who_may_read_it() -> None:
    successor = make.published(
        title="新办法", audience="groups", audience_groups=[group_of(Role.LEADERSHIP)], slug="new"
    )
    old = make.published(title="旧办法", validity="repealed", successor=successor)

    leader, staff = (reader(role).get(old.url).content.decode() for role in (Role.LEADERSHIP, Role.STAFF))

    assert "本文件已废止" in leader
    assert "新办法" in leader
    assert "本文件已废止" in staff
    assert "新办法" not in staff
    assert "旧办法" in reader(Role.LEADERSHIP).get(successor.url).content.decode()


def test_document_shows_its_index_block_and_attachments() -> None:
    page = make.published(body=[("text", "<p>正文</p>"), ("quote", {"text": "引文", "source": "出处"})])
    document = make.attachment(page)

    text = reader().get(page.url).content.decode()

    for shown in (page.index_number, page.section.name, "正文", "引文", "出处", document.url, "PDF", "现行有效"):
        assert shown in text, shown
    assert "style=" not in text
    assert "<script>" not in text


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make.person(name="王小明"))
    return client


def test_reader_comments_where_comments_are_on(client: Client) -> None:
    page = make.published(comments_open=True)

    response = client.post(page.url, {"comment": "支持。\n<script>x</script>"}, follow=True)

    text = response.content.decode()
    assert "支持。" in text
    assert "王小明" in text
    assert "<script>x" not in text


def test_no_comments_where_they_are_off(client: Client) -> None:
    page = make.published()

    response = client.post(page.url, {"comment": "支持。"})

    assert response.status_code == 422
    assert comments_on(page).count() == 0


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u202e", "字" * (COMMENT_MAX + 1)])
def test_bad_comment_is_refused_and_kept(client: Client, text: str) -> None:
    page = make.published(comments_open=True)

    response = client.post(page.url, {"comment": text})

    assert response.status_code == 422
    assert response.context["form"]["comment"].value() == text
    assert comments_on(page).count() == 0


def test_comments_are_paged(client: Client) -> None:
    page, user = make.published(comments_open=True), make.person()
    for number in range(21):
        add_comment(page=page, user=user, text=f"第{number}条")

    first = client.get(page.url)
    second = client.get(page.url, {"after": first.context["comments"].after})

    assert [len(one.context["comments"]) for one in (first, second)] == [20, 1]
    assert second.context["comments"].rows[0].comment == "第20条"
