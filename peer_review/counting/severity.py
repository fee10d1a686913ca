"""The score of each subject with its raters' severity taken out: shown beside the score, never instead of it.

Only whole sheets can tell severity: they say which marks come from one person. Within each voter class the marks are
explained by the subject, the sheet and the criterion; then the classes' and criteria's figures are put together with
the very weights that make the score.

Points: crossed random effects (see mixed). Subject, sheet, the pair of both (a general impression colours all criteria
that one person marks of one subject) and subject by criterion are random, the criterion is fixed, because the form
names it. A criterion's figure is the criterion's mean plus the subject's effects, the sheet's left out.

Grades and anchors: the many-facet Rasch model (see rasch). A criterion's figure is a fair average: the points to be
expected on average if every sheet of the class had marked the subject. (Linacre's own, of one sheet of average
severity, lies nearer to the ends of the scale than any mean of unlike sheets: it would differ from the score even where
all have marked all.)

What is fitted is chosen so that no sheet can be taken apart: see safe_subjects. Subjects that no chain of sheets links
are fitted apart, each group on a ruler of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol, TypeAlias, TypedDict

import numpy as np
from scipy import sparse

from .aggregate import TRIM_ABOVE
from .combine import class_shares
from .henderson import Matrix, TooManyLevels
from .linkage import islands
from .mixed import INTERCEPT, RESIDUAL, Z95, reml
from .rasch import RaschFit, Steps, rasch
from .safe_subjects import safe_subjects
from .scales import SPREAD_FLOOR, Flags, Floats, Ints, round_half_up

#: With fewer subjects one cannot tell a strict sheet from weak subjects.
FEWEST: Final = 3
#: Marks in points are whole numbers: no residual variance is less than that of rounding (Sheppard, 1898). So there are
#: likeliest variances whatever the marks, those that the effects explain wholly too.
ROUNDED: Final = 1 / 12
#: A category needs so many answers before each criterion has steps of its own (Linacre, 2002).
ENOUGH: Final = 10
#: Why a round has no adjusted scores at all, or a subject has none.
REASONS: Final = (
    "papers",  # ballots of one person are not linked: per-subject papers
    "trimmed",  # a trimmed mean beside a function of all ballots would tell the extremes
    "few_abstained",  # too few sheets left the same gaps: one of them could be told apart
    "few_subjects",  # fewer than FEWEST subjects that sheets link
    "too_large",  # more subjects than the equations can hold
    "no_fit",  # no likeliest figures were found
    "few_ballots",  # the score is made of few answers or not shown as it is: the two together would tell answers
    "not_shown",  # the subject's score itself is not shown
)
SUBJECT, SHEET, PAIR, PROFILE, CRITERION = "subject", "sheet", "pair", "profile", "criterion"


class Rule(Protocol):
    """What the score is made by; see release.Plan."""

    @property
    def scale(self) -> str: ...
    @property
    def floor(self) -> int: ...
    @property
    def crowd(self) -> int: ...
    @property
    def trim(self) -> bool: ...
    @property
    def class_weights(self) -> Floats: ...
    @property
    def subject_weights(self) -> Floats: ...
    @property
    def criterion_weights(self) -> Floats: ...
    @property
    def decimals(self) -> int | None: ...
    @property
    def anonymous(self) -> Flags | None: ...


@dataclass(frozen=True, slots=True)
class Adjusted:
    """One subject's score with severity taken out: points from 0 to 100 and the bounds of their 95 % interval.

    method: "reml" or "rasch". measure, sd: on Rasch's ruler, in logits, the classes' by their weights; None else.
    """

    value: float
    low: float
    high: float
    method: str
    measure: float | None = None
    sd: float | None = None


class RaschModel(TypedDict):
    """What a fit of the many-facet Rasch model was solved with; see _parameters."""

    spread: float
    difficulties: list[float]
    steps: list[list[float]]
    weighted: bool


#: What a fit was solved with: of "reml" the variances by name, of "rasch" its parameters.
Model: TypeAlias = dict[str, float] | RaschModel


@dataclass(frozen=True, slots=True)
class Group:
    """One fit: the sheets of a voter class and the subjects that they link.

    deviations: how far marks differ by subject, sheet, pair, profile (subject by criterion) and for no known reason
    (residual), as standard deviations in points; of Rasch, by subject and sheet, in logits. None less than what an
    interval is drawn with stands for the residual: less would tell that all agree.
    model: for auditors alone, who have the ballots: what the fit was solved with, unrounded. Of "reml" the variances by
    the same names; `residual` is ROUNDED where less is left over. Of "rasch" see _parameters.
    """

    voter_class: int
    subjects: int
    sheets: int
    deviations: dict[str, float]
    model: Model | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Severity:
    """The adjusted scores of a round.

    reason: why there are none, see REASONS; "" if there is any. subjects: one each, None where there is none, for the
    reason at the same place of `reasons`. islands: into how many parts that nothing links the subjects fall.
    """

    reason: str
    method: str = ""
    subjects: tuple[Adjusted | None, ...] = ()
    reasons: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    islands: int = 0

    @property
    def adjusted(self) -> int:
        """Of how many subjects there is an adjusted score."""
        return sum(subject is not None for subject in self.subjects)


def adjust(
    subject: Ints, voter_class: Ints, sheet: Ints | None, points: Sequence[Floats], shown: Flags, rule: Rule
) -> Severity:
    """Return the scores with severity taken out, where the papers allow it.

    Shape: subject, voter_class, sheet and each criterion's points are (rows,), a row for each subject on each sheet,
        NaN where nothing was answered (or not asked); shown is (criteria, subjects), whether the figure is shown.
    """
    subjects = shown.shape[1]

    def none(reason: str) -> Severity:
        return Severity(reason, subjects=(None,) * subjects, reasons=(reason,) * subjects)

    if sheet is None or not len(sheet) or (np.bincount(sheet)[sheet] < 2).any():
        return none("papers")
    answered = ~np.isnan(np.array(points)) & np.asarray(shown.any(axis=0))[subject]
    n = _count(subject, voter_class, answered, subjects, len(rule.class_weights))
    if rule.trim and (n > TRIM_ABOVE).any():
        return none("trimmed")
    chosen = _choose(subject, voter_class, sheet, answered, subjects, rule.crowd)
    return _Fitting(subject, voter_class, sheet, np.array(points), answered, n, shown, rule).run(chosen)


def _count(subject: Ints, voter_class: Ints, answered: Flags, subjects: int, classes: int) -> Ints:
    """Return how many answered, (criteria, subjects, classes)."""
    cell = subject * classes + voter_class
    counts = [np.bincount(cell[sheets], minlength=subjects * classes) for sheets in answered]
    return np.array(counts, dtype=np.int64).reshape(len(answered), subjects, classes)


def _choose(
    subject: Ints, voter_class: Ints, sheet: Ints, answered: Flags, subjects: int, floor: int
) -> tuple[int, ...]:
    """Return the subjects that may be fitted together."""
    _numbers, first, place = np.unique(sheet, return_index=True, return_inverse=True)
    table = np.zeros((subjects, len(first)), dtype=np.int64)
    _patterns, pattern = np.unique(answered, axis=1, return_inverse=True)
    empty = ~answered.any(axis=0)
    table[subject, place.reshape(-1)] = np.where(empty, 0, pattern.reshape(-1) + 1)
    return safe_subjects(list(table), voter_class[first], floor=floor)


@dataclass(slots=True)
class _Part:
    """What one class's fit adds to the scores of some subjects: (subjects,) each."""

    value: Floats
    low: Floats
    high: Floats
    measure: Floats
    sd: Floats


