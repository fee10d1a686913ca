"""Approval in Wagtail's editor: of the version that its page shows, and of no other."""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail.admin import messages

from disclosures.domain.publication import check_read
from disclosures.exceptions import AnotherVersionWaits
from disclosures.models import DisclosurePage

#: The field in which Wagtail's editor hands on to a task what was said about an action.
EXTRA = "workflow-action-extra-data"


def lead_back_to_unread(request: HttpRequest, page: DisclosurePage) -> HttpResponse | None:
    """Return the way back to the editor where somebody approves what they have not read; None for all else.

    Wagtail's editor approves whatever waits when its form arrives. The form says which version it was made of, which
    goes along to the task: it compares once more, under a lock.
    """
    is_approval = "action-workflow-action" in request.POST and request.POST.get("workflow-action-name") == "approve"
    waiting = page.current_workflow_task_state if is_approval else None
    if waiting is None:
        return None
    version = request.POST.get("loaded_revision_id", "")
    try:
        check_read(waiting, version=version)
    except AnotherVersionWaits as refusal:
        messages.error(request, str(refusal))
        return redirect("wagtailadmin_pages:edit", page.pk)
    _hand_on(request, version=version)
    return None


def _hand_on(request: HttpRequest, *, version: str) -> None:
    """Let the form say to the task which version was read, besides the comment and nothing else."""
    try:
        said = json.loads(request.POST.get(EXTRA, "{}"))
    except ValueError:
        return  # The editor refuses it.
    if isinstance(said, dict):
        posted = request.POST.copy()
        posted[EXTRA] = json.dumps({"comment": str(said.get("comment", "")), "version": version})
        request.POST = posted  # type: ignore[assignment]  # a copy may be changed
