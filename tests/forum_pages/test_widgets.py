"""Form widgets for the admin."""

from __future__ import annotations

import pytest
from django.utils.datastructures import MultiValueDict

from forum_pages.widgets import PersonInput
from organisation.models import User

pytestmark = pytest.mark.django_db


def test_person_input_shows_the_user_name(reader: User) -> None:
    shown = [PersonInput().format_value(value) for value in (reader.pk, str(reader.pk), 404, "nobody", None, "")]
    assert shown == ["li", "li", "404", "nobody", None, None]


def test_person_input_reads_the_user_name(reader: User) -> None:
    read = [
        PersonInput().value_from_datadict({"user": typed}, MultiValueDict(), "user")
        for typed in (" li ", "nobody", " ")
    ]
    assert read == [reader.pk, "nobody", None]
    assert PersonInput().value_from_datadict({}, MultiValueDict(), "user") is None
