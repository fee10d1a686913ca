"""The list of those to be decided: proposal beside decision, in the groups that the quota line makes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from peer_review.charts import bars
from peer_review.domain.outcomes.proposals import place_of
from peer_review.domain.publication.figures import Mark, score_mark
from peer_review.domain.schemes.grades import grade_names
from peer_review.forms.outcomes import Decidable, DecisionsForm
from peer_review.models import Decision, OutcomeNotice, Result, Subject
from peer_review.protocol.frozen_scheme import FrozenScheme


@dataclass(frozen=True, slots=True)
class Row:
    """One subject of the list. `place` is where it lies: above, tied, below or none (no figures)."""

    result: Result
    place: str
    mark: Mark | None
    strip: SafeString
    proposed: str
    indistinct: bool
    own: bool
    decision: Decision | None
    decided: str
    earlier: int
    notice: OutcomeNotice | None
    fields: tuple[forms.BoundField, forms.BoundField, forms.BoundField] | None  # grade, reason, seen

    @property
    def wants_words(self) -> bool:
        """Whether the field for the reason is open at once: it must be given, is there, or was refused."""
        if self.fields is None:
            return False
        grade, reason, _seen = self.fields
        return bool(self.place in ("tied", "none") or reason.value() or reason.errors or grade.errors)


def decidable(results: Iterable[Result], theirs: set[int]) -> list[Decidable]:
    """Return what a form offers of these results: not what is the reader's own, nor what has been told."""
    subjects = [(result, _subject(result)) for result in results]
    return [
        Decidable(subject.pk, result.label, next(iter(subject.decisions.all()), None))
        for result, subject in subjects
        if subject.pk in theirs and not hasattr(subject, "outcome_notice")
    ]


def make_rows(results: Sequence[Result], scheme: FrozenScheme, *, fields: DecisionsForm, theirs: set[int]) -> list[Row]:
    """Return one row a result; `scheme` is the round's. Their subjects' decisions come latest first.

    Nobody reads here what was decided on themselves before it has been told (`theirs` are the others).
    """
    proposal, names = fields.proposal, grade_names(scheme)
    offered = {row.key for row in fields.rows}
    marks = [score_mark(scheme, result) for result in results]
    points = [bars.Point(mark.value, mark.low, mark.high) if mark else None for mark in marks]
    start = bars.scale_start([point for point in points if point])
    line = proposal.line[0] if proposal.line else None
    rows = []
    for result, mark, point in zip(results, marks, points, strict=True):
        subject = _subject(result)
        key, notice = subject.pk, getattr(subject, "outcome_notice", None)
        chain = list(subject.decisions.all()) if key in theirs or notice is not None else []
        decision = chain[0] if chain else None
        rows.append(
            Row(
                result=result,
                place=place_of(proposal, key),
                mark=mark,
                strip=bars.strip_at_line(point, start=start, line=line),
                proposed=names.get(proposal.grades[key], ""),
                indistinct=key in proposal.indistinct,
                own=key not in theirs,
                decision=decision,
                decided=(names.get(decision.grade) or _("Not graded")) if decision else "",
                earlier=max(0, len(chain) - 1),
                notice=notice,
                fields=(fields[f"grade-{key}"], fields[f"reason-{key}"], fields[f"seen-{key}"])
                if key in offered
                else None,
            )
        )
    return rows


def _subject(result: Result) -> Subject:
    """Return whose result it is: the list has subjects only."""
    assert result.subject is not None
    return result.subject


def grouped(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """Return the rows of a page by their place, in the order of the list; places without rows are left out."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.place, []).append(row)
    return list(groups.items())
