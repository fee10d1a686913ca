"""Forms that several features use."""

from __future__ import annotations

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from forum_pages.forms.fields import ReasonField


class SubmissionForm(forms.Form):
    """A form with a number of its own, by which sending it twice is recognised."""

    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class ReasonForm(forms.Form):
    """The reason why a post is taken down."""

    reason = ReasonField(label=_("Reason"), help_text=_("Shown in place of the text."))
