"""Forms of comments."""

from __future__ import annotations

import pytest

from forum_pages.forms.comments import CommentEditForm, CommentForm, ReactionForm
from forum_pages.models import TopicComment

SUBMISSION = "5b0f6a0e-0f7b-4d43-9a34-7a1b6c1c2d01"


def test_comment_forms_on_one_page_have_ids_of_their_own() -> None:
    forms = [CommentForm(), CommentForm(parent=TopicComment(pk=7)), CommentEditForm(comment=TopicComment(pk=7))]
    assert [form["source"].id_for_label for form in forms] == ["id_source", "answer-7-source", "edit-7-source"]


def test_comment_form_needs_a_text_and_a_submission() -> None:
    assert CommentForm({"source": "同意", "submission": SUBMISSION}).is_valid()
    assert set(CommentForm({}).errors) == {"source", "submission"}


def test_comment_edit_form_knows_the_version_its_author_has_seen() -> None:
    assert CommentEditForm({"source": "同意", "seen": "0"}, comment=TopicComment(pk=7)).is_valid()
    assert set(CommentEditForm({"source": "同意"}, comment=TopicComment(pk=7)).errors) == {"seen"}


@pytest.mark.parametrize(
    ("reaction", "is_valid"), [("I liked it", True), ("I disliked it", True), ("removal suggestion", False)]
)
def test_reaction_form_takes_the_two_reactions_only(reaction: str, is_valid: bool) -> None:
    assert ReactionForm({"reaction": reaction}).is_valid() is is_valid
