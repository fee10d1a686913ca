"""Sign in, set a first password, change it."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.utils.translation import gettext_lazy as _

from organisation.models import User


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
    }


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
