"""Form fields that several features use: people, moments, words."""

from collections.abc import Iterable, Mapping, MutableMapping
from typing import TYPE_CHECKING, TypeAlias, TypedDict

from django import forms
from django.utils.translation import gettext_lazy as _

from peer_review.users import User

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.db.models import Model, QuerySet
    from django.utils.datastructures import MultiValueDict
    from django.utils.functional import _StrOrPromise

#: What was posted to a form; None for a form that nobody has filled in.
FormData: TypeAlias = Mapping[str, object] | None


class FormOptions(TypedDict, total=False):
    """What every form of the plugin takes by name, besides the posted data and what it asks for itself."""

    files: "MultiValueDict[str, UploadedFile] | None"
    initial: MutableMapping[str, object] | None
    prefix: str | None


def set_choices(form: forms.BaseForm, name: str, choices: "Iterable[tuple[str, _StrOrPromise]]") -> None:
    """Set what a select or a group of radio buttons offers."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


def set_queryset(form: forms.BaseForm, name: str, queryset: "QuerySet[Model]") -> None:
    """Set the rows from which a field chooses."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = queryset


class PeopleField(forms.ModelMultipleChoiceField):
    """Several people, by their full names."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: User) -> str:
        return obj.get_full_name()


class PersonField(forms.ModelChoiceField):
    """One person, by their full name."""

    def label_from_instance(self, obj: User) -> str:
        return obj.get_full_name()


def moment(label: "_StrOrPromise", help_text: "_StrOrPromise" = "") -> forms.DateTimeField:
    """Return a field for a day and time that browsers offer a picker for, in the site's time zone."""
    return forms.DateTimeField(
        label=label,
        help_text=help_text,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "class": "form-control"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"],
    )


def reach_field(label: "_StrOrPromise") -> forms.TypedChoiceField:
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

    def to_python(self, value: object) -> str | None:
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)
