"""The last step of a workflow, as the settings name it."""

import pytest
from django.conf import settings
from django.utils.module_loading import import_string
from wagtail.models import GroupApprovalTask, Page, Workflow, WorkflowPage, WorkflowTask

from disclosures.models import DisclosurePage
from disclosures.publish_action import publish_finished
from organisation.enums import Role
from tests.factories import disclosures as make
from tests.factories.home import home_page
from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db


def test_settings_name_the_action() -> None:
    assert import_string(settings.WAGTAIL_FINISH_WORKFLOW_ACTION) is publish_finished


def test_disclosure_is_published_as_it_was_approved() -> None:
    page = make.submitted(author=make.person(Role.EDITOR), title="批准的标题")
    state = page.current_workflow_state
    assert state is not None

    publish_finished(state, user=make.person(Role.LEADERSHIP))

    published = DisclosurePage.objects.get(pk=page.pk)
    assert (published.live, published.title) == (True, "批准的标题")


def test_other_pages_are_published_as_wagtail_does() -> None:
    author = UserFactory(is_superuser=True)
    page = home_page().add_child(instance=Page(title="草稿", slug="other", live=False, owner=author))
    page.save_revision(user=author)
    workflow = Workflow.objects.create(name="other")
    task = GroupApprovalTask.objects.create(name="other")
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.create(page=page, workflow=workflow)
    state = workflow.start(page, author)

    publish_finished(state, user=author)

    assert Page.objects.get(pk=page.pk).live
