"""Author, secrecy reviewer, approver: who may take which step."""

from typing import Any

import pytest
from wagtail.models import Workflow, WorkflowPage

from disclosures.domain.workflow import ensure_workflow
from disclosures.exceptions import NotThroughWorkflow, NumberedStays, OwnWorkApproved, OwnWorkReviewed
from disclosures.models import ApprovalTask, DisclosurePage, SecrecyReviewTask
from organisation.enums import Role
from tests.factories import disclosures as make
from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, Any]:
    return {
        "editor": make.person(Role.EDITOR),
        "inspector": make.person(Role.INSPECTOR),
        "leader": make.person(Role.LEADERSHIP),
        "all": make.person(Role.EDITOR, Role.INSPECTOR, Role.LEADERSHIP),
        "superuser": UserFactory(is_superuser=True),
    }


def test_document_goes_from_author_to_review_to_approval_to_readers(people: dict[str, Any]) -> None:
    page = make.submitted(author=people["editor"])
    assert isinstance(page.current_workflow_task.specific, SecrecyReviewTask)
    assert not page.live

    page = make.decide(page, people["inspector"])
    assert isinstance(page.current_workflow_task.specific, ApprovalTask)
    assert not page.live

    page = make.decide(page, people["leader"])
    assert page.live
    assert page.index_number is not None
    assert page.current_workflow_state is None


@pytest.mark.parametrize(
    ("author", "step", "who", "refusal"),
    [
        ("all", "review", "all", OwnWorkReviewed),
        ("all", "approval", "all", OwnWorkApproved),
        ("editor", "review", "editor", OwnWorkReviewed),
        ("editor", "review", "leader", OwnWorkReviewed),
        ("editor", "review", "superuser", OwnWorkReviewed),
        ("editor", "approval", "editor", OwnWorkApproved),
        ("editor", "approval", "inspector", OwnWorkApproved),
        ("editor", "approval", "superuser", OwnWorkApproved),
    ],
)
def test_step_is_refused(people: dict[str, Any], author: str, step: str, who: str, refusal: type[Exception]) -> None:
    page = make.submitted(author=people[author])
    if step == "approval":
        page = make.decide(page, people["inspector"])

    with pytest.raises(refusal):
        make.decide(page, people[who])

    assert "approve" not in [action[0] for action in page.current_workflow_task.get_actions(page, people[who])]
    assert not DisclosurePage.objects.get(pk=page.pk).live


def test_whoever_submits_or_changes_a_draft_is_an_author_too(people: dict[str, Any]) -> None:
    page = make.draft(owner=people["editor"])
    page.save_revision(user=people["all"])
    page.get_workflow().start(page, people["leader"])
    page = make.decide(page, people["inspector"])

    for author in ("all", "leader"):
        with pytest.raises(OwnWorkApproved):
            make.decide(page, people[author])


def test_author_of_an_earlier_publication_may_approve_the_next(people: dict[str, Any]) -> None:
    page = make.submitted(author=people["all"])
    page = make.decide(make.decide(page, people["inspector"]), people["leader"])
    page.save_revision(user=people["editor"])
    page.get_workflow().start(page, people["editor"])

    page = make.decide(make.decide(page, people["inspector"]), people["all"])

    assert page.current_workflow_state is None


def test_reviewer_sends_back_and_the_author_submits_again(people: dict[str, Any]) -> None:
    page = make.decide(make.submitted(author=people["editor"]), people["inspector"], "reject")
    assert page.current_workflow_state.status == "needs_changes"
    page.save_revision(user=people["editor"])

    page.current_workflow_state.resume(user=people["editor"])

    assert isinstance(DisclosurePage.objects.get(pk=page.pk).current_workflow_task.specific, SecrecyReviewTask)


def test_what_is_published_is_what_was_approved(people: dict[str, Any]) -> None:
    page = make.decide(make.submitted(author=people["editor"], title="批准的标题"), people["inspector"])
    state = page.current_workflow_task_state
    page.title = "没有批准的标题"
    page.save_revision(user=people["editor"])

    state.task.specific.on_action(state, people["leader"], "approve")

    # The edit needs its own review; until then nothing of it is out.
    assert DisclosurePage.objects.get(pk=page.pk).title != "没有批准的标题"


@pytest.mark.parametrize("who", ["editor", "inspector", "leader", "all", "superuser"])
def test_nobody_publishes_directly(people: dict[str, Any], who: str) -> None:
    page = make.draft(owner=people["editor"])

    with pytest.raises(NotThroughWorkflow):
        page.get_latest_revision().publish(user=people[who])

    assert not page.permissions_for_user(people[who]).can_publish()
    assert not make.column().permissions_for_user(people[who]).can_publish_subpage()
    assert not DisclosurePage.objects.get(pk=page.pk).live


def test_numbered_document_is_neither_deleted_nor_moved(people: dict[str, Any]) -> None:
    page, culture = make.published(), make.column("文", "文化建设", "culture")

    with pytest.raises(NumberedStays):
        page.delete()
    with pytest.raises(NumberedStays):
        page.move(culture, pos="last-child")

    permissions = page.permissions_for_user(people["superuser"])
    assert not permissions.can_delete()
    assert not permissions.can_move_to(culture)


def test_draft_may_be_deleted_and_moved(people: dict[str, Any]) -> None:
    page, culture = make.draft(), make.column("文", "文化建设", "culture")

    page.move(culture, pos="last-child")
    DisclosurePage.objects.get(pk=page.pk).delete()

    assert not DisclosurePage.objects.exists()


def test_only_the_leadership_withdraws(people: dict[str, Any]) -> None:
    page = make.published()

    allowed = {who for who, user in people.items() if page.permissions_for_user(user).can_unpublish()}

    assert allowed == {"leader", "all"}


def test_tree_gets_its_workflow_once_and_keeps_another() -> None:
    index_page = make.index_page()
    workflow = WorkflowPage.objects.get(page=index_page).workflow
    assert [type(task.specific) for task in workflow.tasks] == [SecrecyReviewTask, ApprovalTask]

    assert ensure_workflow(index_page=index_page) == workflow
    assert SecrecyReviewTask.objects.count() == 1

    other = Workflow.objects.create(name="另一个")
    WorkflowPage.objects.filter(page=index_page).update(workflow=other)
    assert ensure_workflow(index_page=index_page) == other


def test_waiting_steps_are_found_by_those_who_take_them(people: dict[str, Any]) -> None:
    page = make.submitted(author=people["editor"])
    task = page.current_workflow_task.specific

    waiting = {who for who, user in people.items() if task.get_task_states_user_can_moderate(user).exists()}

    assert waiting == {"inspector", "all"}
