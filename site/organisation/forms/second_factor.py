"""Show a second factor, enrol one."""

from typing import Any

from allauth.mfa.totp.internal.auth import generate_totp_secret
from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from organisation.forms.accounts import BootstrapMixin
from organisation.forms.credential_field import CredentialField
from organisation.forms.fields import AccountField

SALT = "organisation.second_factor"
SECRET_AGE = 3600


class CodeForm(BootstrapMixin, forms.Form):
    """A code of the app, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        help_text=_("Of your authenticator app, or a recovery code."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


class CredentialForm(forms.Form):
    """What a passkey answered; the page's script fills it in."""

    credential = CredentialField()

    def clean_credential(self) -> dict[str, object]:
        """Refuse what is no object."""
        value = self.cleaned_data["credential"]
        if not isinstance(value, dict):
            raise forms.ValidationError(_("This code or key does not match."))
        return value


class EnrolmentMixin(BootstrapMixin, forms.Form):
    """Asks for the password with the first factor, and for the code that somebody shows, where one is needed."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    enrolment_code = forms.CharField(
        label=_("Enrolment code"),
        max_length=20,
        help_text=_("An administrator or inspector shows it to you, face to face."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, needs_password: bool, needs_witness: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_password:
            del self.fields["password"]
        if not needs_witness:
            del self.fields["enrolment_code"]


class SeenForm(BootstrapMixin, forms.Form):
    """The code that somebody shows, for a factor that was there before."""

    enrolment_code = forms.CharField(
        label=_("Enrolment code"),
        max_length=20,
        help_text=_("An administrator or inspector shows it to you, face to face."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "autofocus": True}),
    )


class AppForm(EnrolmentMixin):
    """A fresh secret, and the code that the app shows for it."""

    secret = forms.CharField(widget=forms.HiddenInput, max_length=300)
    code = forms.CharField(
        label=_("Code that the app shows"),
        max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial["secret"] = signing.dumps(generate_totp_secret(), salt=SALT)

    @property
    def plain_secret(self) -> str:
        """The secret to show; empty if it is none of ours or too old."""
        signed = self.data.get("secret", "") if self.is_bound else self.initial["secret"]
        try:
            return str(signing.loads(signed, salt=SALT, max_age=SECRET_AGE))
        except signing.BadSignature:
            return ""

    def clean_secret(self) -> str:
        """Return the secret."""
        if not self.plain_secret:
            raise forms.ValidationError(_("This page is too old. Begin again."))
        return self.plain_secret

    def clean_code(self) -> str:
        """Return the code without the gap that apps show."""
        return "".join(self.cleaned_data["code"].split())


class PasskeyForm(EnrolmentMixin):
    """A name for a passkey, and what it answered."""

    name = forms.CharField(label=_("Name of the key"), max_length=60, help_text=_("By which you know it again."))
    credential = CredentialField()


class WitnessForm(BootstrapMixin, forms.Form):
    """Who sits before you."""

    account = AccountField(label=_("Person"), help_text=_("User name or employee number."))
