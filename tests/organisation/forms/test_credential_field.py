"""What a passkey sends is JSON, and whatever else is sent is refused in words."""

import pytest
from django import forms

from organisation.forms.credential_field import CredentialField


class PasskeyForm(forms.Form):
    credential = CredentialField()


def test_an_object_is_read() -> None:
    form = PasskeyForm({"credential": '{"id": "x"}'})
    assert form.is_valid()
    assert form.cleaned_data["credential"] == {"id": "x"}


@pytest.mark.parametrize("sent", ["", "{", "[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 50_000])
def test_what_is_no_json_is_an_error_of_the_field_and_shown_again(sent: str) -> None:
    form = PasskeyForm({"credential": sent})
    assert not form.is_valid()
    assert "credential" in form.errors
    assert form.has_changed() is bool(sent)
    assert 'name="credential"' in str(form["credential"])
