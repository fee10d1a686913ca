"""The form of a reminder: the organiser's own words, or none."""

import pytest

from peer_review.forms.announcements import ReminderForm


@pytest.mark.parametrize(
    ("text", "kept"), [("", ""), ("   ", ""), (" Please vote. ", "Please vote."), ("字" * 500,) * 2]
)
def test_words_are_optional_and_trimmed(text: str, kept: str) -> None:
    form = ReminderForm({"text": text})

    assert form.is_valid()
    assert form.cleaned_data == {"text": kept}


def test_a_reminder_without_the_field_has_no_words() -> None:
    form = ReminderForm({})

    assert form.is_valid()
    assert form.cleaned_data == {"text": ""}


@pytest.mark.parametrize("text", ["字" * 501, "a\x00b"])
def test_too_many_words_and_what_no_database_keeps_are_refused_and_stay(text: str) -> None:
    form = ReminderForm({"text": text})

    assert set(form.errors) == {"text"}
    assert form["text"].value() == text


def test_words_are_shown_as_words_when_the_form_comes_back() -> None:
    html = str(ReminderForm({"text": "</textarea><script>" + "x" * 500})["text"])

    assert "<script>" not in html
    assert "&lt;script&gt;" in html
