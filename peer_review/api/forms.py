"""The form of a new integration."""

from datetime import date, timedelta
from typing import Unpack

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from peer_review.api.domain import longest
from peer_review.api.enums import Scope
from peer_review.forms.fields import FormData, FormOptions

USUAL = timedelta(days=90)


class IntegrationForm(forms.Form):
    """The name of an integration, what its token may read, and its last day."""

    name = forms.CharField(
        label=gettext_lazy("Name of the system"),
        max_length=50,
        help_text=gettext_lazy("So that you know in a year what this was for."),
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may read"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    last_day = forms.DateField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("After that make a new one."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}),
    )

    def __init__(self, data: FormData = None, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        self.fields["last_day"].initial = timezone.localdate() + min(USUAL, longest())

    def clean_last_day(self) -> date:
        day: date = self.cleaned_data["last_day"]
        today = timezone.localdate()
        if day < today:
            raise forms.ValidationError(_("That day is over."))
        if day > today + longest():
            raise forms.ValidationError(_("That is more than %(days)s days away.") % {"days": longest().days})
        return day
