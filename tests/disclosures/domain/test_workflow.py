"""The way from draft to publication is set up once."""

import pytest
from django.utils import translation
from wagtail.models import GroupCollectionPermission, GroupPagePermission, Workflow, WorkflowPage

from disclosures.domain.workflow import ensure_workflow
from disclosures.models import ApprovalTask, SecrecyReviewTask
from organisation.enums import Role
from tests.factories import disclosures as make

pytestmark = pytest.mark.django_db


def test_tree_gets_its_workflow_once_and_keeps_another() -> None:
    index_page = make.index_page()
    workflow = WorkflowPage.objects.get(page=index_page).workflow
    assert [type(task.specific) for task in workflow.tasks] == [SecrecyReviewTask, ApprovalTask]

    assert ensure_workflow(index_page=index_page) == workflow
    assert SecrecyReviewTask.objects.count() == 1

    other = Workflow.objects.create(name="另一个")
    WorkflowPage.objects.filter(page=index_page).update(workflow=other)
    assert ensure_workflow(index_page=index_page) == other


def test_writers_may_draft_and_attach_and_nobody_may_publish() -> None:
    index_page = make.index_page()

    granted = {
        role: set(
            GroupPagePermission.objects.filter(group__name=role, page=index_page).values_list(
                "permission__codename", flat=True
            )
        )
        for role in Role.values
    }

    assert {role: codes for role, codes in granted.items() if codes} == {
        "editor": {"add_page", "change_page"},
        "section_head": {"add_page"},
    }
    choosing = GroupCollectionPermission.objects.filter(permission__codename="choose_document")
    assert set(choosing.values_list("group__name", flat=True)) >= {"editor", "section_head"}


def test_steps_are_named_in_the_language_of_the_site() -> None:
    with translation.override("en"):
        index_page = make.index_page()

    workflow = WorkflowPage.objects.get(page=index_page).workflow
    assert [task.name for task in workflow.tasks] == ["保密审查", "审批"]


def test_second_tree_takes_the_workflow_that_is_there() -> None:
    first = WorkflowPage.objects.get(page=make.index_page()).workflow
    WorkflowPage.objects.all().delete()

    assert ensure_workflow(index_page=make.index_page()) == first
