"""Readings as pictures and table lines. Every number in a picture is one of the reading; each has a table beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from peer_review.charts import bars
from peer_review.charts.radar import Spoke, radar
from peer_review.charts.trend import Moment, trend_line
from peer_review.domain.publication.figures import Mark, too_few
from peer_review.domain.results.read_models import CriterionReading, Head, SubjectReading, SummaryReading
from peer_review.domain.results.trends import Point, Trend


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table of figures: the score (`total`), or a criterion."""

    label: str
    own: Mark | None
    others: tuple[Mark | None, ...] = ()
    total: bool = False


@dataclass(frozen=True, slots=True)
class Tile:
    """One criterion with the picture of its answers; empty where the distribution may not be shown."""

    line: CriterionReading
    picture: SafeString


def subject_lines(reading: SubjectReading) -> list[Line]:
    """Return the score and the criteria of a subject, each beside its comparisons."""
    score = Line(_("Score"), reading.score, tuple(comparison.score for comparison in reading.comparisons), total=True)
    return [score, *(Line(criterion.label, criterion.own, criterion.others) for criterion in reading.criteria)]


def summary_lines(reading: SummaryReading) -> list[Line]:
    """Return the score and the criteria of the mean of all; none where that is not shown."""
    if reading.unit is None:
        return []
    criteria = zip(reading.criteria, reading.unit.marks, strict=True)
    return [
        Line(_("Score"), reading.unit.score, total=True),
        *(Line(criterion.label, mark) for criterion, mark in criteria),
    ]


def dots(lines: Sequence[Line], head: Head, *, own: str, others: Sequence[str] = (), personal: bool) -> SafeString:
    """Return the dot plot of these lines; `personal` if they are one subject's."""
    rows = [bars.DotRow(line.label, _point(line.own), tuple(map(_point, line.others))) for line in lines]
    return bars.dot_plot(
        rows,
        name="dots",
        title=_("Score and criteria with their intervals"),
        description=in_words(lines, others),
        missing=too_few(),
        own=own,
        others=others,
        edges=edges(head),
        personal=personal,
    )


def profile(lines: Sequence[Line], *, own: str, others: Sequence[str]) -> SafeString:
    """Return the radar of a subject's criteria; empty with fewer than three."""
    criteria = [line for line in lines if not line.total]
    return radar(
        [Spoke(line.label, _point(line.own), tuple(map(_point, line.others))) for line in criteria],
        name="radar",
        title=_("Profile over the criteria"),
        description=in_words(criteria, others),
        missing=too_few(),
        own=own,
        others=others,
    )


def over_rounds(trend: Trend | None, head: Head, *, name: str, personal: bool) -> SafeString:
    """Return the line of a score over the rounds in which it is shown; empty for fewer than two."""
    if trend is None:
        return SafeString("")
    moments = [
        Moment(date_format(point.published_at, "YEAR_MONTH_FORMAT"), _as_point(point.score))
        for point in trend.points
        if point.score is not None
    ]
    descriptions = [f"{point.title}: {_value(point.score)}" for point in trend.points]
    return trend_line(
        moments,
        name=name,
        title=_("Score over the rounds"),
        description="; ".join(descriptions),
        edges=edges(head),
        personal=personal,
    )


def tiles(criteria: Iterable[CriterionReading]) -> list[Tile]:
    """Return each criterion with the picture of its distribution."""
    return [Tile(criterion, _distribution(criterion)) for criterion in criteria]


def in_words(lines: Sequence[Line], others: Sequence[str]) -> str:
    """Return what a picture of these lines shows: each value with its interval, and those beside it by name."""
    words = []
    for line in lines:
        beside = [f"{name} {_value(mark)}" for name, mark in zip(others, line.others, strict=True)]
        words.append(f"{line.label}: {', '.join([_value(line.own), *beside])}")
    return "; ".join(words)


def edges(head: Head) -> list[int]:
    """Return where the round's grades meet, lowest first."""
    return [int(edge) for edge in reversed(head.bands)]


def strips_start(marks: Iterable[Mark | None]) -> int:
    """Return where the scale of a table's strips begins."""
    return bars.scale_start([_as_point(mark) for mark in marks if mark is not None])


def strip(mark: Mark | None, head: Head, *, start: int, line: float | None = None) -> SafeString:
    """Return one figure with its interval for a table row, over the scale of the whole table; `line` is the quota's."""
    return bars.strip_at_line(_point(mark), start=start, line=line, edges=edges(head))


def _distribution(line: CriterionReading) -> SafeString:
    if not line.bars:
        return SafeString("")
    return bars.bar_chart(
        [bars.Bar(bar.label, bar.count) for bar in line.bars],
        name=f"bars-{line.key}",
        title=_("Distribution of the answers: %(criterion)s") % {"criterion": line.label},
        description="; ".join(f"{bar.label}: {bar.count}" for bar in line.bars),
    )


def _value(mark: Mark | Point | None) -> str:
    return f"{mark.text} ({mark.low:.1f}–{mark.high:.1f})" if mark is not None else too_few()


def _point(mark: Mark | None) -> bars.Point | None:
    return _as_point(mark) if mark is not None else None


def _as_point(mark: Mark | Point) -> bars.Point:
    return bars.Point(mark.value, mark.low, mark.high, mark.text)
