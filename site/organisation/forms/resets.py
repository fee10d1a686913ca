"""Propose a reset, or the removal of a lost second factor."""

from django import forms
from django.utils.translation import gettext_lazy as _

from organisation.forms.accounts import BootstrapMixin
from organisation.forms.fields import AccountField


class LostFactorForm(BootstrapMixin, forms.Form):
    """Whose second factor is lost, and how that became known."""

    account = AccountField(label=_("Person"), help_text=_("User name or employee number."))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("How you know that the owner has lost device and recovery codes."),
    )


class ResetForm(BootstrapMixin, forms.Form):
    """Whose password is forgotten, and how that became known."""

    account = AccountField(label=_("Person"), help_text=_("User name or employee number."))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("How you know that the owner asks for it."),
    )
