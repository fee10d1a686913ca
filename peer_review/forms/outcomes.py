"""Forms about outcomes: deciding grades, starting a public notice, contesting and answering."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Unpack

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from peer_review.domain.outcomes.appeals import WORDS
from peer_review.domain.outcomes.decisions import REASON_LENGTH, Choice
from peer_review.domain.outcomes.proposals import RoundProposal, needs_reason
from peer_review.forms.fields import FormData, FormOptions, PersonField, WordsField, set_choices, set_queryset
from peer_review.models import Decision, PublicNotice
from peer_review.roles import users_with_role
from peer_review.users import User

#: What a select sends for "not graded"; nothing at all is "not decided now".
NOT_GRADED = "none"


@dataclass(frozen=True, slots=True)
class Decidable:
    """One subject of the form: what is offered, and what stands."""

    key: int
    name: str
    decision: Decision | None


class DecisionsForm(forms.Form):
    """A grade and a reason for each of several subjects; those left open are not decided.

    Begins with what stands, else with what is proposed, so that what is clear is one click and what is tied is none.
    """

    def __init__(
        self,
        data: FormData = None,
        *,
        rows: Sequence[Decidable],
        proposal: RoundProposal,
        grades: Mapping[str, str],
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.rows, self.proposal = rows, proposal
        open_choice = ("", _("decide later"))
        for row in rows:
            scored = row.key in proposal.scored
            offered = list(grades.items()) if scored else [(NOT_GRADED, _("Not graded"))]
            stands = row.decision
            self.fields[f"grade-{row.key}"] = forms.ChoiceField(
                label=_("Decision on %(name)s") % {"name": row.name},
                choices=[open_choice, *offered],
                required=False,
                initial=(stands.grade or NOT_GRADED) if stands else proposal.grades[row.key],
                widget=forms.Select(attrs={"class": "form-select"}),
            )
            self.fields[f"reason-{row.key}"] = WordsField(
                label=_("Reason for %(name)s") % {"name": row.name},
                required=False,
                max_length=REASON_LENGTH,
                initial=stands.reason if stands else "",
                widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
            )
            self.fields[f"seen-{row.key}"] = forms.IntegerField(
                required=False, initial=stands.number if stands else 0, widget=forms.HiddenInput
            )

    def clean(self) -> dict[str, object]:
        data = self.cleaned_data
        for choice in self.choices():
            if not choice.reason and needs_reason(self.proposal, choice.subject, choice.grade):
                self.add_error(f"reason-{choice.subject}", _("Give the reason: no proposal is followed here."))
        return data

    def choices(self) -> list[Choice]:
        """Return the decisions that were filled in."""
        data, choices = self.cleaned_data, []
        for row in self.rows:
            if grade := data.get(f"grade-{row.key}"):
                reason = data.get(f"reason-{row.key}") or ""
                choices.append(
                    Choice(
                        row.key,
                        "" if grade == NOT_GRADED else grade,
                        reason.strip(),
                        seen=data.get(f"seen-{row.key}") or 0,
                    )
                )
        return choices


class PublicNoticeForm(forms.Form):
    """The inspector to whom objections go, and how to reach them."""

    contact = PersonField(
        label=gettext_lazy("Objections go to"),
        queryset=PublicNotice.objects.none(),
        help_text=gettext_lazy("An inspector. Their name stands on the notice."),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    contact_words = forms.CharField(
        label=gettext_lazy("How to reach them"),
        max_length=200,
        help_text=gettext_lazy("Room, telephone, mail box: what somebody needs who wants to object."),
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )

    def __init__(self, data: FormData = None, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        set_queryset(self, "contact", users_with_role("inspector"))


class GroundsForm(forms.Form):
    """The grounds of a review or an appeal."""

    grounds = WordsField(
        label=gettext_lazy("What do you not agree with, and why?"),
        max_length=WORDS,
        help_text=gettext_lazy(
            "Name facts and dates. Read by you, by whoever decides and by the inspectors; by nobody else. "
            "Nobody can be asked, or told, who voted how."
        ),
        widget=forms.Textarea(attrs={"rows": 7, "class": "form-control"}),
    )


class AnswerForm(forms.Form):
    """The answer in writing, and whether the outcome becomes better."""

    grade = forms.ChoiceField(label=gettext_lazy("The outcome"), choices=(), required=False, widget=forms.RadioSelect)
    answer = WordsField(
        label=gettext_lazy("The answer"),
        max_length=WORDS,
        help_text=gettext_lazy("What you looked at, what you found, and why. The person reads it."),
        widget=forms.Textarea(attrs={"rows": 9, "class": "form-control"}),
    )

    def __init__(
        self,
        data: FormData = None,
        *,
        better: Iterable[tuple[str, str]],
        stands: str,
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        stays = ("", _("It stays: %(grade)s") % {"grade": stands})
        raised = [(key, _("It becomes better: %(grade)s") % {"grade": label}) for key, label in better]
        set_choices(self, "grade", [stays, *raised])


class ReassignForm(forms.Form):
    """The user who becomes responsible for a stage."""

    to = forms.ChoiceField(
        label=gettext_lazy("Responsible from now on"), widget=forms.Select(attrs={"class": "form-select"})
    )

    def __init__(self, data: FormData = None, *, people: Sequence[User], **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        self.people = {str(person.pk): person for person in people}
        set_choices(self, "to", [(key, person.get_full_name()) for key, person in self.people.items()])

    def clean_to(self) -> User:
        return self.people[self.cleaned_data["to"]]


class ExtensionForm(forms.Form):
    """The reason for extending an appeal."""

    reason = forms.CharField(
        label=gettext_lazy("Reason for the longer time"),
        max_length=500,
        help_text=gettext_lazy("The person reads it."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )
