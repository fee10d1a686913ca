"""The same figure over earlier rounds: a picture and its table. What is held back is said in words."""

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from peer_review.charts.bars import Point as ChartPoint
from peer_review.charts.bars import scale_start, ticks
from peer_review.domain.publication.figures import too_few
from peer_review.domain.results.read_models import Head
from peer_review.domain.results.trends import Trend
from peer_review.reports.blocks import Block, Cell, Column, Heading, Table, Text, TrendMark
from peer_review.reports.blocks import Trend as TrendBlock
from peer_review.reports.frame import interval_cell, interval_name, value_cell
from peer_review.reports.words import bands_of, day_of_round, held_back


def trend_blocks(trend: Trend | None, head: Head, *, personal: bool) -> list[Block]:
    """Return a score over the rounds, oldest first; nothing where there are no earlier ones."""
    if trend is None or (len(trend.points) < 2 and not trend.held_back):
        return []
    blocks: list[Block] = [Heading(_("Over the rounds"))]
    shown = [point for point in trend.points if point.score is not None]
    if len(shown) > 1:
        start = scale_start(
            [ChartPoint(point.score.value, point.score.low, point.score.high) for point in shown if point.score]
        )
        marks = [
            TrendMark(
                label=date_format(localtime(point.published_at), "YEAR_MONTH_FORMAT"),
                value=point.score.value,
                low=point.score.low,
                high=point.score.high,
                text=point.score.text,
                current=point is trend.points[-1],
            )
            for point in shown
            if point.score is not None
        ]
        description = "; ".join(
            f"{point.title}: {point.score.text if point.score else too_few()}" for point in trend.points
        )
        alt = ". ".join([_("Score over the rounds"), description])
        blocks.append(TrendBlock(marks, start, ticks(start, bands_of(head)), alt=alt, personal=personal))
    if len(trend.points) > 1:
        blocks += [_table(trend), Text(_("Where two intervals overlap, the rise or fall may be chance."), muted=True)]
    if words := held_back(trend):
        blocks.append(Text(words))
    return blocks


def _table(trend: Trend) -> Table:
    return Table(
        [
            Column(_("Round"), width="wide"),
            Column(_("Published on")),
            Column(_("Score"), number=True),
            Column(interval_name(), number=True),
        ],
        [
            [Cell(point.title), Cell(day_of_round(point)), value_cell(point.score), interval_cell(point.score)]
            for point in reversed(trend.points)
        ],
    )
