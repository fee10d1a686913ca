"""Forms validate input and decide nothing."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from forum_pages.conf import conf
from forum_pages.enums import Reaction
from forum_pages.models import BoardPage, TopicComment
from forum_pages.text import clean_source, clean_title, has_visible_text


class SourceField(forms.CharField):
    """A Markdown text, normalised. What is too long comes back whole, with the numbers in the message."""

    widget = forms.Textarea

    def __init__(self, *, limit: str, rows: int, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)
        self.limit = limit
        self.widget.attrs.update({"rows": rows, "class": "form-control fp-source", "dir": "auto"})

    def to_python(self, value: Any) -> str:
        return clean_source(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        super().validate(value)
        if not has_visible_text(value):
            raise ValidationError(_("There is nothing to read in this text."), code="empty")
        most = getattr(conf, self.limit)
        if len(value) > most:
            raise ValidationError(
                _(
                    "The text has %(length)s characters; at most %(most)s fit. It is kept below: "
                    "shorten it or split it."
                ),
                code="too_long",
                params={"length": len(value), "most": most},
            )


class TitleField(forms.CharField):
    """A title in one line, without invisible or reordering characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.update({"class": "form-control", "dir": "auto", "autocomplete": "off"})

    def to_python(self, value: Any) -> str:
        return clean_title(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        super().validate(value)
        if not has_visible_text(value):
            raise ValidationError(_("The title is empty."), code="empty")
        if len(value) > conf.TITLE_MAX:
            raise ValidationError(
                _("The title has %(length)s characters; at most %(most)s fit."),
                code="too_long",
                params={"length": len(value), "most": conf.TITLE_MAX},
            )


class ReasonField(forms.CharField):
    """A short reason, kept and shown."""

    def __init__(self, *, most: int = 300, **kwargs: Any) -> None:
        super().__init__(max_length=most, **kwargs)
        self.widget.attrs.update({"class": "form-control", "dir": "auto"})

    def to_python(self, value: Any) -> str:
        return clean_title(super().to_python(value) or "")


class SubmissionForm(forms.Form):
    """A form that knows when it is sent twice."""

    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class TopicForm(SubmissionForm):
    """A new topic."""

    title = TitleField(label=_("Title"))
    source = SourceField(label=pgettext_lazy("forum", "Text"), limit="TOPIC_MAX", rows=12)


class TopicEditForm(forms.Form):
    """Another version of a topic."""

    title = TitleField(label=_("Title"))
    source = SourceField(label=pgettext_lazy("forum", "Text"), limit="TOPIC_MAX", rows=12)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class CommentForm(SubmissionForm):
    """A new comment. Several may stand on one page: `parent` keeps their ids apart."""

    def __init__(self, *args: Any, parent: TopicComment | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if parent is not None:
            self.auto_id = f"answer-{parent.pk}-%s"

    source = SourceField(label=_("Your comment"), limit="COMMENT_MAX", rows=5)


class CommentEditForm(forms.Form):
    """Another version of a comment."""

    def __init__(self, *args: Any, comment: TopicComment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"edit-{comment.pk}-%s"

    source = SourceField(label=_("Your comment"), limit="COMMENT_MAX", rows=6)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class ReasonForm(forms.Form):
    """Why something is taken down."""

    reason = ReasonField(label=_("Reason"), help_text=_("Shown in place of the text."))


class ReportForm(forms.Form):
    """What the moderators should look at."""

    reason = ReasonField(
        label=_("What is wrong with it?"),
        most=500,
        help_text=_("The moderators of this board see your name and this sentence; the author does not."),
    )


class DecisionForm(forms.Form):
    """A moderator's answer to something in the queue."""

    decision = forms.ChoiceField(choices=[("approve", ""), ("refuse", ""), ("uphold", ""), ("dismiss", "")])
    reason = ReasonField(label=_("Reason"), required=False)


class ReactionForm(forms.Form):
    """Agree or disagree."""

    reaction = forms.ChoiceField(choices=Reaction.choices)


class TopicModerateForm(forms.Form):
    """One act on a topic."""

    ACTS = (
        ("pin", _("Pin")),
        ("unpin", _("Unpin")),
        ("lock", _("Lock")),
        ("unlock", pgettext_lazy("forum", "Unlock")),
        ("hide", _("Hide")),
        ("show", _("Show again")),
        ("move", _("Move")),
    )
    act = forms.ChoiceField(choices=ACTS)
    reason = ReasonField(label=_("Reason"), required=False)
    board = forms.ModelChoiceField(label=_("Board"), queryset=BoardPage.objects.none(), required=False)

    def __init__(self, *args: Any, boards: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["board"].queryset = boards  # type: ignore[attr-defined]
        self.fields["board"].widget.attrs.update({"class": "form-select"})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("act") == "move" and not cleaned.get("board") and "board" not in self.errors:
            self.add_error("board", _("Choose the board it moves to."))
        return cleaned


class SearchForm(forms.Form):
    """What to look for."""

    KINDS = (("topics", _("Topics")), ("comments", _("Comments")))
    q = forms.CharField(label=_("Search the forum"), max_length=100, required=False)
    kind = forms.ChoiceField(choices=KINDS, required=False)
    below = forms.IntegerField(required=False, min_value=1, max_value=2**53)

    def clean_q(self) -> str:
        return clean_title(self.cleaned_data["q"])
