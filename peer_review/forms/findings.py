"""The form in which a finding is raised: it validates input and decides nothing."""

from collections.abc import Mapping
from typing import Unpack

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from peer_review.domain.findings.findings import TEXT_LENGTH
from peer_review.enums import FindingSource
from peer_review.forms.fields import FormData, FormOptions, PersonField, WordsField, set_choices, set_queryset
from peer_review.models import Round, Subject


class FindingForm(forms.Form):
    """A finding: its text, what it is about, and who is to answer by when. `sections` are those the raiser may name."""

    text = WordsField(
        label=_("Finding"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6, "class": "form-control"}),
        help_text=_("In your own words. What repeats a comment word for word is refused."),
    )
    source = forms.ChoiceField(label=_("Raised from"), choices=FindingSource.choices, widget=forms.RadioSelect)
    section = forms.ChoiceField(
        label=_("Section"), required=False, choices=(), widget=forms.Select(attrs={"class": "form-select"})
    )
    criterion = forms.ChoiceField(
        label=_("Criterion"), required=False, choices=(), widget=forms.Select(attrs={"class": "form-select"})
    )
    subject = forms.ModelChoiceField(queryset=Subject.objects.none(), required=False, widget=forms.HiddenInput)
    responsible = PersonField(
        label=_("Responsible"),
        queryset=Round.objects.none(),
        required=False,
        help_text=_("Who is to answer for it; heads of sections on this round's roll."),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    due_date = forms.DateField(
        label=_("Due"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )

    def __init__(
        self, data: FormData = None, *, round: Round, sections: Mapping[str, str], **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        if not round.frozen_scheme.comments:
            set_choices(self, "source", [FindingSource.choices[0]])
        named = [(key, name or key) for key, name in sections.items() if key]
        labels: list[tuple[str, str]] = list(round.frozen_scheme.criterion_labels.items())
        set_choices(self, "section", [*([("", _("All together"))] if "" in sections else []), *named])
        self.fields["section"].required = "" not in sections
        set_choices(self, "criterion", [("", _("The whole score")), *labels])
        set_queryset(self, "subject", round.subjects.filter(section_key__in=sections))
        heads = round.members.filter(is_section_head=True).order_by().values("user")
        people = get_user_model()._default_manager.filter(pk__in=heads, is_active=True)
        set_queryset(self, "responsible", people.order_by(get_user_model().USERNAME_FIELD))
