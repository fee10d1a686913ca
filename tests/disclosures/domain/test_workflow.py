"""The way from draft to publication is set up once."""

import pytest
from wagtail.models import Workflow, WorkflowPage

from disclosures.domain.workflow import ensure_workflow
from disclosures.models import ApprovalTask, SecrecyReviewTask
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
