"""The two steps between a draft and its publication: secrecy review, then approval."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractGroupApprovalTask, Page, TaskState

from disclosures.domain.publication import approve, authors_of
from disclosures.exceptions import DisclosureRefusal, OwnWorkApproved, OwnWorkReviewed
from organisation.models import User
from organisation.roles import groups_of


class SeparatedTask(AbstractGroupApprovalTask):
    """A step that members of its groups do, never on their own work. Being a superuser does not make a member."""

    refusal: type[DisclosureRefusal] = OwnWorkApproved

    class Meta:
        abstract = True

    def _user_in_groups(self, user: User) -> bool:
        """Return whether a group of the step is among those that count of a person: a role needs its grant."""
        return not groups_of(user).keys().isdisjoint(self.groups.values_list("pk", flat=True))

    def get_actions(self, obj: Page, user: User) -> list[tuple[str, str | Promise, bool]]:
        """Offer approval to members who did not write it; sending back is for every member."""
        actions: list[tuple[str, str | Promise, bool]] = (
            super().get_actions(obj, user) if self._user_in_groups(user) else []
        )
        if actions and user.pk in authors_of(obj):
            actions = [action for action in actions if action[0] != "approve"]
        return actions

    def on_action(self, task_state: TaskState, user: User, action_name: str, **kwargs: str) -> None:
        """Approve or send back.

        Raises: the refusal of this step, if the approver wrote or submitted the text or is no member.
        """
        if action_name == "approve":
            approve(task_state, by=user, is_member=self._user_in_groups(user), refusal=self.refusal, **kwargs)
        else:
            super().on_action(task_state, user, action_name, **kwargs)

    def get_task_states_user_can_moderate(self, user: User, **kwargs: object) -> QuerySet[TaskState]:
        """Return what waits for this person."""
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
