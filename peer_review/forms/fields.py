"""Form fields that several features use: people, moments, words."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class PeopleField(forms.ModelMultipleChoiceField):
    """Several people, by their full names."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.get_full_name())


class PersonField(forms.ModelChoiceField):
    """One person, by their full name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.get_full_name())


def moment(label: Any, help_text: Any = "") -> forms.DateTimeField:
    """Return a field for a day and time that browsers offer a picker for, in the site's time zone."""
    return forms.DateTimeField(
        label=label,
        help_text=help_text,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "class": "form-control"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"],
    )


def reach_field(label: Any) -> forms.TypedChoiceField:
    """Return a field that says how far the usual pattern reaches: True, False, or None to decide by size."""
    return forms.TypedChoiceField(
        label=label,
        choices=(
            ("", _("everyone in a small house, their own section in a large one")),
            ("1", _("everyone")),
            ("0", _("their own section only")),
        ),
        required=False,
        coerce=lambda value: value == "1",
        empty_value=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )


class WordsField(forms.CharField):
    """Words of several lines; a line break counts as one character, as it does for the browser."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)
