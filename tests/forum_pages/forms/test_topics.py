"""Forms of topics."""

from __future__ import annotations

from uuid import UUID

from forum_pages.forms.topics import TopicEditForm, TopicForm

SUBMISSION = "5b0f6a0e-0f7b-4d43-9a34-7a1b6c1c2d01"


def test_topic_form_cleans_title_text_and_submission() -> None:
    form = TopicForm({"title": "题\u200b", "source": "文\r\n", "submission": SUBMISSION})
    assert form.is_valid()
    assert form.cleaned_data == {"title": "题", "source": "文", "submission": UUID(SUBMISSION)}


def test_topic_form_needs_all_three() -> None:
    assert set(TopicForm({}).errors) == {"title", "source", "submission"}


def test_topic_edit_form_knows_the_version_its_author_has_seen() -> None:
    assert TopicEditForm({"title": "题", "source": "文", "seen": "3"}).is_valid()
    assert set(TopicEditForm({"title": "题", "source": "文", "seen": "-1"}).errors) == {"seen"}
