"""Fields that several forms have."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisation.models import User


class AccountField(forms.CharField):
    """An account by user name or employee number: a list would hold the whole organisation."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"}), **kwargs)

    def clean(self, value: object) -> User | None:
        """Return the account. Raises: ValidationError if there is none of this name."""
        text = super().clean(value)
        if not text:
            return None
        user = User.objects.filter(Q(username=text) | Q(staff__employee_number=text)).order_by("pk").first()
        if user is None:
            raise forms.ValidationError(_("There is no such account."))
        return user
