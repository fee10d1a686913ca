"""Boards in Wagtail's admin."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import PageLogEntry
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text

from forum_pages.enums import Verb
from forum_pages.models import BoardPage
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
