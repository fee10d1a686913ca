"""The form of the search page."""

from django import forms
from django.utils.translation import gettext_lazy as _

from search.sources import SOURCES


class SearchForm(forms.Form):
    """A query of any length; anything unreadable among the filters is left out."""

    q = forms.CharField(label=_("Search for"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind of results"),
        required=False,
        choices=lambda: [("", _("Everything")), *((kind, source.label) for kind, source in SOURCES.items())],
    )

    def clean_q(self) -> str:
        """Drop what no database takes."""
        return str(self.cleaned_data["q"]).replace("\x00", "").strip()
