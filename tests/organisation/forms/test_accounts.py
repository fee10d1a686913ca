"""Sign in, set a first password, change it."""

import pytest

from organisation.forms.accounts import ChangePasswordForm, NewPasswordForm, SignInForm
from tests.factories.organisation import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def test_fields_look_like_those_of_the_front_pages() -> None:
    user = UserFactory()

    for form in (SignInForm(), NewPasswordForm(user), ChangePasswordForm(user)):
        assert {field.widget.attrs["class"] for field in form.fields.values()} == {"form-control"}


def test_wrong_password_is_refused_in_one_sentence(rf: object, in_english: None) -> None:
    user = UserFactory()
    request = rf.post("/accounts/login/")  # type: ignore[attr-defined]

    form = SignInForm(request, {"username": user.username, "password": "wrong"})

    assert form.non_field_errors() == [
        "User name and password do not match. Mind upper and lower case in the password."
    ]
    assert SignInForm(request, {"username": user.username, "password": PASSWORD}).is_valid()


@pytest.mark.parametrize("password", ["short", "1234567890123", "password123"])
def test_weak_password_is_refused(password: str) -> None:
    form = NewPasswordForm(UserFactory(), {"new_password1": password, "new_password2": password})

    assert "new_password2" in form.errors
