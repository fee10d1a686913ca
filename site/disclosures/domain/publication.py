"""Approve, publish what was approved, withdraw.

Wagtail calls the task, the page and the action of a finished workflow; each of them calls one function here. This
module therefore knows pages, revisions and task states as Wagtail has them, and no model of this app.
"""

from __future__ import annotations

from django.db import transaction
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.models import Page, Revision, TaskState, WorkflowState

from disclosures.exceptions import AnotherVersionWaits, DisclosureRefusal, NotWithdrawn
from disclosures.rules import can_withdraw
from organisation.models import User


def authors_of(page: Page) -> set[int]:
    """Return everybody who had a hand in what would be published: the accounts that wrote or submitted it.

    That is whoever created the page, if it was never published, and whoever saved a version since its last
    publication or submitted it. Two queries.
    """
    revisions = page.revisions.all()
    authors: set[int | None] = set()
    if page.last_published_at:
        revisions = revisions.filter(created_at__gt=page.last_published_at)
    else:
        authors.add(page.owner_id)
    authors |= set(revisions.order_by().values_list("user_id", flat=True))
    state = page.current_workflow_state
    if state is not None:
        authors.add(state.requested_by_id)
    return {author for author in authors if author is not None}


@transaction.atomic
def approve(
    task_state: TaskState,
    *,
    by: User,
    is_member: bool,
    refusal: type[DisclosureRefusal],
    version: str | None = None,
    **options: str,
) -> None:
    """Approve the step at which a document waits. `is_member` says whether the step is this person's to decide,
    `version` which one they have read; None where the step itself was named, which is of one version.

    Raises: `refusal` if the approver wrote or submitted the text, is no member, or has a closed account;
        AnotherVersionWaits if the step was settled meanwhile, or another version waits at it.
    """
    locked = TaskState.objects.select_for_update().get(pk=task_state.pk)
    if locked.status != TaskState.STATUS_IN_PROGRESS:
        raise AnotherVersionWaits
    if version is not None:
        check_read(locked, version=version)
    page = task_state.workflow_state.content_object
    if not (by.is_active and is_member and by.pk not in authors_of(page)):
        raise refusal
    task_state.approve(user=by, **options)


def check_read(task_state: TaskState, *, version: str) -> None:
    """Refuse an approval by whoever has read another version (a revision's number) than the one that waits.

    Raises: AnotherVersionWaits.
    """
    if version != str(task_state.revision_id):
        raise AnotherVersionWaits


def is_submitted(revision: Revision) -> bool:
    """Return whether a version was submitted to a workflow: others may have read and approved it. One query."""
    return TaskState.objects.filter(revision=revision).exists()


def publish_approved(workflow_state: WorkflowState, *, by: User | None) -> None:
    """Publish exactly the version that the last step approved, not one saved a moment later.

    The approval is the permission, so the approver needs none to publish.
    """
    workflow_state.current_task_state.revision.publish(user=by, skip_permission_checks=True)


def withdraw(page: Page, *, by: User | None, **options: object) -> None:
    """Take a document out of publication; its index number stays. The clock withdraws without a person.

    `options` are those of Wagtail's action.
    Raises: NotWithdrawn if the person is not of the leadership.
    """
    if by is not None and not can_withdraw(by):
        raise NotWithdrawn
    UnpublishPageAction(page, user=by, **options).execute()
