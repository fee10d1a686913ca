"""The form by which published figures are withdrawn: it validates input and decides nothing."""

from collections.abc import Mapping
from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from peer_review.forms.fields import FormData, FormOptions, WordsField, set_choices

#: The reason stands in the audit log and on the ledger's page: a sentence or two, no report.
REASON_LENGTH = 300


class WithdrawalForm(forms.Form):
    """The criterion that is withdrawn, why, and that it is for good. Without criteria it is about one subject."""

    criterion = forms.ChoiceField(label=_("Criterion"), choices=(), widget=forms.Select(attrs={"class": "form-select"}))
    reason = WordsField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        help_text=_("It goes on record. Inspectors read it in the ledger."),
    )
    confirmed = forms.BooleanField(label=_("I know that these figures cannot be published again."))

    def __init__(
        self, data: FormData = None, *, criteria: Mapping[str, str] | None, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
        if criteria is None:
            del self.fields["criterion"]
        else:
            set_choices(self, "criterion", [("", _("Choose a criterion")), *criteria.items()])
