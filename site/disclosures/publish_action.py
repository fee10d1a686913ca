"""The last step of a workflow. Named by the setting WAGTAIL_FINISH_WORKFLOW_ACTION, which Wagtail reads while its own
models load, so nothing of Wagtail or of this app can be imported at the top."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wagtail.models import WorkflowState

    from organisation.models import User


def publish_finished(workflow_state: WorkflowState, user: User | None = None) -> None:
    """Publish a disclosure as it was approved; other pages as Wagtail does."""
    from wagtail.workflows import publish_workflow_state  # noqa: PLC0415 - see above

    from disclosures.domain.publication import publish_approved  # noqa: PLC0415 - see above
    from disclosures.models import DisclosurePage  # noqa: PLC0415 - see above

    if isinstance(workflow_state.current_task_state.revision.content_object, DisclosurePage):
        publish_approved(workflow_state, by=user)
    else:
        publish_workflow_state(workflow_state, user=user)
