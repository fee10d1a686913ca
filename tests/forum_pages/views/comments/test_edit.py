"""Editing a comment."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from forum_pages.models import Topic, TopicComment
from forum_pages.people import User
from forum_pages.views.shared.addresses import url_of_comment
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def comment(topic: Topic, reader: User) -> TopicComment:
    return make.comment(topic, reader, "旧")


@pytest.fixture
def url(comment: TopicComment) -> str:
    return reverse("forum_pages:comment-edit", args=[comment.pk])


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_form_holds_the_text(as_reader: Client, url: str, headers: dict[str, str]) -> None:
    answer = as_reader.get(url, headers=headers)
    assert answer.context["form"].initial == {"source": "旧", "seen": 0}
    assert ("<html" in answer.content.decode()) is (not headers)


def test_an_edit_leads_back_to_the_comment(as_reader: Client, comment: TopicComment, url: str) -> None:
    answer = as_reader.post(url, {"source": "新", "seen": 0})
    assert answer.headers["Location"] == url_of_comment(comment)
    assert TopicComment.objects.get().comment == "新"


def test_htmx_gets_the_edited_comment_in_its_place(as_reader: Client, comment: TopicComment, url: str) -> None:
    answer = as_reader.post(url, {"source": "新", "seen": 0}, headers=HTMX)
    assert (answer.headers["HX-Retarget"], answer.headers["HX-Reswap"]) == (f"#c{comment.pk}", "outerHTML")
    assert "<p>新</p>" in answer.content.decode()
    assert answer.context["actions"].may_edit is True


def test_a_preview_changes_nothing(as_reader: Client, url: str) -> None:
    answer = as_reader.post(url, {"source": "**新**", "seen": 0, "preview": "1"})
    assert "<strong>新</strong>" in answer.content.decode()
    assert TopicComment.objects.get().comment == "旧"


def test_the_later_of_two_windows_sees_both_texts(as_reader: Client, url: str) -> None:
    as_reader.post(url, {"source": "第一窗", "seen": 0})
    answer = as_reader.post(url, {"source": "第二窗", "seen": 0})
    assert (answer.status_code, answer.context["current"]) == (409, "第一窗")
    assert answer.context["form"]["seen"].value() == "1"
    assert as_reader.post(url, {"source": "第二窗", "seen": 1}).status_code == 302


def test_a_form_that_is_not_valid_and_a_text_that_has_not_changed(as_reader: Client, url: str) -> None:
    assert as_reader.post(url, {"source": " ", "seen": 0}).status_code == 422
    answer = as_reader.post(url, {"source": "旧", "seen": 0})
    assert (answer.status_code, "current" in answer.context) == (422, False)
