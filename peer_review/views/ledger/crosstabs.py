"""A table that leaders, and heads for their section, compose themselves. Every cell is a question to the ledger."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext
from django.views.generic import TemplateView

from peer_review.domain.ledger.crosstabs import CrosstabOptions, CrosstabSelection, cross_table, crosstab_options
from peer_review.domain.ledger.ledger import audience_of
from peer_review.enums import Channel, CrossRows
from peer_review.rules.roles import has_perm
from peer_review.users import User
from peer_review.views.ledger.published import PublishedMixin


class CrossForm(forms.Form):
    """Rows and filters of a table. Offers only what the reader may compose."""

    rows = forms.ChoiceField(label=gettext_lazy("Rows"), choices=CrossRows)
    section = forms.ChoiceField(label=gettext_lazy("Section"), required=False)
    rank = forms.ChoiceField(label=gettext_lazy("Rank"), required=False)
    voter_class = forms.ChoiceField(label=gettext_lazy("Voter class"), required=False)

    def __init__(self, *args: Any, offered: CrosstabOptions, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = [("", pgettext("no filter", "All"))]
        fields: dict[str, Any] = self.fields
        fields["rows"].choices = [one for one in CrossRows.choices if offered.of(one[0])]
        fields["section"].choices = [*(every if offered.whole else []), *offered.sections.items()]
        fields["rank"].choices = [*every, *offered.ranks.items()]
        fields["voter_class"].choices = [*every, *offered.classes.items()]
        for name, field in fields.items():
            field.widget.attrs["class"] = "form-select"
            field.widget.attrs["id"] = f"cross-{name}"

    def cross(self, *, headed: str | None) -> CrosstabSelection:
        """Return the table that was composed. What the rows are is no filter, and a head's section is always one."""
        named = {name: self.cleaned_data[name] or None for name in ("section", "rank", "voter_class")}
        if headed is not None:
            named["section"] = headed
        rows = self.cleaned_data["rows"]
        named["voter_class" if rows == CrossRows.VOTER_CLASS else rows] = None
        return CrosstabSelection(rows, **named)


class CrosstabView(PublishedMixin, TemplateView):
    """Which section, which rank, which voters? As far as nothing that was ever shown helps to tell of too few."""

    template_name = "peer_review/ledger/crosstab.html"
    permission = "peer_review.compose_crosstab"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: User = self.user
        headed = None
        if not has_perm("peer_review.view_all_results", user, self.round):
            headed = self.round.members.sections_headed_by(user).get()
        offered = crosstab_options(self.round, headed=headed)
        asked = "rows" in self.request.GET
        given = self.request.GET.copy()
        if headed is not None:
            given["section"] = headed
        form = CrossForm(given if asked else None, offered=offered, initial={"section": headed or ""})
        rows, filters = None, []
        if asked and form.is_valid():
            cross = form.cross(headed=headed)
            named = (
                (offered.sections, cross.section),
                (offered.ranks, cross.rank),
                (offered.classes, cross.voter_class),
            )
            filters = [names.get(key, key) for names, key in named if key is not None]
            rows = cross_table(
                self.round,
                cross,
                offered,
                channel=Channel.PAGE,
                audience=audience_of(user, self.round, section_key=headed or ""),
            )
        return super().get_context_data(
            form=form,
            rows=rows,
            filters=filters,
            criteria=self.round.frozen_scheme.criteria,
            rows_label=CrossRows(form.cleaned_data["rows"]).label if rows is not None else "",
            missing=sum(value is None for row in rows or () for value, is_asked in row.cells if is_asked),
            floor=self.round.frozen_scheme.floor,
            headed=headed,
            **kwargs,
        )
