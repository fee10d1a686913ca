"""Forms validate input and decide nothing."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from peer_review.enums import Collection
from peer_review.models import RollMember, Round, Scheme
from peer_review.querysets.rounds import users_with_role


class PeopleField(forms.ModelMultipleChoiceField):
    """Several people, by their full names."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.get_full_name())


class PersonField(forms.ModelChoiceField):
    """One person, by their full name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.get_full_name())


def moment(label: Any, help_text: Any = "") -> forms.DateTimeField:
    """Return a field for a day and time that browsers offer a picker for, in the site's time zone."""
    return forms.DateTimeField(
        label=label,
        help_text=help_text,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "class": "form-control"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"],
    )


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
    closes_at = moment(_("Closes at"), _("The last moment for casting. The round then closes by itself."))
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
    casts_at = moment(_("Casting begins at"), _("In two stages only: until then papers are drawn, from then on cast."))
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

    def __init__(self, *args: Any, user: Any, round: Round | None = None, **kwargs: Any) -> None:
        if round is not None:
            names = ("title", "purpose", "kind", "scheme", "opens_at", "closes_at", "organiser")
            more = ("collection", "casts_at", "comment_reviewer", "reminders", "batch_window", "batch_floor")
            initial = {name: getattr(round, name) for name in (*names, *more)}
            kwargs["initial"] = {**initial, "scrutineers": round.scrutineers.all(), **(kwargs.get("initial") or {})}
        else:
            kwargs["initial"] = {"organiser": user, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = Round._meta.get_field("kind").choices
        fields["scheme"].queryset = Scheme.objects.manageable_by(user).offered(round)
        fields["casts_at"].required = False
        fields["comment_reviewer"].queryset = users_with_role("inspector", "leadership", "organiser")
        fields["organiser"].queryset = users_with_role("organiser")
        fields["scrutineers"].queryset = users_with_role("scrutineer")

    def clean(self) -> dict[str, Any]:
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
        if data.get("batch_floor") and not data.get("batch_window"):
            self.add_error("batch_window", _("A batch floor needs a batch window."))
        return data


def reach_field(label: Any) -> forms.TypedChoiceField:
    """Return a field that says how far the usual pattern reaches: True, False, or None to decide by size."""
    return forms.TypedChoiceField(
        label=label,
        choices=(
            ("", _("everyone in a small house, their own section in a large one")),
            ("1", _("everyone")),
            ("0", _("their own section only")),
        ),
        required=False,
        coerce=lambda value: value == "1",
        empty_value=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )


class RollProposeForm(forms.Form):
    """How wide the proposal reaches."""

    house_wide = reach_field(_("Leaders and section heads evaluate"))


class RollSearchForm(forms.Form):
    """Find people on a roll."""

    q = forms.CharField(
        label=_("Name or section"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search", "class": "form-control"}),
    )


class RollSubjectForm(forms.Form):
    """Who evaluates a new subject: a voter class for each section of the roll, or none."""

    def __init__(self, *args: Any, round: Round, member: RollMember, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.round, self.member = round, member
        classes = [("", _("not asked")), *round.scheme.voter_classes.values_list("key", "label")]
        sections = round.members.order_by("section_key").values_list("section_key", "section_name").distinct()
        self.sections = {f"section_{number}": key for number, (key, _name) in enumerate(sections)}
        for name, (_key, label) in zip(self.sections, sections, strict=True):
            self.fields[name] = forms.ChoiceField(
                label=label or _("Without a section"),
                choices=classes,
                required=False,
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def evaluators(self) -> dict[int, str]:
        """Return members' ids mapped to voter class keys, without the subject."""
        chosen = {self.sections[name]: voters for name, voters in self.cleaned_data.items() if voters}
        members = self.round.members.filter(section_key__in=chosen).exclude(pk=self.member.pk)
        return {pk: chosen[section] for pk, section in members.values_list("pk", "section_key")}


class VoterClassForm(forms.Form):
    """In which class one member evaluates one subject; empty for not at all."""

    member = forms.ModelChoiceField(queryset=RollMember.objects.none())
    voter_class = forms.ChoiceField(choices=(), required=False)

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["member"].queryset = round.members.all()
        fields["voter_class"].choices = [("", ""), *round.scheme.voter_classes.values_list("key", "label")]


class ReminderForm(forms.Form):
    """The organiser's own words under a reminder."""

    text = forms.CharField(
        label=_("Your own words, if any"),
        required=False,
        max_length=500,
        help_text=_("They stand under the text above. Name nobody: everybody who gets it reads the same."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )


class LengthenForm(forms.Form):
    """A later end, and why."""

    closes_at = moment(_("New last moment"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("Everybody on the roll reads it."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )
