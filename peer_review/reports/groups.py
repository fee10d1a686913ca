"""The reports about a section and about a whole round: where are we strong, who stands where, how sure is the order."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from peer_review.charts.bars import Point as ChartPoint
from peer_review.charts.bars import scale_start, ticks
from peer_review.domain.publication.figures import too_few
from peer_review.domain.results.rank_ranges import RankRange
from peer_review.domain.results.read_models import Column as Criterion
from peer_review.domain.results.read_models import GroupReading, Head, RoundReading, RowReading, SectionReading
from peer_review.reports.blocks import (
    Block,
    Cell,
    Column,
    Dots,
    Fact,
    Heading,
    PlotRow,
    Report,
    Score,
    Table,
    Text,
)
from peer_review.reports.frame import (
    across,
    count_cell,
    digits,
    heat_cell,
    in_words,
    interval_cell,
    interval_name,
    joined,
    make_report,
    point,
    value_cell,
)
from peer_review.reports.rounds import trend_blocks
from peer_review.reports.words import bands_of, breaks_of, flags_of, line_of, quota_in_words, ties_in_words


def section_report(reading: SectionReading) -> Report:
    """Return the report of what a reader finds of a section."""
    section = reading.section
    groups = [group for group in (section, *reading.ranks, reading.unit) if group is not None]
    blocks: list[Block] = []
    if section is not None:
        blocks += [_mean(section, reading.head), *_profile(reading, section)]
    blocks += across(_heat(_("Means"), groups, reading.criteria), columns=len(reading.criteria))
    blocks += _ranking(reading, with_section=False)
    lines = _by_criterion(reading.rows, reading.criteria, sections=[])
    blocks += across(lines, columns=len(reading.criteria))
    blocks += trend_blocks(reading.trend, reading.head, personal=False)
    blocks += _reliable(reading.reliability.note)
    return make_report(
        reading.head,
        title=section.label if section is not None else _("Results of my section"),
        subtitle=_("Results of the section"),
        facts=_counts(reading.rows),
        blocks=blocks,
    )


def round_report(reading: RoundReading) -> Report:
    """Return the report of what leadership finds of a round."""
    blocks: list[Block] = []
    if reading.unit is not None:
        blocks.append(_mean(reading.unit, reading.head))
    means = _heat(_("Sections"), [*reading.sections, *_last(reading.unit)], reading.criteria)
    if reading.ranks:
        means += _heat(_("Ranks"), reading.ranks, reading.criteria)
    blocks += across(means, columns=len(reading.criteria))
    blocks += [Heading(_("Proposed under the quota")), Text(joined(quota_in_words(reading)))]
    blocks += _ranking(reading, with_section=True, line=line_of(reading))
    lines = _by_criterion(reading.rows, reading.criteria, sections=[section.label for section in reading.sections])
    blocks += across(lines, columns=len(reading.criteria))
    blocks += trend_blocks(reading.trend, reading.head, personal=False)
    blocks += _reliable(reading.reliability.note)
    return make_report(
        reading.head,
        title=_("All results"),
        subtitle=_("Sections, subjects and criteria of the whole round"),
        facts=[Fact(_("Sections"), str(len(reading.sections))), *_counts(reading.rows)],
        blocks=blocks,
    )


def _last(unit: GroupReading | None) -> list[GroupReading]:
    return [unit] if unit is not None else []


def _counts(rows: Sequence[RowReading]) -> list[Fact]:
    shown = sum(row.score is not None for row in rows)
    return [
        Fact(_("Subjects"), str(len(rows))),
        Fact(_("With a score"), str(shown)),
    ]


def _mean(group: GroupReading, head: Head) -> Score:
    score = group.score
    if score is None:
        words = _(
            "Too few ballots: fewer than %(floor)s were counted, so nothing is shown. This says nothing about the work."
        ) % {"floor": head.floor}
        return Score(value="", words=words, missing=too_few(), personal=False)
    words = _(
        "Mean of %(members)s subjects, each weighing the same: %(value)s of 100, %(grade)s; it lies between %(low)s "
        "and %(high)s with 95 %% certainty."
    ) % {
        "members": group.members,
        "value": score.text,
        "grade": score.grade_label,
        "low": digits(score.low),
        "high": digits(score.high),
    }
    return Score(value=score.text, words=words, missing=too_few(), personal=False)


def _profile(reading: SectionReading, section: GroupReading) -> list[Block]:
    """Return the section's criteria beside those of all."""
    units = [reading.unit] if reading.unit is not None and reading.unit.score is not None else []
    rows = [PlotRow(_("Score"), point(section.score), [point(unit.score) for unit in units])]
    for number, criterion in enumerate(reading.criteria):
        rows.append(
            PlotRow(criterion.label, point(section.marks[number]), [point(unit.marks[number]) for unit in units])
        )
    points = [ChartPoint(mark.value, mark.low, mark.high) for row in rows for mark in (row.own, *row.others) if mark]
    start = scale_start(points)
    others = [_("Mean of all subjects")] if units else []
    return [
        Heading(_("At a glance")),
        Dots(
            rows=rows,
            start=start,
            ticks=ticks(start, bands_of(reading.head)),
            own=section.label,
            others=others,
            missing=too_few(),
            alt=". ".join([_("Score and criteria with their intervals"), in_words(rows, others)]),
            personal=False,
        ),
    ]


