"""Posting comments and replies."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from forum_pages.domain.comments.comments import remove_comment
from forum_pages.enums import Verb
from forum_pages.models import Topic, TopicComment
from forum_pages.people import User
from forum_pages.views.shared.addresses import url_of_comment
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def form(source: str, **fields: str) -> dict[str, str]:
    """A comment as it is sent."""
    return {"source": source, "submission": str(uuid.uuid4()), **fields}


def post_url(topic: Topic) -> str:
    return reverse("forum_pages:comment-post", args=[topic.pk])


def reply_url(comment: TopicComment) -> str:
    return reverse("forum_pages:comment-reply", args=[comment.pk])


def test_a_comment_is_posted_and_shown(topic: Topic, as_reader: Client) -> None:
    answer = as_reader.post(post_url(topic), form("**同意**"))
    comment = TopicComment.objects.get()
    assert answer.headers["Location"] == url_of_comment(comment)
    assert "<strong>同意</strong>" in as_reader.get(topic.get_absolute_url()).content.decode()


def test_a_reply_is_posted_below_its_parent(topic: Topic, author: User, as_reader: Client) -> None:
    parent = make.comment(topic, author)
    assert as_reader.get(reply_url(parent)).context["parent"] == parent
    as_reader.post(reply_url(parent), form("收到"))
    assert TopicComment.objects.get(number=2).parent_id == parent.pk


def test_htmx_gets_the_new_comment_with_what_its_author_may_do(topic: Topic, as_reader: Client) -> None:
    answer = as_reader.post(post_url(topic), form("同意"), headers=HTMX)
    assert answer.status_code == 200
    assert answer.context["comment"] == TopicComment.objects.get()
    assert answer.context["actions"].may_edit is True
    assert 'hx-swap-oob="innerHTML"' in answer.content.decode()


def test_htmx_gets_a_new_reply_in_the_place_of_its_form(topic: Topic, author: User, as_reader: Client) -> None:
    parent = make.comment(topic, author)
    answer = as_reader.post(reply_url(parent), form("收到"), headers=HTMX)
    assert f'<div id="reply-{parent.pk}"' in answer.content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_preview_posts_nothing(topic: Topic, as_reader: Client, headers: dict[str, str]) -> None:
    answer = as_reader.post(post_url(topic), form("**粗**", preview="1"), headers=headers)
    assert "<strong>粗</strong>" in answer.content.decode()
    assert not TopicComment.objects.exists()


def test_a_form_that_is_refused_is_put_back_where_it_was(topic: Topic, author: User, as_reader: Client) -> None:
    assert as_reader.post(post_url(topic), form(" ")).status_code == 422
    answer = as_reader.post(post_url(topic), form(" "), headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (200, "#comment-form")
    parent = make.comment(topic, author)
    answer = as_reader.post(reply_url(parent), form(" "), headers=HTMX)
    assert answer.headers["HX-Retarget"] == f"#reply-{parent.pk}"


def test_a_quotation_names_its_author(topic: Topic, author: User, reader: User, as_reader: Client) -> None:
    comment = make.comment(topic, reader, "要公开")
    quoted = as_reader.get(f"{post_url(topic)}?quote=1").context["form"]["source"].value()
    assert quoted == "> **王秀英**\n>\n> 请大家谈谈。\n\n"
    quoted = as_reader.get(f"{reply_url(comment)}?quote=1").context["form"]["source"].value()
    assert quoted == "> **李建国**\n>\n> 要公开\n\n"


def test_a_removed_comment_is_not_quoted(topic: Topic, author: User, reader: User, as_reader: Client) -> None:
    comment = make.comment(topic, author, "秘密")
    remove_comment(comment=comment, user=author, reason="x")
    answer = as_reader.get(f"{reply_url(comment)}?quote=1")
    assert "source" not in answer.context["form"].initial
    assert "秘密" not in answer.content.decode()


def test_nobody_comments_where_the_board_names_others(author: User, as_reader: Client) -> None:
    topic = make.topic(make.board("quiet", grants={Verb.COMMENT: ["leadership"]}), author)
    comment = make.comment(topic, author)
    assert as_reader.get(post_url(topic)).status_code == 403
    assert as_reader.post(post_url(topic), form("x")).status_code == 403
    assert as_reader.get(reply_url(comment)).status_code == 403
    assert as_reader.post(reply_url(comment), form("x")).status_code == 403


def test_a_comment_that_awaits_approval_says_so(author: User, moderator: User, as_reader: Client) -> None:
    topic = make.topic(make.board("moderated", moderated=True), moderator)
    answer = as_reader.post(post_url(topic), form("待审"), follow=True)
    assert TopicComment.objects.get().awaiting is True
    assert len(answer.context["messages"]) == 1
