"""Models by name."""

from __future__ import annotations

from django_comments.models import CommentFlag

from forum_pages.models import Topic
from forum_pages.querysets.shared import rows_of


def test_rows_of_is_the_manager_of_the_model() -> None:
    assert rows_of("Topic").model is Topic
    assert rows_of("CommentFlag", app="django_comments").model is CommentFlag
