"""Forms of schemes in Wagtail's admin: the whole is judged once its parts are sound."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from peer_review.domain.schemes.import_export import MAX_BYTES
from peer_review.forms.schemes import SchemeCopyForm, SchemeFileForm, SchemeForm
from peer_review.models import Scheme
from peer_review.wagtail_hooks import SchemeViewSet
from tests.factories.peer_review.rounds import SchemeFactory, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
CRITERIA = [
    {"key": "care", "label": "Care", "weight": "60", "anchors": ""},
    {"key": "wit", "label": "Wit", "weight": "40", "anchors": ""},
]


def form(scheme: Scheme | None = None, **changes: Any) -> SchemeForm:
    values: dict[str, Any] = {
        "name": "Autumn",
        "scale": "points",
        "floor": "5",
        "grade_set": "officials",
        "bands-0": "90",
        "bands-1": "70",
        "bands-2": "60",
        "paper": "subject",
        "comment_limit": "300",
        "min_return": "0",
        "excellent_quota": "20",
        "criteria": CRITERIA,
        "voter_classes": [{"key": "all", "label": "All", "weight": "100"}],
        **changes,
    }
    for name in ("criteria", "voter_classes"):
        values[name] = inline_formset(values[name])
    form_class = SchemeViewSet.edit_handler.bind_to_model(Scheme).get_form_class()
    assert issubclass(form_class, SchemeForm)
    return form_class({**nested_form_data(values), "visibility": ["subject"]}, instance=scheme, for_user=make_user())


def test_scheme_form_accepts_a_sound_scheme() -> None:
    filled = form()

    assert filled.is_valid(), filled.errors


def test_scheme_form_says_what_is_wrong_with_the_whole() -> None:
    filled = form(criteria=[{**CRITERIA[0], "weight": "50"}], **{"bands-0": "50"})

    assert filled.non_field_errors() == [
        "The weights of the criteria add up to 50, not 100.",
        "The grades need three lowest points between 100 and 1, each under the one before.",
    ]


def test_scheme_form_judges_no_whole_of_faulty_parts() -> None:
    filled = form(criteria=[{**CRITERIA[0], "weight": "many"}])

    assert not filled.is_valid()
    assert filled.non_field_errors() == []
    assert list(filled.formsets["criteria"].errors[0]) == ["weight"]


def test_scheme_form_does_not_count_rows_that_are_deleted() -> None:
    gone = {"key": "x", "label": "X", "weight": "100", "anchors": "", "DELETE": "on"}

    assert form(criteria=[*CRITERIA, gone]).is_valid()


def test_scheme_form_refuses_the_name_of_another_scheme_of_this_version() -> None:
    SchemeFactory(name="Autumn")

    assert form().errors["name"] == ["There is a scheme of this name. Choose another, or make a new version of it."]
    assert form(name="Winter").is_valid()


def test_scheme_copy_form_wants_a_name() -> None:
    assert list(SchemeCopyForm({"name": " "}).errors) == ["name"]
    assert SchemeCopyForm({"name": "Another"}).is_valid()


@pytest.mark.parametrize(("size", "valid"), [(1, True), (MAX_BYTES, True), (MAX_BYTES + 1, False), (0, False)])
def test_scheme_file_form_takes_no_file_larger_than_any_scheme(size: int, valid: bool) -> None:
    filled = SchemeFileForm({}, {"file": SimpleUploadedFile("a.json", b" " * size)})

    assert filled.is_valid() is valid
    assert list(SchemeFileForm({}, {}).errors) == ["file"]
