"""Upload a file with staff records."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from organisation.forms import imports
from organisation.forms.imports import ImportForm


def form(size: int) -> ImportForm:
    return ImportForm({}, {"file": SimpleUploadedFile("staff.csv", b"x" * size)})


def test_file_up_to_the_limit_is_taken_even_an_empty_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "MAX_UPLOAD", 3)

    assert [form(size).is_valid() for size in (0, 3, 4)] == [True, True, False]
    assert form(3).errors == {}


def test_list_is_not_complete_unless_somebody_says_so() -> None:
    upload = form(1)

    assert upload.is_valid()
    assert upload.cleaned_data["is_complete"] is False
    assert not ImportForm({}, {}).is_valid()
