"""Approval in Wagtail's editor: of the version that its page shows, and of no other."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from wagtail.admin import messages

from disclosures.domain.publication import check_read
from disclosures.exceptions import AnotherVersionWaits
from disclosures.models import DisclosurePage


def lead_back_to_unread(request: HttpRequest, page: DisclosurePage) -> HttpResponse | None:
    """Return the way back to the editor where somebody approves what they have not read; None for all else.

    Wagtail's editor approves whatever waits when its form arrives. The form says which version it was made of.
    """
    is_approval = "action-workflow-action" in request.POST and request.POST.get("workflow-action-name") == "approve"
    waiting = page.current_workflow_task_state if is_approval else None
    if waiting is None:
        return None
    try:
        check_read(waiting, version=request.POST.get("loaded_revision_id", ""))
    except AnotherVersionWaits as refusal:
        messages.error(request, str(refusal))
        return redirect("wagtailadmin_pages:edit", page.pk)
    return None
