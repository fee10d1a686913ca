"""One figure over several rounds, with its intervals. Rounds that are held back are not drawn: words say so."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from peer_review.charts.bars import Point, opening, scale_start

HEIGHT, TOP, BOTTOM = 240, 24, 34
#: Where the first and the last round lie, in percent across: beside the scale, with room for half a label.
FIRST, LAST = 14.0, 92.0


@dataclass(frozen=True, slots=True)
class Moment:
    """One round: a short label under it, and its figure."""

    label: str
    point: Point


def trend_line(
    moments: Sequence[Moment],
    *,
    name: str,
    title: str,
    description: str,
    edges: Sequence[int] = (),
    personal: bool = True,
) -> SafeString:
    """Return the line over the rounds, oldest left; empty with fewer than two.

    `edges`, where grades meet, are drawn across. `personal` as in charts.dot_plot.
    """
    if len(moments) < 2:
        return mark_safe("")
    start = scale_start([moment.point for moment in moments])
    css = "ch-own" if personal else "ch-mean"
    parts = [opening(f'height="{HEIGHT}"', name, title, description)]
    for tick in sorted({start, 100, *(edge for edge in edges if start < edge < 100)}):
        y = _down(tick, start)
        parts.append(f'<line class="ch-grid" x1="8%" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="ch-tick" x="0" y="{y + 4:.1f}">{tick}</text>')
    places = [
        (_across(number, len(moments)), _down(moment.point.value, start)) for number, moment in enumerate(moments)
    ]
    for (x, y), (later, lower) in itertools.pairwise(places):
        parts.append(f'<line class="{css}-thread" x1="{x:.2f}%" y1="{y:.1f}" x2="{later:.2f}%" y2="{lower:.1f}"/>')
    for (x, y), moment in zip(places, moments, strict=True):
        parts.append(_standing(moment.point, x, start, css))
        parts.append(f'<circle class="{css}-dot" cx="{x:.2f}%" cy="{y:.1f}" r="6"/>')
        value = escape(moment.point.words)
        parts.append(f'<text class="ch-value ch-halo" x="{x:.2f}%" dx="10" y="{y + 5:.1f}">{value}</text>')
        parts.append(
            f'<text class="ch-tick" x="{x:.2f}%" y="{HEIGHT - 8}" text-anchor="middle">{escape(moment.label)}</text>'
        )
    parts.append("</svg>")
    return mark_safe("".join(parts))  # noqa: S308 - every text in it was escaped above


def _across(number: int, total: int) -> float:
    return FIRST + (LAST - FIRST) * number / (total - 1)


def _down(value: float, start: int) -> float:
    """Return how far down a value lies, in pixels."""
    share = (min(100.0, max(float(start), value)) - start) / (100 - start)
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share


def _standing(point: Point, x: float, start: int, css: str) -> str:
    """Return an interval as a line with caps, standing. Caps are drawn round the middle: percent and pixels mix."""
    high, low = _down(point.high, start), _down(point.low, start)
    left = f"{x:.2f}%"
    caps = "".join(
        f'<svg x="{left}" y="{y:.1f}" overflow="visible"><line class="{css}-cap" x1="-5" x2="5" y1="0" y2="0"/></svg>'
        for y in (high, low)
    )
    return f'<line class="{css}-line" x1="{left}" x2="{left}" y1="{high:.1f}" y2="{low:.1f}"/>{caps}'
