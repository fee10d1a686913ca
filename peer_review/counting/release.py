"""From all ballots of a round to the figures that may be published, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from .aggregate import Stats, aggregate
from .combine import Combined, combine
from .disclosure import Bases, Crowd, Flags, bars, comparable, part
from .one_ballot import Part, one_ballot_decides
from .ranks import comparable_ranks
from .reliability import Reliability, round_reliability
from .scales import BANDS, SPREAD_FLOOR, Floats, Ints, bin_edges, grade_of, round_half_up, to_points
from .severity import Adjusted, Severity, adjust


@dataclass(frozen=True, slots=True)
class Ballots:
    """The counted ballots of a round, one row for each subject that a ballot judges.

    Shape: subject and voter_class are (ballots,), positions in the plan's lists; answers is (ballots, criteria) as
        given, NaN for 不了解 (and where the class is not asked: see Plan.asked); sheet (ballots,) has the same number
        for all rows of one whole sheet. Without it every row is a paper of its own.
    """

    subject: Ints
    voter_class: Ints
    answers: Floats
    sheet: Ints | None = None


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
    ranks: (subjects,), each subject's rank, numbered from 0, -1 for none; None: no means by rank.
    bands: the lowest points of the three upper grades. roll: where it is known, what joins several subjects must have
    been answerable by at least `floor` people.
    `decimals` None leaves figures unrounded, which only tests of the arithmetic want.
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


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure: points from 0 to 100 with the bounds of its 95 % interval.

    n answered, abstentions did not know enough; both 0 for the weighted score over several criteria. Bars are
    (first bin, last bin, ballots).
    """

    value: float
    low: float
    high: float
    n: int = 0
    abstentions: int = 0
    bars: tuple[tuple[int, int, int], ...] | None = None

    def grade(self, bands: Sequence[float] = BANDS) -> str:
        """Return the key of the grade that the figure proposes."""
        return grade_of(self.value, bands)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is published of one subject, section or unit. A None, and a class that is missing, say 样本不足.

    criteria: one a criterion. classes: voter class → one a criterion, then the class's score. members: of how many
    subjects a section's or the unit's means are made. one_ballot: whether a subject's score without some one ballot
    would propose another grade; None without a score, and for groups. adjusted: a subject's score with its raters'
    severity taken out, where that may be shown.
    """

    score: Figure | None
    criteria: tuple[Figure | None, ...]
    classes: dict[int, tuple[tuple[Figure | None, ...], Figure | None]] = field(default_factory=dict)
    members: int = 0
    one_ballot: bool | None = None
    adjusted: Adjusted | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """Everything that may be published of a round.

    `open_sections`, `unit_open` and `open_ranks`: whose means may be shown to people who may not see the members' own
    figures (see disclosure.comparable and ranks.comparable_ranks). reliability: of the subjects that are shown, if they
    are at least `floor`. severity: how severity was taken out, or why it was not.
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

    A section's figure is the mean of its subjects' figures, each weighing the same; those too small to be shown
    come in together, as disclosure.part allows. So is a rank's; those that come in together do so only if all of them
    are of the rank. A score is the weighted mean of the criteria that are shown, and so never tells more than they do.
    Its interval adds the criteria's: cautious, because the same people gave them.
    """
    subjects = len(plan.sections)
    sections = int(plan.sections.max()) + 1 if subjects else 0
    makers = [read_criterion(ballots, plan, at) for at in range(ballots.answers.shape[1])]
    parts = [Part(maker.points, maker.stats, maker.bases.subject_shown) for maker in makers]
    decides = one_ballot_decides(ballots.subject, ballots.voter_class, parts, plan)
    shown = np.array([maker.bases.subject_shown for maker in makers], dtype=bool).reshape(len(makers), subjects)
    severity = adjust(
        ballots.subject, ballots.voter_class, ballots.sheet, [maker.points for maker in makers], shown, plan
    )
    sheets = [_subject_sheet(makers, plan, at, decides=bool(decides[at])) for at in range(subjects)]
    sheets = [replace(sheet, adjusted=adjusted) for sheet, adjusted in zip(sheets, severity.subjects, strict=True)]

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
        ballots.subject,
        [maker.points for maker in makers],
        shown=shown,
        weights=plan.criterion_weights,
        floor=plan.floor,
        spread_floor=SPREAD_FLOOR[plan.scale],
        sheet=ballots.sheet,
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
    """Return bases and figures of one criterion, before anything is rounded or held back."""
    return Criterion(
        ballots,
        to_points(ballots.answers[:, at], plan.scale),
        plan,
        at,
        subjects=len(plan.sections),
        classes=len(plan.class_weights),
        sections=int(plan.sections.max()) + 1 if len(plan.sections) else 0,
    )


@dataclass(slots=True)
class _Mean:
    """A mean over members' figures, still unrounded."""

    value: float
    half: float
    n: int
    abstentions: int
    members: int


class Criterion:
    """Bases and figures of one criterion."""

    def __init__(
        self, ballots: Ballots, points: Floats, plan: Plan, at: int, *, subjects: int, classes: int, sections: int
    ) -> None:
        self.plan, self.classes = plan, classes
        edges = bin_edges(plan.scale, plan.bands)
        asked = np.ones(classes, dtype=bool) if plan.asked is None else plan.asked[at]
        # Whoever is not asked neither answers nor abstains: such rows are in no group.
        asked_here = asked[ballots.voter_class]
        self.points = points if asked.all() else np.where(asked_here, points, np.nan)
        cell = np.where(asked_here, ballots.subject * classes + ballots.voter_class, -1)
        self.stats = aggregate(cell, points, groups=subjects * classes, edges=edges)
        counted, n = (a.reshape(subjects, classes) for a in (self.stats.counted, self.stats.n))
        crowds = []
        if ballots.sheet is not None:
            given = asked_here & ~np.isnan(points)
            crowds.append(Crowd(ballots.subject[given], ballots.sheet[given]))
        if plan.roll is not None:
            may = asked[plan.roll.voter_class]
            crowds.append(Crowd(plan.roll.subject[may], plan.roll.person[may]))
        self.bases: Bases = part(counted, n, plan.sections, floor=plan.floor, crowds=crowds)
        self.subjects = self._combine(self.stats)
        self.singles = self._combine_alone(self.stats)
        self.class_abstentions = self.stats.abstentions
        self.abstentions = self.class_abstentions.reshape(subjects, classes).sum(axis=1)
        self.distribution = self.stats.distribution.reshape(subjects, classes, len(edges)).sum(axis=1)
        # The rests: their subjects' ballots pooled by class; one group per section, and a last one for the unit.
        place = np.full(subjects, -1, dtype=np.int64)
        place[self.bases.section_rest] = plan.sections[self.bases.section_rest]
        place[self.bases.unit_rest] = sections
        inside = asked_here & (place[ballots.subject] >= 0)
        pooled = np.where(inside, place[ballots.subject] * classes + ballots.voter_class, -1)
        rests = aggregate(pooled, points, groups=(sections + 1) * classes, edges=edges)
        self.rests, self.rest_stats = self._combine(rests), rests
        self.rest_abstentions = rests.abstentions.reshape(-1, classes).sum(axis=1)
        self.rest_members = np.bincount(place[place >= 0], minlength=sections + 1)
        self.rest_places = {int(at): np.flatnonzero(place == at) for at in np.flatnonzero(self.rest_members)}
        firsts = [(at, places[0]) for at, places in self.rest_places.items()]
        self.rest_firsts = np.array(firsts, dtype=np.int64).reshape(-1, 2)

    def _combine(self, stats: Stats) -> Combined:
        plan = self.plan
        floor = SPREAD_FLOOR[plan.scale]
        return combine(stats, plan.class_weights, floor=plan.floor, trim=plan.trim, spread_floor=floor)

    def _combine_alone(self, stats: Stats) -> Combined:
        plan = self.plan
        return combine(stats, np.ones(1), floor=plan.floor, trim=plan.trim, spread_floor=SPREAD_FLOOR[plan.scale])

    @property
    def is_told(self) -> bool:
        """Whether any figure of this criterion is published."""
        return bool(self.bases.subject_shown.any() or self.rest_members.any())

    def subject(self, at: int) -> _Mean | None:
        """Return one subject's figure, None if it is not shown."""
        if not self.bases.subject_shown[at]:
            return None
        figures = self.subjects
        return _Mean(
            float(figures.value[at]), float(figures.half[at]), int(figures.n[at]), int(self.abstentions[at]), 1
        )

    def voter_class(self, at: int, number: int) -> _Mean | None:
        """Return one class's figure for one subject, None if it is not shown or has no ballot."""
        cell = at * self.classes + number
        if not self.bases.classes_shown[at] or not self.stats.n[cell]:
            return None
        figures, abstentions = self.singles, self.class_abstentions
        return _Mean(
            float(figures.value[cell]), float(figures.half[cell]), int(figures.n[cell]), int(abstentions[cell]), 1
        )

    def rest(self, at: int) -> _Mean | None:
        """Return the pooled figure of a section's small subjects, None if there is no such group."""
        members = int(self.rest_members[at])
        if not members:
            return None
        figures = self.rests
        abstentions = int(self.rest_abstentions[at])
        return _Mean(float(figures.value[at]), float(figures.half[at]), int(figures.n[at]), abstentions, members)

    def group(self, inside: Flags) -> _Mean | None:
        """Return the mean of these subjects, (subjects,). Small ones shown together come in if all of them are here."""
        members = [self.subject(int(at)) for at in np.flatnonzero(inside)]
        # All of a rest's members are here only if its first is: a question that is asked of all rests at once.
        rests = [
            self.rest(at)
            for at in self.rest_firsts[inside[self.rest_firsts[:, 1]], 0].tolist()
            if inside[self.rest_places[at]].all()
        ]
        return _mean_of([*members, *rests])


