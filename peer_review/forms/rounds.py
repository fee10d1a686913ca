"""Forms of rounds: they validate input and decide nothing."""

from datetime import datetime
from typing import Unpack

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from peer_review.domain.voting_period import LEAST_OPEN
from peer_review.enums import Collection, RoundKind
from peer_review.exceptions.rounds import ExtensionInTwoStages, ExtensionWithoutRate
from peer_review.forms.fields import FormData, FormOptions, PeopleField, PersonField, moment, set_choices, set_queryset
from peer_review.models import Round, Scheme
from peer_review.roles import users_with_role
from peer_review.users import User


class RoundForm(forms.Form):
    """The terms of a round, as long as it is a draft. Takes an optional `round` to begin from."""

    title = forms.CharField(label=_("Title"), max_length=120, widget=forms.TextInput(attrs={"class": "form-control"}))
    purpose = forms.CharField(
        label=_("Purpose"),
        required=False,
        help_text=_("What the round is for and what will be done with its results. Evaluators read it first."),
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=(), widget=forms.RadioSelect)
    scheme = forms.ModelChoiceField(
        label=_("Scheme"), queryset=Scheme.objects.none(), widget=forms.Select(attrs={"class": "form-select"})
    )
    opens_at = moment(_("Opens at"))
    closes_at = moment(
        _("Closes at"),
        _("The last moment for casting, at least 24 hours after it begins. The round then closes by itself."),
    )
    collection = forms.ChoiceField(
        label=_("Collection"),
        choices=Collection.choices,
        initial=Collection.ONE_VISIT,
        widget=forms.RadioSelect,
        help_text=_(
            "In one visit, ballots are safe from everyone without the key of the box. In two stages, also from "
            "somebody who holds that key and the server's logs: papers are drawn first and cast days later."
        ),
    )
    casts_at = moment(
        _("Casting begins at"),
        _("In two stages only: until then, for at least 24 hours, papers are drawn, from then on cast."),
    )
    organiser = PersonField(
        label=_("Responsible organiser"),
        queryset=Round.objects.none(),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    scrutineers = PeopleField(
        label=_("Scrutineers"),
        queryset=Round.objects.none(),
        required=False,
        help_text=_("They make the key of the box and open it after closing. One of them holds the key."),
    )
    comment_reviewer = PersonField(
        label=_("Reviewer of comments"),
        queryset=Round.objects.none(),
        required=False,
        help_text=_("Where the scheme has comment papers: may withhold comments that name somebody."),
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    extension_days = forms.IntegerField(
        label=_("Automatic extension, in days"),
        required=False,
        min_value=1,
        max_value=30,
        help_text=_(
            "Leave empty for none. If fewer people have drawn by the last moment than the scheme's lowest return rate "
            "asks for, the whole round stays open so much longer, once. Everybody on the roll is told beforehand that "
            "this may happen, and afterwards that it has; never how many have drawn."
        ),
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )
    reminders = forms.BooleanField(
        label=_("Automatic reminders"),
        required=False,
        initial=True,
        help_text=_(
            "At half time and a day before the end. While ballots are cast they go to everybody, in the same words."
        ),
    )
    batch_window = forms.IntegerField(
        label=_("Longest wait for a batch, in seconds"),
        required=False,
        min_value=1,
        max_value=86_400,
        help_text=_("Leave empty for the usual two seconds. Longer hides the time of casting better."),
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )
    batch_floor = forms.IntegerField(
        label=_("Fewest requests in a batch"),
        required=False,
        min_value=1,
        max_value=1_000,
        help_text=_("With a longer wait: a batch goes out early only when this many requests have met in it."),
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )

    def __init__(
        self, data: FormData = None, *, user: User, round: Round | None = None, **options: Unpack[FormOptions]
    ) -> None:
        initial: dict[str, object] = {"organiser": user}
        if round is not None:
            names = ("title", "purpose", "kind", "scheme", "opens_at", "closes_at", "organiser")
            more = ("collection", "casts_at", "comment_reviewer", "reminders", "batch_window", "batch_floor")
            initial = {name: getattr(round, name) for name in (*names, *more)}
            initial["scrutineers"] = round.scrutineers.all()
            initial["extension_days"] = round.extension_days or None
        options["initial"] = {**initial, **(options.get("initial") or {})}
        super().__init__(data, **options)
        set_choices(self, "kind", RoundKind.choices)
        set_queryset(self, "scheme", Scheme.objects.manageable_by(user).offered(round))
        self.fields["casts_at"].required = False
        set_queryset(self, "comment_reviewer", users_with_role("inspector", "leadership", "organiser"))
        set_queryset(self, "organiser", users_with_role("organiser"))
        set_queryset(self, "scrutineers", users_with_role("scrutineer"))

    def clean(self) -> dict[str, object]:
        data = self.cleaned_data
        opens, closes = data.get("opens_at"), data.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("The round must close after it opens."))
        if data.get("collection") == Collection.TWO_STAGE:
            casts = data.get("casts_at")
            if not casts:
                self.add_error("casts_at", _("Say when casting begins."))
            elif opens and closes and not opens < casts < closes:
                self.add_error("casts_at", _("Casting begins after the round opens and before it closes."))
        else:
            data["casts_at"] = None
        self._check_stages(data)
        data["extension_days"] = data.get("extension_days") or 0
        self._check_extension(data)
        if data.get("batch_floor") and not data.get("batch_window"):
            self.add_error("batch_window", _("A batch floor needs a batch window."))
        return data

    def _check_stages(self, data: dict[str, object]) -> None:
        """Say at the field of its end that a stage is too short."""
        opens, casts, closes = (data.get(name) for name in ("opens_at", "casts_at", "closes_at"))
        if self.errors or not isinstance(opens, datetime) or not isinstance(closes, datetime):
            return
        now = timezone.now()
        begins = casts if isinstance(casts, datetime) else max(opens, now)
        if isinstance(casts, datetime) and casts - max(opens, now) < LEAST_OPEN:
            self.add_error("casts_at", _("Drawing lasts for at least 24 hours, of which nothing may have passed."))
        if closes > now and closes - begins < LEAST_OPEN:
            self.add_error("closes_at", _("Casting lasts for at least 24 hours, of which nothing may have passed."))

    def _check_extension(self, data: dict[str, object]) -> None:
        """Say at its field what an automatic extension lacks."""
        scheme = data.get("scheme")
        if not data["extension_days"]:
            return
        if data.get("collection") == Collection.TWO_STAGE:
            self.add_error("extension_days", ExtensionInTwoStages().message)
        elif isinstance(scheme, Scheme) and not scheme.min_return:
            self.add_error("extension_days", ExtensionWithoutRate().message)


class ExtendForm(forms.Form):
    """The later last moment of a round, and the reason."""

    closes_at = moment(_("New last moment"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("Everybody on the roll reads it."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )


class EarlyClosingForm(forms.Form):
    """Why a round is to close before its last moment."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("The second person reads it first, then everybody on the roll."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )
