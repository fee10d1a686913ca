"""Set up the way from draft to publication. Its last step is in domain/publication.py."""

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from disclosures.models import ApprovalTask, DisclosureIndexPage, SecrecyReviewTask
from organisation.enums import Role
from organisation.roles import group_of

#: What writers need in the tree of disclosures. Nobody gets "publish": the workflow does that.
PAGE_PERMISSIONS: dict[Role, tuple[str, ...]] = {
    Role.EDITOR: ("add_page", "change_page"),
    Role.SECTION_HEAD: ("add_page",),
}
#: And with files and images, to attach them.
COLLECTION_PERMISSIONS: tuple[tuple[str, str], ...] = (
    ("wagtaildocs", "add_document"),
    ("wagtaildocs", "choose_document"),
    ("wagtailimages", "add_image"),
    ("wagtailimages", "choose_image"),
)


@transaction.atomic
def ensure_workflow(*, index_page: DisclosureIndexPage) -> Workflow:
    """Return the workflow of disclosures, made and attached to the tree with its permissions if it was not.

    Done when the index page is made, and harmless to do again; a tree that already has a workflow keeps it.
    """
    attached = WorkflowPage.objects.filter(page=index_page).select_related("workflow").first()
    if attached is not None:
        workflow: Workflow = attached.workflow
    else:
        workflow = _make_workflow()
        WorkflowPage.objects.create(page=index_page, workflow=workflow)
    for role, codenames in PAGE_PERMISSIONS.items():
        group = group_of(role)
        for permission in Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=codenames):
            GroupPagePermission.objects.get_or_create(group=group, page=index_page, permission=permission)
        for app_label, codename in COLLECTION_PERMISSIONS:
            for permission in Permission.objects.filter(content_type__app_label=app_label, codename=codename):
                GroupCollectionPermission.objects.get_or_create(
                    group=group, collection=Collection.get_first_root_node(), permission=permission
                )
    return workflow


def _make_workflow() -> Workflow:
    existing = Workflow.objects.filter(
        workflow_tasks__task__in=SecrecyReviewTask.objects.values("task_ptr"), active=True
    ).first()
    if existing is not None:
        return existing
    with translation.override(settings.LANGUAGE_CODE):
        return _write_workflow()


def _write_workflow() -> Workflow:
    """Name the steps in the site's own language, whoever makes the tree."""
    workflow = Workflow.objects.create(name=_("Review of disclosures"))
    review = SecrecyReviewTask.objects.create(name=_("Secrecy review"))
    review.groups.add(group_of(Role.INSPECTOR))
    approval = ApprovalTask.objects.create(name=_("Approval"))
    approval.groups.add(group_of(Role.LEADERSHIP))
    for order, task in enumerate([review, approval]):
        WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=order)
    return workflow
