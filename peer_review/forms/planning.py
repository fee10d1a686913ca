"""Forms of plan and roll: they validate input and decide nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from peer_review.domain.planning.eligibility import Group
from peer_review.domain.planning.matrix_presets import Cells, fill_matrix
from peer_review.domain.planning.plan import ANY, MAX_MONTHS, MAX_SAMPLE, Pattern, Plan, Reach
from peer_review.enums import RoundKind
from peer_review.forms.fields import FormData, FormOptions, reach_field, set_choices, set_queryset
from peer_review.models import RollMember, Round


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One field of the table and the rank it is about."""

    column: str
    field: forms.BoundField


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One group of evaluators, and a cell for each rank of subjects."""

    group: Group
    cells: list[MatrixCell]


class PlanForm(forms.Form):
    """A round's plan. `classes` maps the voter classes' keys to labels; ranks and sections are the organisation's."""

    pattern = forms.ChoiceField(label=_("Who evaluates whom"), choices=(), widget=forms.RadioSelect)
    house_wide = reach_field(_("In the usual pattern, leaders and section heads evaluate"))
    groups = forms.MultipleChoiceField(
        label=_("Ranks that are evaluated"), required=False, widget=forms.CheckboxSelectMultiple
    )
    sections = forms.MultipleChoiceField(
        label=_("Sections that are evaluated"), required=False, widget=forms.CheckboxSelectMultiple
    )
    months = forms.IntegerField(
        label=_("Together in the section for at least so many months"),
        help_text=_(
            "Colleagues who have been in the same section for a shorter time do not evaluate each other. "
            "The later of the two dates counts, up to the day the round opens. Leave empty for no such rule."
        ),
        required=False,
        min_value=0,
        max_value=MAX_MONTHS,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )

    def __init__(
        self,
        data: FormData = None,
        *,
        kind: str,
        plan: Plan,
        classes: Mapping[str, str],
        groups: Sequence[Group],
        sections: Sequence[tuple[str, str]],
        **options: Unpack[FormOptions],
    ) -> None:
        self.kind, self.plan, self.classes, self.listed = kind, plan, classes, groups
        self.of_sections = kind == RoundKind.SECTION
        self.offered = {"groups": len(groups), "sections": len(sections)}
        self.columns = (
            [(ANY, _("other sections"))] if self.of_sections else [(group.key, group.label) for group in groups]
        )
        cells = dict(plan.matrix) or fill_matrix(
            ("up", "across", "down"), self.columns, groups, list(classes), Reach.OWN
        )
        initial = {**_initial(plan, groups, sections), **self.cell_values(cells)}
        options["initial"] = {**initial, **(options.get("initial") or {})}
        super().__init__(data, **options)
        set_choices(self, "pattern", [choice for choice in Pattern.choices if choice[0] != Pattern.LIST or plan.lines])
        set_choices(self, "groups", [(group.key, f"{group.label} ({group.people})") for group in groups])
        set_choices(self, "sections", sections)
        if self.of_sections:
            del self.fields["groups"]
            del self.fields["months"]
        reaches = [Reach.OTHER] if self.of_sections else list(Reach)
        choices = [("", _("not at all"))] + [
            (label, [(f"{key}:{reach.value}", f"{label} · {reach.label}") for reach in reaches])
            for key, label in classes.items()
        ]
        for row, group in enumerate(groups):
            for column, (_key, label) in enumerate(self.columns):
                says = _("%(evaluators)s evaluate %(subjects)s") % {"evaluators": group.label, "subjects": label}
                self.fields[f"cell_{row}_{column}"] = forms.ChoiceField(
                    choices=choices,
                    required=False,
                    label=says,
                    widget=forms.Select(attrs={"class": "form-select", "aria-label": says}),
                )
        for key, label in classes.items():
            self.fields[f"sample_{key}"] = forms.IntegerField(
                label=label,
                required=False,
                min_value=1,
                max_value=MAX_SAMPLE,
                initial=plan.sample.get(key),
                widget=forms.NumberInput(attrs={"class": "form-control"}),
            )

    def clean(self) -> dict[str, object]:
        data = self.cleaned_data
        for name in ("groups", "sections"):
            if name in self.fields and name in data and not data[name]:
                self.add_error(name, _("Choose at least one."))
        return data

    def as_json(self) -> dict[str, object]:
        """Return the plan that was filled in, ready for domain.planning.save_plan. The imported list stays."""
        data = self.cleaned_data
        plan: dict[str, object] = {
            "v": 1,
            "pattern": data["pattern"],
            "house_wide": data["house_wide"],
            "months": data.get("months") or 0,
            "sample": {key: data[f"sample_{key}"] for key in self.classes if data[f"sample_{key}"]},
            "lines": self.plan.as_json().get("lines", {}),
        }
        for name in ("groups", "sections"):
            if name in self.fields and len(data[name]) < self.offered[name]:
                plan[name] = data[name]
        if data["pattern"] == Pattern.MATRIX:
            plan["matrix"] = [
                {"from": group, "to": column, "class": voters, "reach": reach}
                for (group, column), (voters, reach) in self.cells(data).items()
            ]
        return plan

    def cells(self, data: Mapping[str, object]) -> Cells:
        """Return the table that these values describe; what is no choice counts as not at all."""
        cells: Cells = {}
        for row, group in enumerate(self.listed):
            for column, (key, _label) in enumerate(self.columns):
                voters, _colon, reach = str(data.get(f"cell_{row}_{column}", "")).partition(":")
                if voters in self.classes and reach in Reach.values:
                    cells[group.key, key] = (voters, reach)
        return cells

    def cell_values(self, cells: Cells) -> dict[str, str]:
        """Return a table as the values of this form's fields."""
        values = {}
        for row, group in enumerate(self.listed):
            for column, (key, _label) in enumerate(self.columns):
                voters, reach = cells.get((group.key, key), ("", ""))
                values[f"cell_{row}_{column}"] = f"{voters}:{reach}" if voters else ""
        return values

    @property
    def matrix(self) -> list[MatrixRow]:
        """The fields of the table, row by row."""
        return [
            MatrixRow(
                group,
                [
                    MatrixCell(str(label), self[f"cell_{row}_{column}"])
                    for column, (_key, label) in enumerate(self.columns)
                ],
            )
            for row, group in enumerate(self.listed)
        ]

    @property
    def samples(self) -> list[forms.BoundField]:
        """The fields of the random choice, one a class."""
        return [self[f"sample_{key}"] for key in self.classes]