def _mean_of(parts: list[_Mean | None]) -> _Mean | None:
    """Return the mean of several groups' figures, each weighing as many as its members."""
    known = [part for part in parts if part is not None]
    members = sum(mean.members for mean in known)
    if not members:
        return None
    return _Mean(
        value=sum(mean.value * mean.members for mean in known) / members,
        half=sum((mean.half * mean.members) ** 2 for mean in known) ** 0.5 / members,
        n=sum(mean.n for mean in known),
        abstentions=sum(mean.abstentions for mean in known),
        members=members,
    )


def _subject_sheet(makers: list[Criterion], plan: Plan, at: int, *, decides: bool) -> Sheet:
    means = [maker.subject(at) for maker in makers]
    figures = tuple(
        _figure(mean, plan, shown=bars(maker.distribution[at]) if mean else None)
        for mean, maker in zip(means, makers, strict=True)
    )
    classes = {}
    for number in range(len(plan.class_weights)):
        of_class = [maker.voter_class(at, number) for maker in makers]
        if any(of_class):
            classes[number] = (tuple(_figure(mean, plan) for mean in of_class), _score(of_class, plan))
    score = _score(means, plan)
    one_ballot = None if score is None else decides
    return Sheet(score=score, criteria=figures, classes=classes, members=1, one_ballot=one_ballot)


def _group_sheet(means: list[_Mean | None], plan: Plan) -> Sheet:
    members = max((mean.members for mean in means if mean), default=0)
    return Sheet(_score(means, plan), tuple(_figure(mean, plan) for mean in means), members=members)


def _score(means: list[_Mean | None], plan: Plan) -> Figure | None:
    """Return the weighted score over the criteria that are shown, their weights renormalised."""
    known = [(float(plan.criterion_weights[at]), mean) for at, mean in enumerate(means) if mean is not None]
    total = sum(weight for weight, _mean in known)
    if not total:
        return None
    value = sum(weight * mean.value for weight, mean in known) / total
    half = sum(weight * mean.half for weight, mean in known) / total
    return Figure(*_bounds(value, half, plan))


def _figure(mean: _Mean | None, plan: Plan, *, shown: tuple[tuple[int, int, int], ...] | None = None) -> Figure | None:
    if mean is None:
        return None
    return Figure(*_bounds(mean.value, mean.half, plan), n=mean.n, abstentions=mean.abstentions, bars=shown)


def _bounds(value: float, half: float, plan: Plan) -> tuple[float, float, float]:
    """Return value, low and high, inside 0 to 100 and rounded."""
    three = (value, max(0.0, value - half), min(100.0, value + half))
    if plan.decimals is None:
        return three
    value, low, high = (round_half_up(number, plan.decimals) for number in three)
    return value, low, high
