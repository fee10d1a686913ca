"""End every session of somebody else."""

from django import forms
from django.utils.translation import gettext_lazy as _

from organisation.forms.accounts import BootstrapMixin
from organisation.forms.fields import AccountField


class EndSessionsForm(BootstrapMixin, forms.Form):
    """Whose sessions to end, and why."""

    account = AccountField(label=_("Person"), help_text=_("User name or employee number."))
    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("A lost telephone, say. It stands in the log.")
    )
