"""Forms that several features use."""

from __future__ import annotations

from forum_pages.forms.shared import ReasonForm, SubmissionForm


def test_submission_form_has_a_number_of_its_own() -> None:
    first, second = SubmissionForm(), SubmissionForm()
    assert first["submission"].value() != second["submission"].value()
    assert SubmissionForm({"submission": str(first["submission"].value())}).is_valid()
    assert not SubmissionForm({"submission": "x"}).is_valid()


def test_reason_form_needs_a_reason() -> None:
    assert ReasonForm({"reason": "写错了"}).is_valid()
    assert not ReasonForm({"reason": " \u200b"}).is_valid()
