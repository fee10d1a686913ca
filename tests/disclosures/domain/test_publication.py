"""Author, secrecy reviewer, approver: who may take which step, and what is published then."""

from typing import Any

import pytest

from disclosures.exceptions import OwnWorkApproved, OwnWorkReviewed
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
