"""Sign in, set a first password, change it."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.utils.translation import gettext_lazy as _

from organisation.domain.sign_ins import record_attack
from organisation.models import User
from organisation.sign_in_log import Outcome, Shown, note
from organisation.throttle import Throttle


class BootstrapMixin:
    """Give the fields the classes of the front pages."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"


class SignInForm(BootstrapMixin, AuthenticationForm):
    """User name and password."""

    error_messages = {
        "invalid_login": _("User name and password do not match. Mind upper and lower case in the password."),
        "inactive": _("This account is closed."),
        "throttled": _("Too many attempts. Wait %(seconds)d seconds, then try again; nothing is locked."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Seconds until the next attempt is looked at.
        self.wait = 0

    def clean(self) -> dict[str, object]:
        """Look at the password, unless too many wrong ones came before.

        Raises: ValidationError
        """
        username = self.cleaned_data.get("username")
        if self.request is None or not username or not self.cleaned_data.get("password"):
            return super().clean()
        throttle = Throttle(self.request, username)
        self.wait = throttle.wait()
        if self.wait:
            note(Shown.PASSWORD, Outcome.DELAYED)
            raise forms.ValidationError(
                self.error_messages["throttled"], code="throttled", params={"seconds": self.wait}
            )
        try:
            cleaned: dict[str, object] = super().clean()
        except forms.ValidationError:
            note(Shown.PASSWORD, Outcome.WRONG)
            if throttle.failed():
                record_attack(username=username)
            raise
        note(Shown.PASSWORD, Outcome.RIGHT)
        throttle.succeeded()
        return cleaned


class NewPasswordForm(BootstrapMixin, SetPasswordForm):
    """A first password."""


class ChangePasswordForm(BootstrapMixin, PasswordChangeForm):
    """A new password in place of the old one."""


class AddressForm(BootstrapMixin, forms.ModelForm):
    """One's own mail address, with the password once more."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("Whoever finds your computer open cannot change the address without it."),
    )

    class Meta:
        model = User
        fields = ["email"]
        labels = {"email": _("Mail address")}
