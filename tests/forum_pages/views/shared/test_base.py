"""What every view of the forum shares."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import reverse

from forum_pages.domain.moderation.actions import hide_topic
from forum_pages.enums import Verb
from forum_pages.exceptions.topics import TopicLocked
from forum_pages.forms.topics import TopicForm
from forum_pages.models import BoardPage, Topic
from forum_pages.people import User
from forum_pages.views.shared.base import ForumView, add_refusal, is_htmx, preview_of, require
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def view_of(user: User, **headers: str) -> ForumView:
    """A view that this person asks."""
    request = RequestFactory().get("/", headers=headers)
    request.user = user
    view = ForumView()
    view.setup(request)
    return view


@pytest.mark.parametrize(
    ("headers", "expected"),
    [({}, False), ({"HX-Request": "true"}, True), ({"HX-Request": "true", "HX-Boosted": "true"}, False)],
)
def test_is_htmx(headers: dict[str, str], expected: bool) -> None:
    assert is_htmx(RequestFactory().get("/", headers=headers)) is expected


def test_require_answers_403(topic: Topic, author: User, reader: User) -> None:
    require("forum_pages.edit_topic", author, topic)
    with pytest.raises(PermissionDenied):
        require("forum_pages.edit_topic", reader, topic)


def test_a_view_loads_only_what_the_person_may_see(author: User, reader: User, moderator: User) -> None:
    leaders = make.board("leaders", grants={Verb.READ: ["leadership"]})
    topic = make.topic(leaders, moderator)
    comment = make.comment(topic, moderator)
    by_moderator = view_of(moderator)
    assert (by_moderator.board(leaders.pk), by_moderator.topic(topic.pk), by_moderator.comment(comment.pk)) == (
        leaders,
        topic,
        comment,
    )
    for load, pk in ((ForumView.board, leaders.pk), (ForumView.topic, topic.pk), (ForumView.comment, comment.pk)):
        with pytest.raises(Http404):
            load(view_of(reader), pk)
        with pytest.raises(Http404):
            load(view_of(moderator), 404)


def test_a_view_loads_no_comment_of_a_hidden_topic(topic: Topic, author: User, moderator: User) -> None:
    comment = make.comment(topic, author)
    hide_topic(topic=topic, user=moderator, reason="x")
    with pytest.raises(Http404):
        view_of(author).comment(comment.pk)


def test_a_refusal_has_a_page_of_its_own_or_a_part_for_htmx(reader: User) -> None:
    page = view_of(reader).refuse(TopicLocked(), back="/back/")
    assert (page.status_code, 'href="/back/"' in page.content.decode()) == (409, True)
    part = view_of(reader, **{"HX-Request": "true"}).refuse(TopicLocked(), back="/back/")
    assert (part.status_code, part.content.decode().startswith("<p")) == (200, True)


def test_add_refusal_keeps_the_input(board: BoardPage) -> None:
    form = TopicForm({"title": "题", "source": "文"})
    assert add_refusal(form, TopicLocked()) == 409
    assert form.non_field_errors() == [str(TopicLocked.text)]
    assert form["source"].value() == "文"


def test_preview_of_a_form_that_is_not_valid_yet() -> None:
    assert preview_of(TopicForm({"source": "**粗**"})) == "<p><strong>粗</strong></p>\n"


def test_pages_are_not_stored_in_between(as_reader: Client, client: Client) -> None:
    assert as_reader.get(reverse("forum_pages:overview")).headers["Cache-Control"] == "private, no-cache"


def test_strangers_go_to_the_sign_in_and_htmx_takes_the_whole_page_there() -> None:
    def answer(**headers: str) -> HttpResponseBase:
        request = RequestFactory().get("/discuss/?x=1", headers=headers)
        request.user = AnonymousUser()
        return ForumView.as_view()(request)

    assert answer().headers["Location"].endswith("?next=/discuss/%3Fx%3D1")
    part = answer(**{"HX-Request": "true"})
    assert (part.status_code, "HX-Redirect" in part.headers) == (200, True)
