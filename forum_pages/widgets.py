"""Form widgets for the admin."""

from collections.abc import Mapping

from django import forms
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict


class PersonInput(forms.TextInput):
    """A person by user name: a list to choose from would hold the whole organisation, in every row."""

    def format_value(self, value: object) -> str | None:
        """Return the user name of the person with this id; a name that nobody has stays as it was typed."""
        text = super().format_value(value)
        if not text or not text.isdigit():
            return text
        user_model = get_user_model()
        user = user_model._default_manager.filter(pk=text).first()
        return user.get_username() if user is not None else text

    def value_from_datadict(
        self, data: Mapping[str, object], files: MultiValueDict[str, UploadedFile], name: str
    ) -> int | str | None:
        """Return the id of the person with this user name; a name that nobody has is left for the field to refuse."""
        typed = (super().value_from_datadict(data, files, name) or "").strip()
        if not typed:
            return None
        user_model = get_user_model()
        user = user_model._default_manager.filter(**{user_model.USERNAME_FIELD: typed}).first()
        return user.pk if user is not None else typed
