"""Comments on documents."""

import pytest
from django.test import Client

from disclosures.domain.comments import add_comment, comments_on, remove_comment
from disclosures.exceptions import CommentsClosed
from organisation.enums import Role
from organisation.roles import group_of
from tests.factories import disclosures as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make.person(name="王小明"))
    return client


def test_strangers_and_those_not_addressed_do_not_comment() -> None:
    public = make.published(comments_open=True, audience="public")
    closed = make.published(
        comments_open=True, audience="groups", audience_groups=[group_of(Role.LEADERSHIP)], slug="leaders"
    )

    assert Client().post(public.url, {"comment": "x"}).status_code == 422
    with pytest.raises(CommentsClosed):
        add_comment(page=closed, user=make.person(), text="x")


def test_comment_sent_twice_is_there_once(client: Client) -> None:
    page = make.published(comments_open=True)

    for _time in range(2):
        client.post(page.url, {"comment": "支持。"})

    assert comments_on(page).count() == 1


def test_own_comment_is_removed_by_its_author_and_any_by_a_moderator() -> None:
    page = make.published(comments_open=True)
    author, other, moderator = make.person(), make.person(), make.person(Role.MODERATOR)
    first, second = (add_comment(page=page, user=author, text=text) for text in ("一", "二"))

    assert not remove_comment(page=page, comment_id=first.pk, user=other)
    assert remove_comment(page=page, comment_id=first.pk, user=author)
    assert remove_comment(page=page, comment_id=second.pk, user=moderator)
    assert not remove_comment(page=page, comment_id=second.pk, user=moderator)
    assert comments_on(page).count() == 0
