"""A frozen form and somebody's ballot papers, as the ballot page shows them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from peer_review.enums import Audience, ScaleKind
from peer_review.models import Assignment, Cell, Round

#: The four grades, lowest first (公务员法, arts 36 to 38).
GRADES = (
    gettext_lazy("Incompetent"),
    gettext_lazy("Basically competent"),
    gettext_lazy("Competent"),
    gettext_lazy("Excellent"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One radio row: the answer it gives, the mark before it, the words."""

    value: int
    mark: str
    label: str


@dataclass(frozen=True, slots=True)
class PaperCard:
    """One ballot paper: whom it is about, in which capacity its holder votes, and whether that gives them away."""

    cell: str
    label: str
    section: str
    class_label: str
    alone: bool
    drawn: bool


def shown_form(form: dict[str, Any]) -> dict[str, Any]:
    """Return the frozen form with the choices of each criterion spelled out."""
    return {**form, "criteria": [{**criterion, "choices": choices(form, criterion)} for criterion in form["criteria"]]}


def choices(form: dict[str, Any], criterion: dict[str, Any]) -> list[Choice]:
    """Return the radio rows of one criterion: anchors lowest first, grades best first, none for points."""
    anchors = criterion["anchors"]
    if form["scale"] == ScaleKind.ANCHORS:
        return [Choice(value, str(value), words) for value, words in enumerate(anchors, start=1)]
    if form["scale"] == ScaleKind.GRADES:
        words = anchors or [str(grade) for grade in GRADES]
        return [Choice(value, "", words[value - 1]) for value in range(len(words), 0, -1)]
    return []


def paper_cards(round: Round, user: Any) -> list[PaperCard]:
    """Return this evaluator's papers in the order of the subjects. Two queries."""
    papers = list(Assignment.objects.of(evaluator=user, round=round))
    voters: dict[int, int] = dict(
        Cell.objects.filter(pk__in=[paper.cell_id for paper in papers])
        .annotate(eligible=Count("assignments"))
        .values_list("pk", "eligible")
    )
    classes = {one["key"]: one["label"] for one in round.form["classes"]}
    return [
        PaperCard(
            cell=paper.cell.key,
            label=paper.cell.subject.label,
            section="" if paper.cell.subject.member_id is None else paper.cell.subject.section_name,
            class_label=classes.get(paper.cell.voter_class, paper.cell.voter_class),
            alone=voters[paper.cell_id] == 1,
            drawn=paper.blinded is not None,
        )
        for paper in papers
    ]


def audience_names(form: dict[str, Any]) -> str:
    """Return who sees published results, as a list in words."""
    visibility = form.get("visibility", {})
    return _(", ").join(str(audience.label) for audience in Audience if visibility.get(audience.value))
