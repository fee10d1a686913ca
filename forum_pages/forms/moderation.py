"""Forms of moderation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from forum_pages.forms.fields import ReasonField
from forum_pages.models import BoardPage


class ReportForm(forms.Form):
    """A report of a post to the moderators."""

    reason = ReasonField(
        label=_("What is wrong with it?"),
        max_length=500,
        help_text=_("The moderators of this board see your name and this sentence; the author does not."),
    )


class DecisionForm(forms.Form):
    """A decision on a post or a report in the queue."""

    decision = forms.ChoiceField(choices=[("approve", ""), ("refuse", ""), ("uphold", ""), ("dismiss", "")])
    reason = ReasonField(label=_("Reason"), required=False)


class TopicModerateForm(forms.Form):
    """One action on a topic."""

    ACTIONS = (
        ("pin", _("Pin")),
        ("unpin", _("Unpin")),
        ("lock", _("Lock")),
        ("unlock", pgettext_lazy("forum", "Unlock")),
        ("hide", _("Hide")),
        ("show", _("Show again")),
        ("move", _("Move")),
    )
    act = forms.ChoiceField(choices=ACTIONS)
    reason = ReasonField(label=_("Reason"), required=False)
    board = forms.ModelChoiceField(label=_("Board"), queryset=BoardPage.objects.none(), required=False)

    def __init__(self, *args: Any, boards: QuerySet[BoardPage], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["board"].queryset = boards  # type: ignore[attr-defined]
        self.fields["board"].widget.attrs.update({"class": "form-select"})

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if cleaned.get("act") == "move" and not cleaned.get("board") and "board" not in self.errors:
            self.add_error("board", _("Choose the board it moves to."))
        return cleaned
