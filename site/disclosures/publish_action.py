"""The last step of a workflow. Named by the setting WAGTAIL_FINISH_WORKFLOW_ACTION, which Wagtail reads while its own
models load, so nothing of Wagtail or of this app can be imported at the top."""

from typing import Any


def publish_approved(workflow_state: Any, user: Any = None) -> None:
    """Publish what a finished workflow approved.

    Of a disclosure it is exactly the version that the last step approved, not one saved a moment later; and the
    approval is the permission, so the approver needs none to publish. Other pages are published as Wagtail does.
    """
    from wagtail.workflows import publish_workflow_state  # noqa: PLC0415 - see above

    from disclosures.models import DisclosurePage  # noqa: PLC0415 - see above

    revision = workflow_state.current_task_state.revision
    if isinstance(revision.content_object, DisclosurePage):
        revision.publish(user=user, skip_permission_checks=True)
    else:
        publish_workflow_state(workflow_state, user=user)
