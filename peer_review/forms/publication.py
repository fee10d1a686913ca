"""Forms about words: withholding a comment, and what people who are evaluated say of themselves."""

from collections.abc import Mapping, Sequence
from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from peer_review.domain.publication.comments import REASON_LENGTH
from peer_review.forms.fields import FormData, FormOptions, WordsField
from peer_review.models import Round, SelfEvaluation


class CommentForm(forms.Form):
    """The comment that is meant."""

    entry = forms.CharField(max_length=64, widget=forms.HiddenInput)


class WithholdForm(CommentForm):
    """The comment that is withheld, and the reason."""

    reason = forms.CharField(label=_("Reason"), max_length=REASON_LENGTH)


class SelfEvaluationForm(forms.Form):
    """One answer a criterion, and words. `choices` gives each criterion's answers in words, none for points.

    There is no 不了解: people know themselves.
    """

    def __init__(
        self,
        data: FormData = None,
        *,
        round: Round,
        choices: Mapping[str, Sequence[tuple[int, str]]],
        kept: SelfEvaluation | None = None,
        **options: Unpack[FormOptions],
    ) -> None:
        if kept is not None:
            given = {self.name_of(key): value for key, value in kept.answers.items()}
            options["initial"] = {**given, "text": kept.text}
        super().__init__(data, **options)
        self.round = round
        scheme = round.frozen_scheme
        low, high = scheme.min, scheme.max
        self.criteria = scheme.criterion_keys
        for criterion in scheme.criteria:
            name, label, description = self.name_of(criterion.key), criterion.label, criterion.description
            if choices[criterion.key]:
                self.fields[name] = forms.TypedChoiceField(
                    label=label,
                    help_text=description,
                    choices=choices[criterion.key],
                    coerce=int,
                    widget=forms.RadioSelect,
                )
            else:
                self.fields[name] = forms.IntegerField(
                    label=label,
                    help_text=description,
                    min_value=low,
                    max_value=high,
                    widget=forms.NumberInput(
                        attrs={"class": "form-control", "inputmode": "numeric", "placeholder": f"{low}–{high}"}
                    ),
                )
        limit = scheme.comment_limit
        self.fields["text"] = WordsField(
            label=_("In my own words"),
            help_text=ngettext_lazy("At most %(n)s character.", "At most %(n)s characters.", limit) % {"n": limit},
            required=False,
            max_length=limit,
            widget=forms.Textarea(attrs={"rows": 5, "class": "form-control"}),
        )

    @staticmethod
    def name_of(criterion: str) -> str:
        """Return the field's name of a criterion: one may be called "text"."""
        return f"c-{criterion}"

    def answers(self) -> dict[str, int]:
        """Return {criterion: answer}."""
        return {key: self.cleaned_data[self.name_of(key)] for key in self.criteria}
