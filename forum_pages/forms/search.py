"""The form of the search."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from forum_pages.text import clean_title


class SearchForm(forms.Form):
    """A query, what kind of post it looks for, and where the page of results begins."""

    KINDS = (("topics", _("Topics")), ("comments", _("Comments")))
    q = forms.CharField(label=_("Search the forum"), max_length=100, required=False)
    kind = forms.ChoiceField(choices=KINDS, required=False)
    below = forms.IntegerField(required=False, min_value=1, max_value=2**53)

    def clean_q(self) -> str:
        return clean_title(self.cleaned_data["q"])
