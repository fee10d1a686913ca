"""Approving in Wagtail's editor: what was read is approved, and nothing that was submitted meanwhile."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, TaskState
from wagtail.test.utils.form_data import streamfield

from disclosures.domain.publication import check_read
from disclosures.models import DisclosurePage
from tests.disclosures.test_admin_forms import form_data, signed_in
from tests.factories import disclosures as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, Any]:
    return make.people()


def editor_url(page: Page) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def loaded(client: Client, page: DisclosurePage) -> dict[str, Any]:
    """Return what the editor's form sends to approve the version that it shows."""
    shown = client.get(editor_url(page)).context["page"]
    same = {"title": shown.title, "slug": shown.slug, "summary": shown.summary, "body": streamfield([])}
    due = shown.publication_due_date.isoformat()
    fields = form_data(page.responsible, section=page.section, publication_due_date=due, **same)
    approve = {"action-workflow-action": "true", "workflow-action-name": "approve", "workflow-action-extra-data": "{}"}
    return {**fields, **approve, "loaded_revision_id": str(shown.latest_revision_id)}


def submit_anew(page: DisclosurePage, people: dict[str, Any], title: str) -> DisclosurePage:
    """Send it back as somebody else of the step, and submit another text."""
    page = make.decide(page, people["all"], "reject")
    page.title = title
    page.save_revision(user=people["editor"])
    page.current_workflow_state.resume(user=people["editor"])
    return DisclosurePage.objects.get(pk=page.pk)


def test_what_was_submitted_while_another_text_was_read_is_not_approved_but_shown(people: dict[str, Any]) -> None:
    page = make.submitted(author=people["editor"], title="读过的标题")
    client = signed_in(people["inspector"])
    form = loaded(client, page)
    page = submit_anew(page, people, "没有读过的标题")
    waiting = page.current_workflow_task_state

    for sent in (form, {**form, "loaded_revision_id": ""}, {**form, "loaded_revision_id": "x"}):
        answer = client.post(editor_url(page), sent, follow=True)
        assert answer.redirect_chain == [(editor_url(page), 302)]
        html = answer.content.decode()
        assert "没有读过的标题" in html
        assert [message.level_tag for message in answer.context["messages"]] == ["error"]
        assert TaskState.objects.get(pk=waiting.pk).status == TaskState.STATUS_IN_PROGRESS

    client.post(editor_url(page), loaded(client, page))
    assert TaskState.objects.get(pk=waiting.pk).status == TaskState.STATUS_APPROVED


def test_what_is_submitted_between_the_look_and_the_approval_is_not_approved(
    people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = make.submitted(author=people["editor"], title="读过的标题")
    client = signed_in(people["inspector"])
    form = loaded(client, page)

    def look_and_be_overtaken(waiting: TaskState, *, version: str) -> None:
        check_read(waiting, version=version)
        submit_anew(page, people, "没有读过的标题")

    with monkeypatch.context() as patch:
        patch.setattr("disclosures.views.approval.check_read", look_and_be_overtaken)
        answer = client.post(editor_url(page), form, follow=True)

    assert answer.status_code == 200
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert not TaskState.objects.filter(status=TaskState.STATUS_APPROVED).exists()
    waiting = DisclosurePage.objects.get(pk=page.pk).current_workflow_task_state
    assert waiting.revision.as_object().title == "没有读过的标题"


@pytest.mark.parametrize(
    ("extra", "is_approved"),
    [
        ('{"comment": "可以公开。"}', True),
        # What nobody is to say: which version was read, who approves, that the next step need not follow.
        ('{"comment": "可以公开。", "version": "7", "by": 1, "update": false}', True),
        ("[]", False),
        ("{", False),
    ],
)
def test_a_comment_and_nothing_else_goes_along(people: dict[str, Any], extra: str, is_approved: bool) -> None:
    page = make.submitted(author=people["editor"])
    waiting = page.current_workflow_task_state
    client = signed_in(people["inspector"])

    answer = client.post(editor_url(page), {**loaded(client, page), "workflow-action-extra-data": extra})

    state = TaskState.objects.get(pk=waiting.pk)
    assert answer.status_code == (302 if is_approved else 400)
    assert (state.status == TaskState.STATUS_APPROVED, state.comment) == (
        is_approved,
        "可以公开。" if is_approved else "",
    )
    moved = DisclosurePage.objects.get(pk=page.pk).current_workflow_task_state.pk != waiting.pk
    assert moved == is_approved


def test_what_was_read_is_approved(people: dict[str, Any]) -> None:
    page = make.submitted(author=people["editor"])
    waiting = page.current_workflow_task_state
    client = signed_in(people["inspector"])

    client.post(editor_url(page), loaded(client, page))

    assert TaskState.objects.get(pk=waiting.pk).status == TaskState.STATUS_APPROVED


def test_sending_back_and_saving_ask_for_no_version(people: dict[str, Any]) -> None:
    page = make.submitted(author=people["editor"])
    client = signed_in(people["inspector"])
    form = loaded(client, page)
    page = submit_anew(page, people, "另一个标题")

    client.post(editor_url(page), {**form, "workflow-action-name": "reject"})

    assert DisclosurePage.objects.get(pk=page.pk).current_workflow_state.status == "needs_changes"


def test_a_version_that_was_submitted_is_not_written_over(people: dict[str, Any]) -> None:
    """Its author, who belongs to the step too, goes on writing while somebody else reads what was submitted."""
    page = make.submitted(author=people["all"], title="读过的标题")
    submitted = page.current_workflow_task_state.revision
    page.title = "没有读过的标题"

    later = page.save_revision(user=people["all"], overwrite_revision=submitted)
    again = page.save_revision(user=people["all"], overwrite_revision=later)

    submitted.refresh_from_db()
    assert submitted.as_object().title == "读过的标题"
    assert (later.pk != submitted.pk, again.pk) == (True, later.pk)
