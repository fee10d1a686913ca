"""Published figures put into words, rows and pictures. Decides nothing and computes no new figure of ballots."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from peer_review import charts
from peer_review.counting.scales import bin_edges, grade_of
from peer_review.domain.grades import grade_names
from peer_review.enums import ScaleKind
from peer_review.models import CriterionResult, Result, Round


@dataclass(frozen=True, slots=True)
class Mark:
    """One figure of a table with the grade it proposes: None instead of a Mark says 样本不足."""

    value: float
    low: float
    high: float
    n: int
    abstentions: int
    grade: str
    grade_label: str

    @property
    def point(self) -> charts.Point:
        return charts.Point(self.value, self.low, self.high)


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One criterion: own figure, what it is compared with, and how the answers are distributed."""

    key: str
    label: str
    description: str
    weight: str
    share: float | None  # percent of the score, over the criteria that are shown
    own: Mark | None
    other: Mark | None
    bars: list[charts.Bar]
    chart: SafeString


@dataclass(frozen=True, slots=True)
class ClassLine:
    """One voter class: its score, its criteria, and whether it could have held one voter only."""

    label: str
    weight: str
    share: float | None  # percent of the score, where classes are shown
    score: Mark | None
    cells: list[tuple[Mark | None, bool]]  # one a criterion: its figure, and whether the class is asked it
    alone: bool


def too_few() -> str:
    """Return what stands wherever a figure is not shown, whatever the reason."""
    return _("too few")


def make_mark(form: dict[str, Any], value: float, low: float, high: float, n: int = 0, abstentions: int = 0) -> Mark:
    """Return a figure with the grade that the round's own bands propose for it."""
    grade = grade_of(value, form["bands"])
    return Mark(value, low, high, n, abstentions, grade, grade_names(form)[grade])


def score_mark(form: dict[str, Any], result: Result | None) -> Mark | None:
    """Return a result's score, None where it is not shown."""
    if result is None or result.score is None or result.low is None or result.high is None:
        return None
    return make_mark(form, result.score, result.low, result.high)


def criterion_marks(results: Iterable[Result]) -> dict[tuple[int, str], CriterionResult]:
    """Return the criteria of several results by (result id, criterion). One query."""
    rows = CriterionResult.objects.filter(result__in=[result.pk for result in results])
    return {(row.result_id, row.criterion): row for row in rows}


def mark_of(form: dict[str, Any], row: CriterionResult | None) -> Mark | None:
    """Return a criterion's figure, None where it is not shown."""
    return make_mark(form, row.value, row.low, row.high, row.n, row.abstentions) if row is not None else None


def criterion_lines(
    form: dict[str, Any], result: Result, other: Result | None, rows: dict[tuple[int, str], CriterionResult]
) -> list[CriterionLine]:
    """Return one line a criterion, in the form's order."""
    shown = {one["key"]: float(one["weight"]) for one in form["criteria"] if (result.pk, one["key"]) in rows}
    total = sum(shown.values())
    lines = []
    for one in form["criteria"]:
        key = one["key"]
        own = rows.get((result.pk, key))
        bars = distribution(form, one, own.bars) if own is not None and own.bars else []
        lines.append(
            CriterionLine(
                key=key,
                label=one["label"],
                description=one["description"],
                weight=one["weight"],
                share=100 * shown[key] / total if key in shown else None,
                own=mark_of(form, own),
                other=mark_of(form, rows.get((other.pk, key))) if other is not None else None,
                bars=bars,
                chart=charts.bar_chart(
                    bars,
                    name=f"bars-{key}",
                    title=_("Distribution of the answers: %(criterion)s") % {"criterion": one["label"]},
                    description="; ".join(f"{bar.label}: {bar.count}" for bar in bars),
                )
                if bars
                else SafeString(""),
            )
        )
    return lines


def distribution(form: dict[str, Any], criterion: dict[str, Any], bars: Sequence[Sequence[int]]) -> list[charts.Bar]:
    """Return the bars of a distribution with their words, best first."""
    return [charts.Bar(_bin_label(form, criterion, first, last), count) for first, last, count in reversed(bars)]


def _bin_label(form: dict[str, Any], criterion: dict[str, Any], first: int, last: int) -> str:
    if form["scale"] == ScaleKind.ANCHORS:
        words = criterion["anchors"]
        if first == last:
            return f"{first + 1} {words[first]}" if first < len(words) else str(first + 1)
        return _("%(first)s to %(last)s") % {"first": first + 1, "last": last + 1}
    names = list(reversed(grade_names(form).values()))
    words = names[last]
    if first != last:
        words = _("%(first)s to %(last)s") % {"first": names[first], "last": words}
    if form["scale"] == ScaleKind.GRADES:
        return words
    edges = bin_edges(form["scale"], form["bands"])
    highest = 100 if last == len(edges) - 1 else int(edges[last + 1]) - 1
    return f"{int(edges[first])}–{highest} {words}"


def picture(
    form: dict[str, Any],
    lines: Sequence[CriterionLine],
    score: Mark | None,
    other: Mark | None,
    *,
    own_name: str,
    other_name: str,
    personal: bool = True,
) -> SafeString:
    """Return the dot plot of score and criteria, own beside comparison; `personal` if it is of one subject."""
    rows = [charts.DotRow(_("Score"), score.point if score else None, other.point if other else None)]
    rows += [
        charts.DotRow(line.label, line.own.point if line.own else None, line.other.point if line.other else None)
        for line in lines
    ]
    described = "; ".join(
        f"{row.label}: {row.own.value:.1f} ({row.own.low:.1f}–{row.own.high:.1f})"
        if row.own
        else f"{row.label}: {too_few()}"
        for row in rows
    )
    return charts.dot_plot(
        rows,
        name="dots",
        title=_("Score and criteria with their intervals"),
        description=described,
        missing=too_few(),
        own=own_name,
        other=other_name,
        edges=[int(edge) for edge in reversed(form["bands"])],
        personal=personal,
    )


def class_lines(
    round: Round, result: Result, rows: dict[tuple[int, str], CriterionResult], voters: dict[str, int]
) -> list[ClassLine]:
    """Return one line a voter class; empty where the form has one class only.

    `voters` says how many might have voted in each class: one is not anonymous.
    """
    form = round.form
    if len(form["classes"]) < 2:
        return []
    shown = {one["key"]: float(one["weight"]) for one in form["classes"] if one["key"] in result.classes}
    total = sum(shown.values())
    lines = []
    for one in form["classes"]:
        key = one["key"]
        cells = []
        for criterion in form["criteria"]:
            row = rows.get((result.pk, criterion["key"]))
            mark = make_mark(form, *row.classes[key]) if row is not None and key in row.classes else None
            cells.append((mark, key in criterion["classes"]))
        lines.append(
            ClassLine(
                label=one["label"],
                weight=one["weight"],
                share=100 * shown[key] / total if key in shown else None,
                score=make_mark(form, *result.classes[key]) if key in result.classes else None,
                cells=cells,
                alone=voters.get(key) == 1,
            )
        )
    return lines
