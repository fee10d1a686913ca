"""Propose a role, and take one back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organisation.enums import DERIVED_ROLES, GRANTED_ROLES, Role
from organisation.forms.accounts import BootstrapMixin
from organisation.forms.fields import AccountField


class ProposalForm(BootstrapMixin, forms.Form):
    """Who shall hold which role, and why."""

    person = AccountField(label=_("Person"), help_text=_("User name or employee number."))
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role.value, role.label) for role in Role if role in GRANTED_ROLES - DERIVED_ROLES],
        help_text=_("Section heads are proposed by the staff record; editors and moderators need no second person."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("Whoever confirms it reads this."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].widget.attrs["class"] = "form-select"

    def clean_role(self) -> Role:
        """Return the role."""
        return Role(self.cleaned_data["role"])


class WithdrawalForm(BootstrapMixin, forms.Form):
    """Why a role is taken back, or a proposal refused."""

    reason = forms.CharField(label=_("Reason"), max_length=300)
