"""The crosstab, a table that leaders and heads of sections compose. Every cell is a query to the ledger."""

from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy, pgettext
from django.views.generic import TemplateView

from peer_review.domain.ledger.crosstabs import CrosstabOptions, CrosstabSelection, cross_table, crosstab_options
from peer_review.domain.ledger.ledger import audience_of
from peer_review.enums import Channel, CrossRows
from peer_review.forms.fields import FormData, FormOptions, set_choices
from peer_review.rules.roles import has_perm
from peer_review.users import User
from peer_review.views.ledger.published import PublishedMixin


class CrossForm(forms.Form):
    """The form that composes a crosstab: its rows and filters. It offers only what the reader may compose."""

    rows = forms.ChoiceField(label=gettext_lazy("Rows"), choices=CrossRows)
    section = forms.ChoiceField(label=gettext_lazy("Section"), required=False)
    rank = forms.ChoiceField(label=gettext_lazy("Rank"), required=False)
    voter_class = forms.ChoiceField(label=gettext_lazy("Voter class"), required=False)

    def __init__(self, data: FormData = None, *, offered: CrosstabOptions, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        every = [("", pgettext("no filter", "All"))]
        set_choices(self, "rows", [choice for choice in CrossRows.choices if offered.of(choice[0])])
        set_choices(self, "section", [*(every if offered.whole else []), *offered.sections.items()])
        set_choices(self, "rank", [*every, *offered.ranks.items()])
        set_choices(self, "voter_class", [*every, *offered.classes.items()])
        for name, field in self.fields.items():
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
    """The page of a crosstab. A cell stays empty where it would, with all that was ever shown, tell of too few."""

    template_name = "peer_review/ledger/crosstab.html"
    permission = "peer_review.compose_crosstab"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
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
