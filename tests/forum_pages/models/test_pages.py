"""Boards as Wagtail pages, in the admin and outside it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries
from wagtail.models import PageLogEntry
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text

from forum_pages.enums import Verb
from forum_pages.models import BoardGrant, BoardPage
from organisation.models import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(make.person("root", is_superuser=True, is_staff=True))
    return client


def board_form(*grants: tuple[Verb, str], **fields: object) -> dict[str, object]:
    return nested_form_data(
        {
            "title": "内审",
            "slug": "audit",
            "description": rich_text("<p>说明</p>"),
            "prompt": "",
            "opens_at": "",
            "closes_at": "",
            "comments": inline_formset([]),
            "grants": inline_formset([{"verb": verb, "group": "", "user": user} for verb, user in grants]),
            "action-publish": "1",
            **fields,
        }
    )


def test_a_board_is_made_with_its_permissions(editor: Client, reader: User) -> None:
    index = make.forum()
    address = reverse("wagtailadmin_pages:add", args=["forum_pages", "boardpage", index.pk])
    assert editor.get(address).status_code == 200
    answer = editor.post(address, board_form((Verb.MODERATE, "li"), (Verb.READ, "li")))
    board = BoardPage.objects.get(slug="audit")
    assert answer.status_code == 302
    assert sorted(board.grants.values_list("verb", "user")) == [("moderate", reader.pk), ("read", reader.pk)]
    assert PageLogEntry.objects.filter(page=board.pk, action="wagtail.publish").exists()
    edit = editor.get(reverse("wagtailadmin_pages:edit", args=[board.pk])).content.decode()
    assert 'value="li"' in edit


def test_unknown_people_and_impossible_dates_are_refused(editor: Client) -> None:
    index = make.forum()
    address = reverse("wagtailadmin_pages:add", args=["forum_pages", "boardpage", index.pk])
    answer = editor.post(address, board_form((Verb.READ, "nobody")))
    assert answer.status_code == 200
    assert 'value="nobody"' in answer.content.decode()
    editor.post(address, board_form(opens_at="2026-02-02 10:00", closes_at="2026-02-01 10:00"))
    assert not BoardPage.objects.exists()


def test_a_draft_board_can_be_previewed(editor: Client) -> None:
    index = make.forum()
    address = reverse("wagtailadmin_pages:preview_on_add", args=["forum_pages", "boardpage", index.pk])
    assert editor.post(address, board_form()).json()["is_valid"] is True
    assert "内审" in editor.get(address + "?mode=").content.decode()


def test_a_board_that_closes_before_it_opens_is_refused(board: BoardPage) -> None:
    board.opens_at = timezone.now()
    board.closes_at = board.opens_at - timedelta(hours=1)
    with pytest.raises(ValidationError):
        board.clean()


def test_a_grant_names_either_a_group_or_a_person(board: BoardPage, reader: User) -> None:
    group = Group.objects.create(name="guests")
    BoardGrant(board=board, verb=Verb.READ, group=group).clean()
    for names in ({}, {"group": group, "user": reader}):
        with pytest.raises(ValidationError):
            BoardGrant(board=board, verb=Verb.READ, **names).clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            BoardGrant.objects.create(board=board, verb=Verb.READ, **names)


def test_access_of_a_person_is_asked_once_for_each_person(
    board: BoardPage, reader: User, moderator: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        accesses = [board.access_of(user) for user in (reader, moderator, reader, moderator)]
    assert [access.is_moderator for access in accesses] == [False, True, False, True]
    assert board.is_readable_by(reader)


def test_a_board_served_by_wagtail_itself_is_as_closed(author: User, reader: User) -> None:
    leaders = make.board("leaders", grants={Verb.READ: [author]})
    request = RequestFactory().get("/")
    request.user = reader
    with pytest.raises(Http404):
        leaders.serve(request)
    request.user = AnonymousUser()
    assert leaders.serve(request).status_code == 302
    request.user = author
    response = leaders.serve(request)
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "private, no-cache")


def test_the_index_routes_to_its_boards_and_to_nothing_else(board: BoardPage, as_reader: Client) -> None:
    index = board.get_parent().url
    assert as_reader.get(f"{index}talk/").context["board"] == board
    assert as_reader.get(f"{index}nothing/").status_code == 404


def test_a_grant_is_called_by_its_verb_and_whom_it_names(board: BoardPage, reader: User) -> None:
    with translation.override("en"):
        assert str(make.grant(board, Verb.READ, reader)) == "Read: 李建国"
        assert str(make.grant(board, Verb.MODERATE, "staff")) == "Moderate: staff"