class _Fitting:
    """All fits of a round, and what they add up to."""

    def __init__(
        self,
        subject: Ints,
        voter_class: Ints,
        sheet: Ints,
        points: Floats,
        answered: Flags,
        n: Ints,
        shown: Flags,
        rule: Rule,
    ) -> None:
        self.subject, self.voter_class, self.sheet = subject, voter_class, sheet
        self.points, self.answered, self.n, self.shown, self.rule = points, answered, n, shown, rule
        self.method = "reml" if rule.scale == "points" else "rasch"
        # What each class's figure for each criterion weighs in a subject's score, (criteria, subjects, classes).
        weights = rule.criterion_weights[:, None] * (shown & (n.sum(axis=2) > 0))
        total = weights.sum(axis=0)
        weights = np.divide(weights, total, out=np.zeros(weights.shape), where=total > 0)
        shares = np.array(
            [class_shares(counts, rule.subject_weights, floor=rule.floor, anonymous=rule.anonymous) for counts in n]
        )
        self.weights = weights[:, :, None] * shares.reshape(n.shape)

    def run(self, chosen: tuple[int, ...]) -> Severity:
        subjects = self.shown.shape[1]
        scored = np.asarray(self.shown.any(axis=0))
        reasons = ["" if at in set(chosen) else "few_abstained" for at in range(subjects)]
        values, squares = np.zeros(subjects), np.zeros((2, subjects))
        measures, sds = np.zeros(subjects), np.zeros(subjects)
        groups: list[Group] = []
        island_count = 0
        for voters, rows, many in self._groups(chosen):
            island_count = max(island_count, many)
            inside = np.unique(self.subject[rows])
            outcome = self._fit(voters, rows, inside)
            if isinstance(outcome, str):
                for at in inside:
                    reasons[at] = reasons[at] or outcome
                continue
            part, group = outcome
            values[inside] += part.value
            squares[0, inside] += (part.value - part.low) ** 2
            squares[1, inside] += (part.high - part.value) ** 2
            measures[inside] += part.measure
            sds[inside] += part.sd**2
            groups.append(group)
        low, high = values - np.sqrt(squares[0]), values + np.sqrt(squares[1])
        adjusted: list[Adjusted | None] = []
        for at in range(subjects):
            reasons[at] = reasons[at] if scored[at] else "not_shown"
            score = self._rounded(values[at], low[at], high[at], measures[at], sds[at] ** 0.5)
            adjusted.append(None if reasons[at] else score)
        reason = "" if any(adjusted) else _commonest([reason for reason in reasons if reason != "not_shown"])
        return Severity(
            reason=reason,
            method="" if reason else self.method,
            subjects=tuple(adjusted),
            reasons=tuple(reasons),
            groups=() if reason else tuple(groups),
            islands=0 if reason else island_count,
        )

    def _groups(self, chosen: tuple[int, ...]) -> Iterator[tuple[int, Ints, int]]:
        """Yield each class's rows that sheets link, class by class: (class, rows, in how many parts the class is)."""
        fitted = np.isin(self.subject, chosen) & self.answered.any(axis=0)
        for voters in np.unique(self.voter_class[fitted]):
            rows = np.flatnonzero(fitted & (self.voter_class == voters))
            codes = [np.unique(code[rows], return_inverse=True)[1].reshape(-1) for code in (self.subject, self.sheet)]
            island = islands(codes)
            # The order in which ballots and sheets come decides neither the order of the fits nor a sum within one.
            rows, island = rows[order := np.lexsort((self.sheet[rows], self.subject[rows]))], island[order]
            for number in dict.fromkeys(island.tolist()):
                yield int(voters), rows[island == number], int(island.max()) + 1

    def _fit(self, voters: int, rows: Ints, inside: Ints) -> tuple[_Part, Group] | str:
        """Return what one class's fit adds, or the reason why it does not."""
        if len(inside) < FEWEST:
            return "few_subjects"
        criterion, at = np.nonzero(self.answered[:, rows])
        row = rows[at]
        values = self.points[criterion, row]
        subject, sheet = np.searchsorted(inside, self.subject[row]), self.sheet[row]
        weights = self.weights[:, inside, voters]
        model: Model
        try:
            if self.method == "reml":
                part, deviations, model = _fit_points(values, subject, sheet, criterion, weights)
            else:
                part, deviations, model = _fit_grades(
                    values, subject, sheet, criterion, weights, self._steps(values, criterion)
                )
        except TooManyLevels:
            return "too_large"
        except _NoFit:
            return "no_fit"
        floor = SPREAD_FLOOR[self.rule.scale]
        people = np.bincount(self.subject[rows], minlength=int(inside.max()) + 1)[inside]
        least = Z95 * floor / np.sqrt(people) * weights.sum(axis=0)
        part.low, part.high = np.minimum(part.low, part.value - least), np.maximum(part.high, part.value + least)
        if self.method == "reml":
            deviations[RESIDUAL] = max(deviations[RESIDUAL], floor)
        if self.rule.decimals is not None:
            digits = 1 if self.method == "reml" else 2
            deviations = {name: round_half_up(deviation, digits) for name, deviation in deviations.items()}
        return part, Group(voters, len(inside), len(np.unique(sheet)), deviations, model)

    def _steps(self, values: Floats, criterion: Ints) -> Steps:
        """Return whether each criterion has steps of its own: where its marks have words of their own and are many."""
        if self.rule.scale == "grades":
            return "common"
        every = np.unique(values)
        counts = [(values[criterion == at][:, None] == every).sum(axis=0) for at in np.unique(criterion)]
        return "item" if np.min(counts) >= ENOUGH else "common"

    def _rounded(self, value: float, low: float, high: float, measure: float, sd: float) -> Adjusted:
        three = [float(min(100.0, max(0.0, figure))) for figure in (value, low, high)]
        two: list[float | None] = [float(measure), float(sd)] if self.method == "rasch" else [None, None]
        if self.rule.decimals is not None:
            three = [round_half_up(figure, self.rule.decimals) for figure in three]
            two = [None if figure is None else round_half_up(figure, 2) for figure in two]
        return Adjusted(three[0], three[1], three[2], self.method, two[0], two[1])


class _NoFit(Exception):
    """The search for the likeliest figures ended nowhere."""


def _fit_points(
    values: Floats, subject: Ints, sheet: Ints, criterion: Ints, weights: Floats
) -> tuple[_Part, dict[str, float], dict[str, float]]:
    """Return Σ weight × (criterion's mean + subject's effects), the deviations, and the variances of the equations.

    Shape: weights is (criteria, subjects).
    """
    many = len(weights)
    random = {SUBJECT: subject, SHEET: sheet}
    if len(np.unique(criterion)) > 1:
        sheets = int(sheet.max()) + 1
        random |= {PAIR: subject * sheets + sheet, PROFILE: subject * many + criterion}
    fit = reml(values, random, {CRITERION: criterion}, linked=(SUBJECT, SHEET), least=ROUNDED)
    if not fit.converged:
        raise _NoFit
    subjects = weights.shape[1]
    total = weights.sum(axis=0)
    fixed = np.zeros((subjects, len(fit.fixed)))
    for column, name in enumerate(fit.fixed):
        fixed[:, column] = total if name == INTERCEPT else weights[int(name.rpartition("=")[2])]
    parts: dict[str, Matrix] = {"fixed": fixed, SUBJECT: np.diag(total)}
    if PROFILE in random:
        labels = fit.effects[PROFILE].labels
        of, which = labels // many, labels % many
        parts[PROFILE] = sparse.csr_array(
            (weights[which, of], (of, np.arange(len(labels)))), shape=(subjects, len(labels))
        )
    value, error = fit.combination(parts)
    half = Z95 * error
    deviations = {name: component.variance**0.5 for name, component in fit.components.items()}
    model = {name: component.variance for name, component in fit.components.items()} | {RESIDUAL: fit.unit}
    return _Part(value, value - half, value + half, 0.0 * value, 0.0 * value), deviations, model


def _fit_grades(
    values: Floats, subject: Ints, sheet: Ints, criterion: Ints, weights: Floats, steps: Steps
) -> tuple[_Part, dict[str, float], RaschModel]:
    """Return Σ weight × points to be expected if all sheets had marked all, the deviations in logits, and what the
    model was solved with."""
    fit = rasch(values, subject, sheet, criterion, steps=steps)
    if not fit.converged:
        raise _NoFit
    measure, sd = fit.subjects.value, fit.subjects.sd
    own = weights[fit.items.labels].T
    severity = fit.raters.value
    value, low, high = ((fit.expected(measure + z * sd, severity) * own).sum(axis=1) for z in (0.0, -Z95, Z95))
    total = weights.sum(axis=0)
    deviations = {SUBJECT: fit.variance**0.5, SHEET: float(np.std(fit.raters.value))}
    return _Part(value, low, high, total * measure, total * sd), deviations, _parameters(fit)


def _parameters(fit: RaschFit) -> RaschModel:
    """Return what severities follow from, with the ballots: {spread: the measures' standard deviation, 0 where they do
    not differ; difficulties: one a criterion that was answered; steps: beside each; weighted: whether under the prior}.

    No severities: each is a figure of one sheet, and who reads this beside the ballots can find them.
    """
    return {
        "spread": fit.variance**0.5,
        "difficulties": fit.items.value.tolist(),
        "steps": [steps.tolist() for steps in fit.steps],
        "weighted": fit.weighted,
    }


def keep_back(severity: Severity, shown: Flags) -> Severity:
    """Return the adjusted scores of these subjects alone, (subjects,); the others' reason is that ballots are few."""
    if severity.reason in ("papers", "trimmed"):
        return severity
    subjects = tuple(adjusted if may else None for adjusted, may in zip(severity.subjects, shown, strict=True))
    reasons = tuple(
        reason if may or reason == "not_shown" else "few_ballots"
        for reason, may in zip(severity.reasons, shown, strict=True)
    )
    if any(subjects):
        return replace(severity, subjects=subjects, reasons=reasons)
    reason = _commonest([reason for reason in reasons if reason != "not_shown"])
    return Severity(reason, subjects=subjects, reasons=reasons)


def _commonest(reasons: list[str]) -> str:
    """Return the reason that most subjects have, of equals the first in REASONS; "not_shown" if there is none."""
    return max(reasons, key=lambda reason: (reasons.count(reason), -REASONS.index(reason)), default="not_shown")
