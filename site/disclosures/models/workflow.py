"""The two steps between a draft and its publication: secrecy review, then approval."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractGroupApprovalTask, TaskState

from disclosures.exceptions import DisclosureRefusal, OwnWorkApproved, OwnWorkReviewed


def authors_of(page: Any) -> set[int]:
    """Return everybody who had a hand in what would be published: the accounts that wrote or submitted it.

    That is whoever made the page, if it was never published, and whoever saved a version since its last publication
    or submitted it. Two queries.
    """
    revisions = page.revisions.all()
    authors = set()
    if page.last_published_at:
        revisions = revisions.filter(created_at__gt=page.last_published_at)
    else:
        authors.add(page.owner_id)
    authors |= set(revisions.order_by().values_list("user_id", flat=True))
    state = page.current_workflow_state
    if state is not None:
        authors.add(state.requested_by_id)
    authors.discard(None)
    return authors


class SeparatedTask(AbstractGroupApprovalTask):
    """A step that members of its groups do, never on their own work. Being a superuser does not make a member."""

    refusal: type[DisclosureRefusal] = OwnWorkApproved

    class Meta:
        abstract = True

    def may_decide(self, page: Any, user: Any) -> bool:
        """Return whether this person may approve the page at this step."""
        return bool(user.is_active and self._user_in_groups(user) and user.pk not in authors_of(page))

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, Any, bool]]:
        """Offer approval to members who did not write it; sending back is for every member."""
        actions: list[tuple[str, Any, bool]] = super().get_actions(obj, user) if self._user_in_groups(user) else []
        if actions and user.pk in authors_of(obj):
            actions = [action for action in actions if action[0] != "approve"]
        return actions

    @transaction.atomic
    def on_action(self, task_state: TaskState, user: Any, action_name: str, **kwargs: Any) -> None:
        """Approve or send back.

        Raises: the refusal of this step, if the approver wrote or submitted the text or is no member.
        """
        page = task_state.workflow_state.content_object
        if action_name == "approve" and not self.may_decide(page, user):
            raise self.refusal
        super().on_action(task_state, user, action_name, **kwargs)

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> Any:
        """What waits for this person."""
        if not self._user_in_groups(user):
            return TaskState.objects.none()
        return super().get_task_states_user_can_moderate(user, **kwargs)


class SecrecyReviewTask(SeparatedTask):
    """Secrecy review before publication."""

    refusal = OwnWorkReviewed

    class Meta:
        verbose_name = _("secrecy review")
        verbose_name_plural = _("secrecy reviews")

    @classmethod
    def get_description(cls) -> str:
        return str(_("Members of the chosen groups review for secrecy what they have not written themselves"))


class ApprovalTask(SeparatedTask):
    """Approval of a publication."""

    class Meta:
        verbose_name = _("approval by somebody else")
        verbose_name_plural = _("approvals by somebody else")

    @classmethod
    def get_description(cls) -> str:
        return str(_("Members of the chosen groups approve what they have not written themselves"))
