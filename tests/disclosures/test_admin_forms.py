"""Writing a document in Wagtail's admin."""

import datetime
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from disclosures.models import DisclosurePage, SecrecyReviewTask
from organisation.enums import Role
from organisation.models import Membership
from tests.factories import disclosures as make
from tests.factories.organisation import SectionFactory

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def form_data(user: Any, **fields: Any) -> dict[str, Any]:
    data: dict[str, Any] = nested_form_data(
        {
            "title": "廉政监督卡管理办法",
            "slug": "card",
            "summary": "规定监督卡的使用。",
            "section": (fields.pop("section", None) or SectionFactory()).pk,
            "responsible": user.pk,
            "document_date": "2026-03-02",
            "publication_due_date": "",
            "validity": "in_force",
            "successor": "",
            "audience": "staff",
            "audience_groups": [],
            "body": streamfield([("text", rich_text("<p>第一条</p>"))]),
            "attachments": inline_formset([]),
            "comments": inline_formset([]),
            **fields,
        }
    )
    return data


def add_url() -> str:
    kind = ContentType.objects.get_for_model(DisclosurePage)
    return reverse("wagtailadmin_pages:add", args=[kind.app_label, kind.model, make.column().pk])


def test_editor_writes_and_submits() -> None:
    editor = make.person(Role.EDITOR)
    client = signed_in(editor)
    assert client.get(add_url()).status_code == 200

    client.post(add_url(), form_data(editor) | {"action-submit": "x"})

    page = DisclosurePage.objects.get()
    assert (page.live, page.index_number, page.owner) == (False, None, editor)
    assert page.publication_due_date == datetime.date(2026, 3, 30)
    assert isinstance(page.current_workflow_task.specific, SecrecyReviewTask)


@pytest.mark.parametrize("superuser", [False, True])
def test_request_to_publish_saves_a_draft(superuser: bool) -> None:
    editor = make.person(Role.EDITOR)
    editor.is_superuser = superuser
    editor.save()

    signed_in(editor).post(add_url(), form_data(editor) | {"action-publish": "x"})

    assert [(page.live, page.index_number) for page in DisclosurePage.objects.all()] == [(False, None)]


def test_section_head_drafts_for_the_own_section_only() -> None:
    head = make.person(Role.SECTION_HEAD)
    Membership.objects.filter(staff=head.staff).update(is_head=True)
    client, own = signed_in(head), head.staff.memberships.get().section

    refused = client.post(add_url(), form_data(head, section=SectionFactory()))
    client.post(add_url(), form_data(head, section=own))

    assert refused.status_code == 200
    assert "section" in refused.context["form"].errors
    assert DisclosurePage.objects.get().section == own


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEADERSHIP, Role.INSPECTOR, Role.ADMINISTRATOR, Role.MODERATOR])
def test_others_do_not_write(role: Role) -> None:
    user = make.person(role)

    response = signed_in(user).post(add_url(), form_data(user))

    assert response.status_code in (302, 403)
    assert not DisclosurePage.objects.exists()


def test_groups_are_asked_for() -> None:
    editor = make.person(Role.EDITOR)

    response = signed_in(editor).post(add_url(), form_data(editor, audience="groups") | {"action-submit": "x"})

    assert "audience_groups" in response.context["form"].errors


def test_computed_due_date_moves_with_the_document_date_and_a_given_one_stays() -> None:
    editor = make.person(Role.EDITOR)
    page, client = make.draft(owner=editor, slug="card"), signed_in(editor)
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])

    def due(**fields: str) -> datetime.date:
        client.post(url, form_data(editor, section=page.section, **fields))
        latest = DisclosurePage.objects.get(pk=page.pk).get_latest_revision_as_object()
        due_date: datetime.date = latest.publication_due_date
        return due_date

    assert due(document_date="2026-09-10", publication_due_date="2026-03-30") == datetime.date(2026, 10, 14)
    assert due(document_date="2026-09-10", publication_due_date="2026-09-20") == datetime.date(2026, 9, 20)
