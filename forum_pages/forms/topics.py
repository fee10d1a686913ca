"""Forms of topics."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from forum_pages.forms.fields import SourceField, TitleField
from forum_pages.forms.shared import SubmissionForm


class TopicForm(SubmissionForm):
    """A new topic."""

    title = TitleField(label=_("Title"))
    source = SourceField(label=pgettext_lazy("forum", "Text"), limit="TOPIC_MAX", rows=12)


class TopicEditForm(forms.Form):
    """A new version of a topic. `seen` is the number of versions that its author has seen."""

    title = TitleField(label=_("Title"))
    source = SourceField(label=pgettext_lazy("forum", "Text"), limit="TOPIC_MAX", rows=12)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
