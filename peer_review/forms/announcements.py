"""The form of a reminder."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ReminderForm(forms.Form):
    """The organiser's own words under a reminder."""

    text = forms.CharField(
        label=_("Your own words, if any"),
        required=False,
        max_length=500,
        help_text=_("They stand under the text above. Name nobody: everybody who gets it reads the same."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )
