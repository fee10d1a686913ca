"""From all ballots of a round to the figures that may be published, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from .aggregate import Stats, aggregate
from .combine import Combined, combine, exact_shares
from .disclosure import Bases, bars, comparable, hides_each, part, unknown_answers
from .intervals import SUBJECTS_FROM, round_spread
from .one_ballot import Part, one_ballot_decides
from .possible_answers import ANSWERS
from .ranks import comparable_ranks
from .reliability import Reliability, round_reliability
from .scales import BANDS, SPREAD_FLOOR, Flags, Floats, Ints, bin_edges, grade_of, round_half_up, to_points
from .severity import Adjusted, Severity, adjust, keep_back
from .small_groups import (
    BARS_FROM,
    SCORED_FROM,
    Shown,
    ranges_by_shares,
    ranges_of,
    rests_on_one,
    shown_score,
    together,
)


@dataclass(frozen=True, slots=True)
class Ballots:
    """The counted ballots of a round, one row for each subject that a ballot judges.

    Shape: subject and voter_class are (ballots,), positions in the plan's lists; answers is (ballots, criteria) as
        given, NaN for 不了解 (and where the class is not asked: see Plan.asked); sheet (ballots,) has the same number
        for all rows of one whole sheet. Without it every row is a paper of its own. linked (ballots,): whether the
        answers of a row were given together; False for those of merged groups, of which only the sorted answers to
        each criterion are known. Without it all are.
    """

    subject: Ints
    voter_class: Ints
    answers: Floats
    sheet: Ints | None = None
    linked: Flags | None = None


@dataclass(frozen=True, slots=True)
class Roll:
    """Who might have answered: one row for each subject that a person has a paper about, as the roll gave them out.

    Shape: all (papers,), positions in the plan's lists; people numbered from 0.
    """

    subject: Ints
    voter_class: Ints
    person: Ints


@dataclass(frozen=True, slots=True)
class Plan:
    """The counting rules, frozen when the round opened. `sections` gives each subject's section, numbered from 0.

    asked: (criteria, classes), whether the class is asked the criterion; None: all are asked everything.
    weights: (subjects, classes), where merging gave a class the weights of those that joined it; None: class_weights.
    merged: (subjects, classes), whether a class's answers are several classes', merged at the count or on a paper that
        they share; None: nowhere.
    anonymous: (classes,), False for a class declared not anonymous, whose ballots carry their full weight and hide
    nobody else's, wherever a figure waits for a number of them; None: all are.
    known: (subjects, classes), how many of the ballots somebody else than their authors may know, from envelopes, which
    therefore count towards no floor; None: none.
    ranks: (subjects,), each subject's rank, numbered from 0, -1 for none; None: no means by rank.
    bands: the lowest points of the three upper grades. roll: where it is known, a mean over several subjects that is
    made after publication (crosstabs) must have been answerable by at least `floor` people.
    exact: the scheme declares that figures of small groups are shown as they are (small_groups).
    `decimals` None leaves figures unrounded and as they are, which only tests of the arithmetic want.
    """

    scale: str
    floor: int
    trim: bool
    class_weights: Floats
    criterion_weights: Floats
    sections: Ints
    decimals: int | None = 1
    asked: Flags | None = None
    bands: tuple[float, ...] = BANDS
    roll: Roll | None = None
    ranks: Ints | None = None
    exact: bool = False
    weights: Floats | None = None
    merged: Flags | None = None
    anonymous: Flags | None = None
    known: Ints | None = None

    @property
    def crowd(self) -> int:
        """How many sheets must be alike wherever nobody knows which of them others may know: the floor without them."""
        return self.floor if self.known is None else self.floor + int(self.known.max(initial=0))

    @property
    def subject_weights(self) -> Floats:
        """The weights of the classes, (subjects, classes) or (classes,)."""
        return self.class_weights if self.weights is None else self.weights

    @property
    def keeps_back(self) -> bool:
        """Whether figures of small groups are shown as ranges."""
        return self.decimals is not None and not self.exact


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure: points from 0 to 100 as they are shown, with the bounds of the 95 % interval around them.

    n answered, abstentions did not know enough; both 0 for the weighted score over several criteria. Bars are
    (first bin, last bin, ballots). proposed: of a subject's score, the grade that the exact score proposes; empty where
    it is left open; None for all others.
    """

    shown: Shown
    low: float
    high: float
    n: int = 0
    abstentions: int = 0
    bars: tuple[tuple[int, int, int], ...] | None = None
    proposed: str | None = None

    @property
    def value(self) -> float:
        """The number that stands for the figure; see small_groups.Shown."""
        return self.shown.value

    def grade(self, bands: Sequence[float] = BANDS) -> str:
        """Return the key of the grade that the figure proposes, empty where it is left open."""
        return grade_of(self.value, bands) if self.proposed is None else self.proposed


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is published of one subject, section or unit. A None, and a class that is missing, say 样本不足.

    criteria: one a criterion. classes: voter class → one a criterion, then the class's score. members: of how many
    subjects a section's or the unit's means are made. one_ballot: whether a subject's score without some one ballot
    would propose another grade; None without a score, of few ballots, and for groups. adjusted: a subject's score with
    its raters' severity taken out, where that may be shown. standing: the place of a subject's exact score among all, 1
    for the highest, the same for the same; None without a score, and for groups.
    """

    score: Figure | None
    criteria: tuple[Figure | None, ...]
    classes: dict[int, tuple[tuple[Figure | None, ...], Figure | None]] = field(default_factory=dict)
    members: int = 0
    one_ballot: bool | None = None
    adjusted: Adjusted | None = None
    standing: int | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """Everything that may be published of a round.

    `open_sections`, `unit_open` and `open_ranks`: whose means may be shown to people who may not see the members' own
    figures (see disclosure.comparable and ranks.comparable_ranks). reliability: of the subjects that are shown, if they
    are enough. severity: how severity was taken out, or why it was not.
    """

    subjects: tuple[Sheet, ...]
    sections: tuple[Sheet, ...]
    unit: Sheet
    open_sections: frozenset[int]
    unit_open: bool
    reliability: Reliability | None = None
    ranks: tuple[Sheet, ...] = ()
    open_ranks: frozenset[int] = frozenset()
    severity: Severity | None = None


def release(ballots: Ballots, plan: Plan) -> Release:
    """Return the figures of a round after disclosure control.

    A section's figure is the mean of its subjects' figures as they are shown, each weighing the same, and so is a
    rank's; what is too small to be shown is in none of them. A score is the weighted mean of the criteria that are
    shown, and so never tells more than they do; how exactly it is shown, see small_groups. Its interval adds the
    criteria's: cautious, because the same people gave them.
    """
    subjects = len(plan.sections)
    sections = int(plan.sections.max()) + 1 if subjects else 0
    makers = [read_criterion(ballots, plan, at) for at in range(ballots.answers.shape[1])]
    spread = round_spread([(maker.stats, maker.bases.subject_shown) for maker in makers], plan.scale)
    for maker in makers:
        maker.reach = spread.reach
    parts = [Part(maker.points, maker.stats, maker.bases.subject_shown) for maker in makers]
    decides = one_ballot_decides(ballots.subject, ballots.voter_class, parts, plan)
    shown = np.array([maker.bases.subject_shown for maker in makers], dtype=bool).reshape(len(makers), subjects)
    # Merged answers were not given together: no figure is made of a subject's that asks what one ballot said.
    linked = np.ones(len(ballots.subject), dtype=bool) if ballots.linked is None else ballots.linked
    whole = np.ones(subjects, dtype=bool)
    whole[ballots.subject[~linked]] = False
    points = [maker.points[linked] for maker in makers]
    sheet_numbers = None if ballots.sheet is None else ballots.sheet[linked]
    severity = adjust(ballots.subject[linked], ballots.voter_class[linked], sheet_numbers, points, shown & whole, plan)
    sheets = [
        _subject_sheet(makers, plan, at, decides=bool(decides[at]) if whole[at] else None) for at in range(subjects)
    ]
    fewest = [_fewest([maker.subject(at) for maker in makers]) for at in range(subjects)]
    may = [_may_be_adjusted(sheet, plan, fewest=many) for sheet, many in zip(sheets, fewest, strict=True)]
    severity = keep_back(severity, np.array(may, dtype=bool))
    sheets = [replace(sheet, adjusted=adjusted) for sheet, adjusted in zip(sheets, severity.subjects, strict=True)]
    sheets = _with_standing(sheets, [_exact_score(makers, plan, at) for at in range(subjects)])

    def mean(inside: Flags) -> Sheet:
        return _group_sheet([maker.group(inside) for maker in makers], plan)

    section_sheets = [mean(plan.sections == at) for at in range(sections)]
    unit = mean(np.ones(subjects, dtype=bool))
    # A criterion of which nothing at all is published (only a few are asked it) can be taken out of no mean.
    published = [maker for maker in makers if maker.is_told]
    sizes = np.array(
        [np.bincount(plan.sections, weights=maker.bases.subject_shown, minlength=sections) for maker in published],
        dtype=np.int64,
    )
    open_sections, unit_open = comparable(sizes.reshape(len(published), sections), floor=plan.floor)
    reliability = round_reliability(
        ballots.subject[linked],
        points,
        shown=shown & whole,
        weights=plan.criterion_weights,
        floor=plan.floor,
        sheets_from=plan.crowd,
        subjects_from=SUBJECTS_FROM,
        spread_floor=SPREAD_FLOOR[plan.scale],
        sheet=sheet_numbers,
        covering=None if plan.anonymous is None else plan.anonymous[ballots.voter_class[linked]],
    )
    ranks = np.full(subjects, -1, dtype=np.int64) if plan.ranks is None else plan.ranks
    rank_sheets = [mean(ranks == at) for at in range(int(ranks.max(initial=-1)) + 1)]
    crossed = np.zeros((len(published), sections, len(rank_sheets) + 1), dtype=np.int64)
    for maker, table in zip(published, crossed, strict=True):
        np.add.at(table, (plan.sections, ranks), maker.bases.subject_shown)
    open_ranks = comparable_ranks(crossed, open_sections=open_sections, unit_open=unit_open, floor=plan.floor)
    return Release(
        tuple(sheets),
        tuple(section_sheets),
        unit,
        open_sections,
        unit_open,
        reliability,
        tuple(rank_sheets),
        open_ranks,
        severity,
    )


def read_criterion(ballots: Ballots, plan: Plan, at: int) -> "Criterion":
    """Return bases and figures of one criterion, not yet their intervals, which are made of the whole round."""
    return Criterion(
        ballots,
        to_points(ballots.answers[:, at], plan.scale),
        plan,
        at,
        subjects=len(plan.sections),
        classes=len(plan.class_weights),
    )


@dataclass(slots=True)
class _Mean:
    """A mean over members' figures: exact, still unrounded, and as it is shown. `half` is half its interval.

    unknown: how many of its n answers nobody but their authors can know; of a class by itself, of that class.
    """

    value: float
    shown: Shown
    half: float
    n: int
    unknown: int
    abstentions: int
    members: int


class Criterion:
    """Bases and figures of one criterion."""

    def __init__(self, ballots: Ballots, points: Floats, plan: Plan, at: int, *, subjects: int, classes: int) -> None:
        self.plan, self.classes = plan, classes
        self.reach = 0.0
        self._weights = tuple(plan.class_weights.tolist())
        self._alone: dict[int, _Mean] = {}
        edges = bin_edges(plan.scale, plan.bands)
        asked = np.ones(classes, dtype=bool) if plan.asked is None else plan.asked[at]
        # Whoever is not asked neither answers nor abstains: such rows are in no group.
        asked_here = asked[ballots.voter_class]
        self.points = points if asked.all() else np.where(asked_here, points, np.nan)
        cell = np.where(asked_here, ballots.subject * classes + ballots.voter_class, -1)
        self.stats = aggregate(cell, points, groups=subjects * classes, edges=edges)
        counted, n = (a.reshape(subjects, classes) for a in (self.stats.counted, self.stats.n))
        self.n: Ints = n
        self.anonymous = np.ones(classes, dtype=bool) if plan.anonymous is None else plan.anonymous
        self.unknown: Ints = unknown_answers(n, plan.known, plan.anonymous)
        # A class's own figure stands for its own answers, whether these hide anybody else or not.
        self.own: Ints = unknown_answers(n, plan.known)
        counted = np.where(self.anonymous, counted, 0)
        self.bases: Bases = self._hide_each(part(counted, self.unknown, floor=plan.floor))
        self.subjects = self._combine(self.stats, plan.subject_weights)
        self.singles = self._combine_alone(self.stats)
        self.class_abstentions = self.stats.abstentions
        self.abstentions = self.class_abstentions.reshape(subjects, classes).sum(axis=1)
        self.distribution = self.stats.distribution.reshape(subjects, classes, len(edges)).sum(axis=1)

    def _hide_each(self, bases: Bases) -> Bases:
        """Return the bases without subjects whose figure one answer outweighs for whoever knows the others."""
        shown = bases.subject_shown.copy()
        for at in np.flatnonzero(shown & ~bases.classes_shown & (self.unknown < self.n).any(axis=1)).tolist():
            sizes, unknown = self.n[at].tolist(), self.unknown[at].tolist()
            shown[at] = hides_each(sizes, unknown, self.shares(at), floor=self.plan.floor)
        return replace(bases, subject_shown=shown)

    def shares(self, at: int) -> tuple[Fraction, ...]:
        """Return what share each class has in one subject's figure, exactly."""
        anonymous = tuple(self.anonymous.tolist())
        return exact_shares(tuple(self.n[at].tolist()), self._weights_of(at), self.plan.floor, anonymous)

    def _weights_of(self, at: int) -> tuple[float, ...]:
        return self._weights if self.plan.weights is None else tuple(self.plan.weights[at].tolist())

    def _combine(self, stats: Stats, weights: Floats) -> Combined:
        plan = self.plan
        return combine(stats, weights, floor=plan.floor, trim=plan.trim, anonymous=plan.anonymous)

    def _combine_alone(self, stats: Stats) -> Combined:
        return combine(stats, np.ones(1), floor=self.plan.floor, trim=self.plan.trim)

    def _show(self, value: float, sizes: Ints, unknown: Ints, weights: tuple[float, ...]) -> Shown:
        """Return a group's exact figure as it is shown; `sizes` are its answers by class, `unknown` those of them that
        nobody else can know."""
        plan = self.plan
        if not plan.keeps_back:
            exact = value if plan.decimals is None else round_half_up(value, plan.decimals)
            return Shown(exact, exact)
        ranges = ranges_of(
            plan.scale,
            tuple(sizes.tolist()),
            weights,
            floor=plan.floor,
            trim=plan.trim,
            unknown=None if plan.known is None else tuple(unknown.tolist()),
        )
        return ranges.show(value)

    @property
    def is_told(self) -> bool:
        """Whether any figure of this criterion is published."""
        return bool(self.bases.subject_shown.any())

    def subject(self, at: int) -> _Mean | None:
        """Return one subject's figure, None if it is not shown."""
        if not self.bases.subject_shown[at]:
            return None
        if at not in self._alone:
            self._alone[at] = self._subject(at)
        return self._alone[at]

    def _subject(self, at: int) -> _Mean:
        figures, plan = self.subjects, self.plan
        value = float(figures.value[at])
        classes = [self.voter_class(at, number) for number in range(self.classes)]
        parts = [
            (float(share), mean.shown)
            for share, mean in zip(figures.shares[at], classes, strict=True)
            if mean is not None
        ]
        if not parts and plan.keeps_back and self.n[at, ~self.anonymous].any():
            parts = self._beside_declared(at)
        if parts and plan.keeps_back:
            # More exactly, it would tell what the classes' figures keep back.
            shown = together(parts, plan.scale)
        else:
            shown = self._show(value, self.n[at], self.unknown[at], self._weights_of(at))
        return self._mean(figures, at, shown, int(self.unknown[at].sum()), int(self.abstentions[at]))

    def _beside_declared(self, at: int) -> list[tuple[float, Shown]]:
        """Return of what a subject's figure is put together where classes are not shown: the figure of the anonymous
        ones and that of each class declared not anonymous, as each would be shown, with their shares.

        Whoever knows the answers of the latter takes them away, whatever they were.
        """
        sizes, anonymous = self.n[at].tolist(), self.anonymous.tolist()
        exact = [share if counts else Fraction() for share, counts in zip(self.shares(at), anonymous, strict=True)]
        parts = [
            (float(self.subjects.shares[at, number]), self.class_shown(at, number))
            for number, counts in enumerate(anonymous)
            if sizes[number] and not counts
        ]
        if not (whole := sum(exact, Fraction())):
            return parts
        kept = tuple(size if counts else 0 for size, counts in zip(sizes, anonymous, strict=True))
        ranges = ranges_by_shares(
            self.plan.scale,
            kept,
            tuple(share / whole for share in exact),
            trim=self.plan.trim,
            unknown=tuple(self.unknown[at].tolist()),
        )
        cells = slice(at * self.classes, (at + 1) * self.classes)
        own = np.where(np.array(kept) > 0, self.subjects.shares[at], 0.0)
        value = float((own * np.nan_to_num(self.singles.value[cells])).sum() / own.sum())
        return [(float(whole), ranges.show(value)), *parts]

    def class_shown(self, at: int, number: int) -> Shown:
        """Return the figure of one class as it is shown, or would be if it were."""
        cell = at * self.classes + number
        unknown = self.own[at, number : number + 1]
        return self._show(float(self.singles.value[cell]), self.stats.n[cell : cell + 1], unknown, (1.0,))

    def _mean(self, figures: Combined, at: int, shown: Shown, unknown: int, abstentions: int) -> _Mean:
        half = float(figures.error[at]) * self.reach
        return _Mean(float(figures.value[at]), shown, half, int(figures.n[at]), unknown, abstentions, members=1)

    def voter_class(self, at: int, number: int) -> _Mean | None:
        """Return one class's figure for one subject, None if it is not shown or has no ballot."""
        cell = at * self.classes + number
        if not self.bases.classes_shown[at] or not self.stats.n[cell]:
            return None
        unknown, abstentions = int(self.own[at, number]), int(self.class_abstentions[cell])
        return self._mean(self.singles, cell, self.class_shown(at, number), unknown, abstentions)

    def group(self, inside: Flags) -> _Mean | None:
        """Return the mean of those of these subjects, (subjects,), that are shown; None if none is."""
        return _mean_of([self.subject(at) for at in np.flatnonzero(inside & self.bases.subject_shown).tolist()])


def _mean_of(subjects: Sequence[_Mean | None]) -> _Mean | None:
    """Return the mean of several subjects' figures as they are shown, each weighing the same."""
    known = [mean for mean in subjects if mean is not None]
    members = len(known)
    if not members:
        return None
    value = sum(mean.shown.value for mean in known) / members
    return _Mean(
        value=value,
        shown=Shown(value, value),
        half=sum(mean.half**2 for mean in known) ** 0.5 / members,
        n=sum(mean.n for mean in known),
        unknown=sum(mean.unknown for mean in known),
        abstentions=sum(mean.abstentions for mean in known),
        members=members,
    )


def _subject_sheet(makers: list[Criterion], plan: Plan, at: int, *, decides: bool | None) -> Sheet:
    means = [maker.subject(at) for maker in makers]
    figures = tuple(
        _figure(mean, plan, shown=_bars(maker, at, plan) if mean else None)
        for mean, maker in zip(means, makers, strict=True)
    )
    classes = {}
    for number in range(len(plan.class_weights)):
        of_class = [maker.voter_class(at, number) for maker in makers]
        if any(of_class):
            classes[number] = (tuple(_figure(mean, plan) for mean in of_class), _score(of_class, plan))
    score = _score(means, plan)
    exact = _exact_score(makers, plan, at)
    told = decides is not None and exact is not None and (plan.decimals is None or _may_be_flagged(means, plan))
    # On a line, only ballots that all say the same change nothing: a no would tell that they do.
    one_ballot = decides or exact in plan.bands if told else None
    return Sheet(score=score, criteria=figures, classes=classes, members=1, one_ballot=one_ballot)


def _bars(maker: Criterion, at: int, plan: Plan) -> tuple[tuple[int, int, int], ...] | None:
    unknown = int(maker.unknown[at].sum())
    if plan.decimals is not None and unknown < BARS_FROM:
        return None
    return bars(maker.distribution[at], ANSWERS.get(plan.scale), known=int(maker.n[at].sum()) - unknown)


def _fewest(means: Sequence[_Mean | None]) -> int:
    """Return how many answered the criterion that fewest answered, of those that are shown. Answers that others may
    know, and those of classes declared not anonymous, are left out."""
    return min((mean.unknown for mean in means if mean is not None), default=0)


def _may_be_flagged(means: Sequence[_Mean | None], plan: Plan) -> bool:
    """Whether it may be said that one ballot would change the grade. Beside the mean of a single criterion it would
    tell which answers there are."""
    return _fewest(means) >= SCORED_FROM and not rests_on_one(tuple(weight for weight, _mean in _known(means, plan)))


def _may_be_adjusted(sheet: Sheet, plan: Plan, *, fewest: int) -> bool:
    """Whether a subject's score with the raters' severity taken out may stand beside the score: of many ballots, and
    where the score is shown as it is, for it comes near to that. fewest: as of _fewest."""
    if plan.decimals is None or sheet.score is None:
        return True
    return fewest >= SCORED_FROM and not sheet.score.shown.code


def _exact_score(makers: list[Criterion], plan: Plan, at: int) -> float | None:
    """Return a subject's score as no one sees it: what orders subjects and decides their grades."""
    means = [maker.subject(at) for maker in makers]
    known = _known(means, plan)
    return _weighted([(weight, mean.value) for weight, mean in known], plan) if known else None


def _with_standing(sheets: list[Sheet], scores: Sequence[float | None]) -> list[Sheet]:
    order = {score: at for at, score in enumerate(sorted({score for score in scores if score is not None})[::-1], 1)}
    return [
        replace(sheet, standing=None if score is None else order[score])
        for sheet, score in zip(sheets, scores, strict=True)
    ]


def _group_sheet(means: list[_Mean | None], plan: Plan) -> Sheet:
    members = max((mean.members for mean in means if mean), default=0)
    known = _known(means, plan)
    score = None
    if known:
        value = _weighted([(weight, mean.value) for weight, mean in known], plan)
        score = _around(Shown(value, value), _half(known), plan)
    return Sheet(score, tuple(_figure(mean, plan) for mean in means), members=members)


def _known(means: Sequence[_Mean | None], plan: Plan) -> list[tuple[float, _Mean]]:
    """Return the criteria that are shown, with their weights; none where these weigh nothing."""
    known = [(float(plan.criterion_weights[at]), mean) for at, mean in enumerate(means) if mean is not None]
    return known if sum(weight for weight, _mean in known) else []


def _weighted(parts: Sequence[tuple[float, float]], plan: Plan) -> float:
    value = sum(weight * value for weight, value in parts) / sum(weight for weight, _value in parts)
    return value if plan.decimals is None else round_half_up(value, plan.decimals)


def _half(known: Sequence[tuple[float, _Mean]]) -> float:
    return sum(weight * mean.half for weight, mean in known) / sum(weight for weight, _mean in known)


def _score(means: list[_Mean | None], plan: Plan) -> Figure | None:
    """Return a subject's weighted score over the criteria that are shown, their weights renormalised."""
    known = _known(means, plan)
    if not known:
        return None
    value = _weighted([(weight, mean.value) for weight, mean in known], plan)
    if not plan.keeps_back:
        return replace(_around(Shown(value, value), _half(known), plan), proposed=grade_of(value, plan.bands))
    shown, proposed = shown_score(
        value,
        [(weight, mean.shown) for weight, mean in known],
        scale=plan.scale,
        fewest=_fewest(means),
        bands=plan.bands,
    )
    return replace(_around(shown, _half(known), plan), proposed=proposed)


def _figure(mean: _Mean | None, plan: Plan, *, shown: tuple[tuple[int, int, int], ...] | None = None) -> Figure | None:
    if mean is None:
        return None
    return replace(_around(mean.shown, mean.half, plan), n=mean.n, abstentions=mean.abstentions, bars=shown)


def _around(shown: Shown, half: float, plan: Plan) -> Figure:
    """Return a figure with the interval around what is shown of it, inside 0 to 100, and all of it rounded."""
    if plan.decimals is None:
        return Figure(shown, max(0.0, shown.least - half), min(100.0, shown.most + half))
    shown = replace(shown, least=round_half_up(shown.least), most=round_half_up(shown.most))
    low, high = max(0.0, shown.least - half), min(100.0, shown.most + half)
    return Figure(shown, round_half_up(low), round_half_up(high))
