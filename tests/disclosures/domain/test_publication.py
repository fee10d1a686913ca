"""Author, secrecy reviewer, approver: who may take which step, and what is published then."""

from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from pytest_django import DjangoAssertNumQueries
from wagtail.models import TaskState

from disclosures.domain.publication import approve, authors_of, publish_approved, withdraw
from disclosures.exceptions import AnotherVersionWaits, NotWithdrawn, OwnWorkApproved, OwnWorkReviewed
from disclosures.models import ApprovalTask, DisclosurePage, SecrecyReviewTask
from organisation.enums import Role
from tests.factories import disclosures as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, Any]:
    return make.people()


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


def test_authors_are_those_who_wrote_or_submitted_since_the_last_publication(people: dict[str, Any]) -> None:
    page = make.draft(owner=people["editor"])
    page.save_revision(user=people["inspector"])
    page.save_revision()
    page.get_workflow().start(page, people["leader"])
    page = DisclosurePage.objects.get(pk=page.pk)
    assert authors_of(page) == {people[name].pk for name in ("editor", "inspector", "leader")}

    published = make.published(owner=people["editor"])
    published.save_revision(user=people["all"])
    assert authors_of(DisclosurePage.objects.get(pk=published.pk)) == {people["all"].pk}


def test_authors_take_few_queries(people: dict[str, Any], django_assert_num_queries: DjangoAssertNumQueries) -> None:
    page = make.submitted(author=people["editor"])
    page = DisclosurePage.objects.get(pk=page.pk)
    ContentType.objects.get_for_model(DisclosurePage)

    with django_assert_num_queries(2):
        authors_of(page)


@pytest.mark.parametrize(("is_member", "is_active"), [(False, True), (True, False)])
def test_approval_is_refused_to_strangers_of_the_step_and_closed_accounts(
    people: dict[str, Any], is_member: bool, is_active: bool
) -> None:
    page = make.submitted(author=people["editor"])
    approver = make.person(Role.INSPECTOR)
    approver.is_active = is_active

    with pytest.raises(OwnWorkReviewed):
        approve(page.current_workflow_task_state, by=approver, is_member=is_member, refusal=OwnWorkReviewed)

    assert DisclosurePage.objects.get(pk=page.pk).current_workflow_task_state.status == "in_progress"


def test_approval_names_the_version_that_waits_and_a_step_that_is_not_settled(people: dict[str, Any]) -> None:
    page = make.submitted(author=people["editor"])
    state = page.current_workflow_task_state
    who: dict[str, Any] = {"by": people["inspector"], "is_member": True, "refusal": OwnWorkReviewed}
    other = page.save_revision(user=people["editor"])

    for version in (str(other.pk), "", "x"):
        with pytest.raises(AnotherVersionWaits):
            approve(state, version=version, **who)
    # As two who act at once have it: the row says more than what was read of it before.
    TaskState.objects.filter(pk=state.pk).update(status=TaskState.STATUS_REJECTED)
    with pytest.raises(AnotherVersionWaits):
        approve(state, version=str(state.revision_id), **who)
    TaskState.objects.filter(pk=state.pk).update(status=TaskState.STATUS_IN_PROGRESS)
    approve(state, version=str(state.revision_id), **who)

    state.refresh_from_db()
    assert state.status == TaskState.STATUS_APPROVED


def test_approval_keeps_its_comment(people: dict[str, Any]) -> None:
    page = make.submitted(author=people["editor"])
    state = page.current_workflow_task_state

    approve(state, by=people["inspector"], is_member=True, refusal=OwnWorkReviewed, comment="可以公开。")

    state.refresh_from_db()
    assert (state.status, state.comment, state.finished_by) == ("approved", "可以公开。", people["inspector"])


def test_approver_needs_no_permission_to_publish(people: dict[str, Any]) -> None:
    page = make.submitted(author=people["editor"])

    publish_approved(page.current_workflow_state, by=people["leader"])

    published = DisclosurePage.objects.get(pk=page.pk)
    assert published.live
    assert published.index_number is not None


@pytest.mark.parametrize("who", ["editor", "inspector", "superuser"])
def test_withdrawal_is_refused_to_all_but_the_leadership(people: dict[str, Any], who: str) -> None:
    page = make.published()

    with pytest.raises(NotWithdrawn):
        withdraw(page, by=people[who])
    with pytest.raises(NotWithdrawn):
        page.unpublish(user=people[who])

    assert DisclosurePage.objects.get(pk=page.pk).live


def test_withdrawn_document_keeps_its_number(people: dict[str, Any]) -> None:
    page = make.published()
    number = page.index_number

    withdraw(page, by=people["leader"])

    withdrawn = DisclosurePage.objects.get(pk=page.pk)
    assert (withdrawn.live, withdrawn.index_number) == (False, number)


def test_clock_withdraws_without_a_person() -> None:
    page = make.published()

    page.unpublish(set_expired=True, user=None)

    withdrawn = DisclosurePage.objects.get(pk=page.pk)
    assert (withdrawn.live, withdrawn.expired) == (False, True)
