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
from peer_review.reports.frame import digits, interval_cell, interval_name, value_cell
from peer_review.reports.words import bands_of, day_of_round, held_back


def trend_blocks(found: Trend | None, head: Head, *, personal: bool) -> list[Block]:
    """Return a score over the rounds, oldest first; nothing where there are no earlier ones."""
    if found is None or (len(found.points) < 2 and not found.held_back):
        return []
    blocks: list[Block] = [Heading(_("Over the rounds"))]
    shown = [one for one in found.points if one.score is not None]
    if len(shown) > 1:
        start = scale_start([ChartPoint(one.score.value, one.score.low, one.score.high) for one in shown if one.score])
        marks = [
            TrendMark(
                label=date_format(localtime(one.published_at), "YEAR_MONTH_FORMAT"),
                value=one.score.value,
                low=one.score.low,
                high=one.score.high,
                text=digits(one.score.value),
                current=one is found.points[-1],
            )
            for one in shown
            if one.score is not None
        ]
        told = "; ".join(f"{one.title}: {digits(one.score.value) if one.score else too_few()}" for one in found.points)
        alt = ". ".join([_("Score over the rounds"), told])
        blocks.append(TrendBlock(marks, start, ticks(start, bands_of(head)), alt=alt, personal=personal))
    if len(found.points) > 1:
        blocks += [_table(found), Text(_("Where two intervals overlap, the rise or fall may be chance."), muted=True)]
    if words := held_back(found):
        blocks.append(Text(words))
    return blocks


def _table(found: Trend) -> Table:
    return Table(
        [
            Column(_("Round"), width="wide"),
            Column(_("Published on")),
            Column(_("Score"), number=True),
            Column(interval_name(), number=True),
        ],
        [
            [Cell(one.title), Cell(day_of_round(one)), value_cell(one.score), interval_cell(one.score)]
            for one in reversed(found.points)
        ],
    )