def _reliable(notes: Sequence[str]) -> list[Block]:
    return [Heading(_("How reliable is the round?")), Text(joined(notes))] if notes else []


def _heat(title: str, groups: Sequence[GroupReading], criteria: Sequence[Criterion]) -> list[Block]:
    columns = [
        Column(_("Section"), width="name"),
        Column(_("Score"), width="even"),
        Column(interval_name(), number=True),
        Column(_("Subjects"), number=True),
        *(Column(criterion.label, width="even") for criterion in criteria),
    ]
    rows = [
        [
            Cell(group.label, strong=group.scope == "unit"),
            heat_cell(group.score),
            interval_cell(group.score),
            count_cell(group.members if group.score is not None else None),
            *(heat_cell(mark) for mark in group.marks),
        ]
        for group in groups
    ]
    caption = _("Means of the subjects, each weighing the same; number, grade and tint say the same thing.")
    return [Heading(title), Table(columns, rows, caption=caption, dense=True)]


def _ranking(reading: SectionReading | RoundReading, *, with_section: bool, line: float | None = None) -> list[Block]:
    """Return the order by score: a place is a range, because intervals that overlap cannot be told apart.

    `line`: where the quota's lies, drawn across the strips.
    """
    rows = reading.rows
    points = [ChartPoint(row.score.value, row.score.low, row.score.high) for row in rows if row.score is not None]
    start = scale_start(points)
    columns = [
        Column(pgettext("ranking", "Place"), number=True),
        Column(_("Name"), width="even"),
        *([Column(_("Section"), width="name")] if with_section else []),
        Column(_("Score"), number=True),
        Column(_("Grade"), width="even"),
        Column(interval_name(), number=True),
        Column(_("from %(start)s to 100") % {"start": start}, width="name"),
        Column(_("Ballots"), number=True),
    ]
    drawn = []
    for row in rows:
        score = row.score
        drawn.append(
            [
                Cell(place_words(row.place)) if row.place is not None else Cell("–"),
                Cell(row.label),
                *([Cell(row.section)] if with_section else []),
                value_cell(score, strong=True),
                Cell(
                    score.grade_label if score is not None else too_few(),
                    sub="; ".join(flags_of(row)),
                    few=score is None,
                ),
                interval_cell(score),
                Cell("", strip=point(score), start=start, line=line),
                count_cell(row.ballots if score is not None else None),
            ]
        )
    words = (
        _(
            "The bar is the 95 %% interval. A place is a range: the subjects whose intervals overlap cannot be told "
            "apart, so their order says nothing. The grades are proposals; people tied at a line are decided by a "
            "named person, with a reason."
        )
        % {}
    )
    apart = _("Beyond chance: no interval above this line overlaps one below it.")
    table = Table(columns, drawn, breaks=[(number, apart) for number in breaks_of(rows)], dense=len(rows) > 30)
    ties = ties_in_words(reading.ties)
    return [
        Heading(_("Subjects")),
        *([Text(ties, sticky=True)] if ties else []),
        *([Text(reading.ladder_note, sticky=True)] if reading.ladder_note else []),
        Text(words, muted=True, sticky=True),
        table,
    ]


def place_words(place: RankRange) -> str:
    """Return a place as a range: "3–7"."""
    return str(place.best) if place.best == place.worst else f"{place.best}–{place.worst}"


def _by_criterion(rows: Sequence[RowReading], criteria: Sequence[Criterion], *, sections: Sequence[str]) -> list[Block]:
    """Return one line a subject with its criteria: section by section if these are given, in the order of the rows."""
    columns = [
        Column(_("Name"), width="name"),
        Column(_("Score"), width="even"),
        *(Column(criterion.label, width="even") for criterion in criteria),
    ]
    parts: dict[str, list[RowReading]] = {name: [] for name in sections}
    for row in rows:
        parts.setdefault(row.section if sections else "", []).append(row)
    blocks: list[Block] = [Heading(_("Criterion by criterion"))]
    for name, members in parts.items():
        if not members:
            continue
        if name:
            blocks.append(Heading(name, level=3))
        drawn = [[Cell(row.label), heat_cell(row.score), *(heat_cell(mark) for mark in row.marks)] for row in members]
        blocks.append(Table(columns, drawn, dense=True))
    return blocks
