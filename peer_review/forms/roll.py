"""Forms of the roll: proposing, searching, changing classes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from peer_review.forms.fields import reach_field
from peer_review.models import RollMember, Round


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
