"""The field in which a browser sends what a passkey answered."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError


class CredentialField(forms.JSONField):
    """JSON of a passkey. Text that nests deeper than Python reads is no JSON of any."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:  # Django's own signature
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": ""}) from error

    def has_changed(self, initial: object, data: object) -> bool:
        try:
            return bool(super().has_changed(initial, data))
        except RecursionError:
            return True

    def bound_data(self, data: object, initial: object) -> object:
        try:
            return super().bound_data(data, initial)
        except RecursionError:
            return ""