def _initial(plan: Plan, groups: Sequence[Group], sections: Sequence[tuple[str, str]]) -> dict[str, object]:
    return {
        "pattern": plan.pattern,
        "house_wide": {None: "", True: "1", False: "0"}[plan.house_wide],
        "groups": [group.key for group in groups if plan.groups is None or group.key in plan.groups],
        "sections": [key for key, _name in sections if plan.sections is None or key in plan.sections],
        "months": plan.months or None,
    }


class ListImportForm(forms.Form):
    """A file that names who evaluates whom, line by line."""

    file = forms.FileField(
        label=_("File (CSV or .xlsx)"),
        help_text=_(
            "Columns: evaluator, subject, voter class (评价人, 被评价人, 票类). People by user name, employee number "
            "or full name; the class by its name."
        ),
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".csv,.txt,.xlsx"}),
    )
    only = forms.ChoiceField(
        label=_("What the list is"),
        choices=(
            ("1", _("The whole plan: only the people of this list, in these classes")),
            ("0", _("An addition: these papers besides those of the pattern")),
        ),
        initial="1",
        widget=forms.RadioSelect,
    )


class ExclusionForm(forms.Form):
    """A pair of people of whom one may not evaluate the other, and the reason."""

    evaluator = forms.CharField(
        label=_("Who may not evaluate"),
        max_length=80,
        help_text=_("User name, employee number or full name."),
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    subject = forms.CharField(
        label=_("Whom"), max_length=80, widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"})
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("For example: married, relatives, an open complaint. Organisers and inspectors can read it."),
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    both_ways = forms.BooleanField(label=_("In both directions"), required=False, initial=True)


class RollProposeForm(forms.Form):
    """The reach of a proposed roll."""

    house_wide = reach_field(_("Leaders and section heads evaluate"))


class RollSearchForm(forms.Form):
    """The search for people on a roll."""

    q = forms.CharField(
        label=_("Name or section"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search", "class": "form-control"}),
    )


class RollSubjectForm(forms.Form):
    """The voters of a new subject: a voter class for each section of the roll, or none."""

    def __init__(
        self, data: FormData = None, *, round: Round, member: RollMember, **options: Unpack[FormOptions]
    ) -> None:
        super().__init__(data, **options)
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
    """The class in which one member evaluates one subject; empty for not at all."""

    member = forms.ModelChoiceField(queryset=RollMember.objects.none())
    voter_class = forms.ChoiceField(choices=(), required=False)

    def __init__(self, data: FormData = None, *, round: Round, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        set_queryset(self, "member", round.members.all())
        set_choices(self, "voter_class", [("", ""), *round.scheme.voter_classes.values_list("key", "label")])
