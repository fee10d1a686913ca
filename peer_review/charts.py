"""Pictures of figures as inline SVG, made on the server: the same on the page and on paper.

Coordinates are percentages across and pixels down, so a picture fits a phone without shrinking its letters. Colours
come from classes (results.css); nothing is said by colour alone: the own value is a filled disc, what it is compared
with a hollow diamond. Each picture stands beside a table that holds the same figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

ROW = 58
AXIS = 30
BAR_ROW = 40
#: Where the usual grades meet.
GRADE_EDGES = (60, 70, 90)


@dataclass(frozen=True, slots=True)
class Point:
    """A value with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class DotRow:
    """One line of a dot plot. None is drawn as words: `missing`."""

    label: str
    own: Point | None
    other: Point | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a distribution."""

    label: str
    count: int


def dot_plot(
    rows: Sequence[DotRow],
    *,
    name: str,
    title: str,
    description: str,
    missing: str,
    own: str,
    other: str = "",
    edges: Sequence[int] = GRADE_EDGES,
    personal: bool = True,
) -> SafeString:
    """Return a dot plot with intervals, one row a criterion, over a scale that starts at a full ten and ends at 100.

    `name` makes the ids unique on the page. `own` and `other` name the two marks in the key. `edges` are where the
    grades meet, lowest first. `personal` marks one subject's values in seal red; means of many are ink blue.
    """
    start = scale_start([point for row in rows for point in (row.own, row.other) if point])
    height = len(rows) * ROW + AXIS
    parts = [_key(own, other)] if other else []
    css = "ch-own" if personal else "ch-mean"
    parts.append(_open(height, name, title, description))
    for tick in _ticks(start, edges):
        at = _at(tick, start)
        parts.append(f'<line class="ch-grid" x1="{at}" x2="{at}" y1="20" y2="{height - AXIS + 6}"/>')
        anchor = "start" if tick == start else "end" if tick == 100 else "middle"
        parts.append(f'<text class="ch-tick" x="{at}" y="{height - 8}" text-anchor="{anchor}">{tick}</text>')
    for number, row in enumerate(rows):
        top = number * ROW
        parts.append(f'<text class="ch-label" x="0" y="{top + 16}">{escape(row.label)}</text>')
        if row.own is None:
            parts.append(f'<text class="ch-missing" x="100%" y="{top + 16}" text-anchor="end">{escape(missing)}</text>')
        else:
            parts.append(f'<text class="ch-value" x="100%" y="{top + 16}" text-anchor="end">{row.own.value:.1f}</text>')
        if row.other is not None:
            parts.append(_interval(row.other, start, top + 43, "ch-other"))
            parts.append(_diamond(row.other.value, start, top + 43))
        if row.own is not None:
            parts.append(_interval(row.own, start, top + 32, css))
            parts.append(f'<circle class="{css}-dot" cx="{_at(row.own.value, start)}" cy="{top + 32}" r="6"/>')
    parts.append("</svg>")
    return mark_safe("".join(parts))  # noqa: S308 - every text in it was escaped above


def bar_chart(bars: Sequence[Bar], *, name: str, title: str, description: str) -> SafeString:
    """Return a distribution as horizontal bars, best answer first as the caller orders them."""
    most = max((bar.count for bar in bars), default=0) or 1
    parts = [_open(len(bars) * BAR_ROW, name, title, description)]
    for number, bar in enumerate(bars):
        top = number * BAR_ROW
        parts.append(f'<text class="ch-label" x="0" y="{top + 14}">{escape(bar.label)}</text>')
        parts.append(f'<text class="ch-value" x="100%" y="{top + 14}" text-anchor="end">{bar.count}</text>')
        parts.append(f'<rect class="ch-track" x="0" y="{top + 21}" width="100%" height="10"/>')
        if bar.count:
            width = f"{100 * bar.count / most:.2f}%"
            parts.append(f'<rect class="ch-bar" x="0" y="{top + 21}" width="{width}" height="10"/>')
    parts.append("</svg>")
    return mark_safe("".join(parts))  # noqa: S308 - every text in it was escaped above


def strip(point: Point | None, *, start: int) -> SafeString:
    """Return one value with its interval for a table row, hidden from screen readers: the numbers stand beside it."""
    if point is None:
        return mark_safe("")
    body = _interval(point, start, 12, "ch-mean")
    dot = f'<circle class="ch-mean-dot" cx="{_at(point.value, start)}" cy="12" r="5"/>'
    return mark_safe(  # noqa: S308 - numbers only
        f'<svg class="pr-strip" height="24" aria-hidden="true" focusable="false">'
        f'<line class="ch-axis" x1="0" x2="100%" y1="12" y2="12"/>{body}{dot}</svg>'
    )


def scale_start(points: Sequence[Point]) -> int:
    """Return where the scale begins: the full ten under the lowest bound, at most 60."""
    lowest = min((point.low for point in points), default=60.0)
    return int(max(0.0, min(60.0, lowest // 10 * 10)))


def _ticks(start: int, edges: Sequence[int]) -> list[int]:
    """Return the lines drawn across: the ends, and the edges of the grades between. Letters need room: 4 apart."""
    inside = [edge for edge in edges if start < edge < 100]
    lower = [tick for tick in (20, 40) if not inside or tick <= inside[0] - 4] if start == 0 else []
    ticks = [start]
    for tick in (*lower, *inside):
        if tick - ticks[-1] >= 4 and 100 - tick >= 4:
            ticks.append(tick)
    return [*ticks, 100]


def _at(value: float, start: int) -> str:
    """Return where a value lies, in percent across, with room for half a mark at both ends."""
    return f"{1.5 + 97 * (min(100.0, max(float(start), value)) - start) / (100 - start):.2f}%"


def _interval(point: Point, start: int, y: int, css: str) -> str:
    low, high = _at(point.low, start), _at(point.high, start)
    return (
        f'<line class="{css}-line" x1="{low}" x2="{high}" y1="{y}" y2="{y}"/>'
        f'<line class="{css}-cap" x1="{low}" x2="{low}" y1="{y - 4}" y2="{y + 4}"/>'
        f'<line class="{css}-cap" x1="{high}" x2="{high}" y1="{y - 4}" y2="{y + 4}"/>'
    )


def _diamond(value: float, start: int, y: int) -> str:
    # A square turned round its own middle: percentages do not work inside a path.
    return (
        f'<svg class="ch-mark" x="{_at(value, start)}" y="{y}" overflow="visible">'
        '<rect class="ch-other-dot" x="-4.5" y="-4.5" width="9" height="9" transform="rotate(45)"/></svg>'
    )


def _key(own: str, other: str) -> str:
    return (
        '<p class="pr-key">'
        '<span><svg width="28" height="14" aria-hidden="true" focusable="false">'
        '<line class="ch-own-line" x1="1" x2="27" y1="7" y2="7"/><circle class="ch-own-dot" cx="14" cy="7" r="5"/>'
        f"</svg> {escape(own)}</span>"
        '<span><svg width="28" height="14" aria-hidden="true" focusable="false">'
        '<line class="ch-other-line" x1="1" x2="27" y1="7" y2="7"/>'
        '<rect class="ch-other-dot" x="-4" y="-4" width="8" height="8" transform="translate(14 7) rotate(45)"/>'
        f"</svg> {escape(other)}</span></p>"
    )


def _open(height: int, name: str, title: str, description: str) -> str:
    return (
        f'<svg class="pr-chart" height="{height}" role="img" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    )
