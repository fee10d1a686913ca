"""Forms of comments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from forum_pages.enums import Reaction
from forum_pages.forms.fields import SourceField
from forum_pages.forms.shared import SubmissionForm
from forum_pages.models import TopicComment


class CommentForm(SubmissionForm):
    """A new comment. A page may show several of these forms: `parent` keeps their ids apart."""

    def __init__(self, *args: Any, parent: TopicComment | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if parent is not None:
            self.auto_id = f"answer-{parent.pk}-%s"

    source = SourceField(label=_("Your comment"), limit="COMMENT_MAX", rows=5)


class CommentEditForm(forms.Form):
    """A new version of a comment. `seen` is the number of versions that its author has seen."""

    def __init__(self, *args: Any, comment: TopicComment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"edit-{comment.pk}-%s"

    source = SourceField(label=_("Your comment"), limit="COMMENT_MAX", rows=6)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class ReactionForm(forms.Form):
    """A reaction to a post."""

    reaction = forms.ChoiceField(choices=Reaction.choices)
