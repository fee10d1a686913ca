"""Pictures of figures as inline SVG, made on the server: the same on the page and on paper.

Coordinates are percentages across and pixels down, so a picture fits a phone without shrinking its letters. Colours
come from classes (results.css); nothing is said by colour alone: the own value is a filled disc, what it is compared
with a hollow diamond, square or triangle. Each picture stands beside a table that holds the same figures. A radar and a
trend have files of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

ROW = 47
BESIDE = 11
AXIS = 30
BAR_ROW = 40
#: Where the usual grades meet.
GRADE_EDGES = (60, 70, 90)
#: Marks of what the own value is compared with, in order: class, and the shape around its middle.
MARKS = (
    ("ch-other", '<rect class="ch-other-dot" x="-4.5" y="-4.5" width="9" height="9" transform="rotate(45)"/>'),
    ("ch-rank", '<rect class="ch-rank-dot" x="-4" y="-4" width="8" height="8"/>'),
    ("ch-unit", '<path class="ch-unit-dot" d="M0-5.5 5 4H-5Z"/>'),
)


@dataclass(frozen=True, slots=True)
class Point:
    """A value with its interval. text: what is written for it, where it stands for a range."""

    value: float
    low: float
    high: float
    text: str = ""

    @property
    def words(self) -> str:
        """What is written beside the mark."""
        return self.text or f"{self.value:.1f}"


@dataclass(frozen=True, slots=True)
class DotRow:
    """One line of a dot plot. None is drawn as words: `missing`. others: one a comparison, at most three."""

    label: str
    own: Point | None
    others: tuple[Point | None, ...] = ()


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
    others: Sequence[str] = (),
    edges: Sequence[int] = GRADE_EDGES,
    personal: bool = True,
) -> SafeString:
    """Return a dot plot with intervals, one row a criterion, over a scale that starts at a full ten and ends at 100.

    `name` makes the ids unique on the page. `own` and `others` name the marks in the key. `edges` are where the grades
    meet, lowest first. `personal` marks one subject's values in seal red; means of many are ink blue.
    """
    start = scale_start([point for row in rows for point in (row.own, *row.others) if point])
    tall = ROW + BESIDE * len(others)
    height = len(rows) * tall + AXIS
    parts = [key(own, others)] if others else []
    css = "ch-own" if personal else "ch-mean"
    parts.append(opening(f'height="{height}"', name, title, description))
    for tick in ticks(start, edges):
        x = across(tick, start)
        parts.append(f'<line class="ch-grid" x1="{x}" x2="{x}" y1="20" y2="{height - AXIS + 6}"/>')
        anchor = "start" if tick == start else "end" if tick == 100 else "middle"
        parts.append(f'<text class="ch-tick" x="{x}" y="{height - 8}" text-anchor="{anchor}">{tick}</text>')
    for number, row in enumerate(rows):
        top = number * tall
        parts.append(f'<text class="ch-label" x="0" y="{top + 16}">{escape(row.label)}</text>')
        if row.own is None:
            parts.append(f'<text class="ch-missing" x="100%" y="{top + 16}" text-anchor="end">{escape(missing)}</text>')
        else:
            parts.append(
                f'<text class="ch-value" x="100%" y="{top + 16}" text-anchor="end">{escape(row.own.words)}</text>'
            )
        for line, (point, (mark, shape)) in enumerate(zip(row.others, MARKS, strict=False), start=1):
            if point is not None:
                parts.append(interval(point, start, top + 32 + line * BESIDE, mark))
                parts.append(_shape(point.value, start, top + 32 + line * BESIDE, shape))
        if row.own is not None:
            parts.append(interval(row.own, start, top + 32, css))
            parts.append(f'<circle class="{css}-dot" cx="{across(row.own.value, start)}" cy="{top + 32}" r="6"/>')
    parts.append("</svg>")
    return mark_safe("".join(parts))  # noqa: S308 - every text in it was escaped above


def bar_chart(bars: Sequence[Bar], *, name: str, title: str, description: str) -> SafeString:
    """Return a distribution as horizontal bars, best answer first as the caller orders them."""
    most = max((bar.count for bar in bars), default=0) or 1
    parts = [opening(f'height="{len(bars) * BAR_ROW}"', name, title, description)]
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


def strip(point: Point | None, *, start: int, edges: Sequence[int] = ()) -> SafeString:
    """Return one value with its interval for a table row, hidden from screen readers: the numbers stand beside it.

    `edges` are drawn across every row alike, so that rows can be compared by eye.
    """
    if point is None:
        return mark_safe("")
    lines = "".join(
        f'<line class="ch-grid" x1="{across(edge, start)}" x2="{across(edge, start)}" y1="0" y2="24"/>'
        for edge in edges
        if start < edge < 100
    )
    body = interval(point, start, 12, "ch-mean")
    body += f'<circle class="ch-mean-dot" cx="{across(point.value, start)}" cy="12" r="5"/>'
    return mark_safe(  # noqa: S308 - numbers only
        f'<svg class="pr-strip" height="24" aria-hidden="true" focusable="false">{lines}'
        f'<line class="ch-axis" x1="0" x2="100%" y1="12" y2="12"/>{body}</svg>'
    )


def strip_axis(*, start: int, edges: Sequence[int]) -> SafeString:
    """Return the scale that stands over the strips of a table."""
    texts = []
    for tick in ticks(start, edges):
        anchor = "start" if tick == start else "end" if tick == 100 else "middle"
        texts.append(f'<text class="ch-tick" x="{across(tick, start)}" y="13" text-anchor="{anchor}">{tick}</text>')
    return mark_safe(  # noqa: S308 - numbers only
        f'<svg class="pr-strip" height="18" aria-hidden="true" focusable="false">{"".join(texts)}</svg>'
    )


def strip_at_line(point: Point | None, *, start: int, line: float | None, edges: Sequence[int] = ()) -> SafeString:
    """Return a strip with the quota line drawn through it, so that rows under each other show where it cuts."""
    if point is None or line is None:
        return strip(point, start=start, edges=edges)
    x = across(line, start)
    cut = f'<line class="ch-quota" x1="{x}" x2="{x}" y1="0" y2="24"/>'
    return mark_safe(strip(point, start=start, edges=edges).replace("</svg>", f"{cut}</svg>"))  # noqa: S308 - numbers only


def scale_start(points: Sequence[Point]) -> int:
    """Return where the scale begins: the full ten under the lowest bound, at most 60."""
    lowest = min((point.low for point in points), default=60.0)
    return int(max(0.0, min(60.0, lowest // 10 * 10)))


def ticks(start: int, edges: Sequence[int]) -> list[int]:
    """Return the lines drawn across: the ends, and the edges of the grades between. Letters need room: 4 apart."""
    inside = [edge for edge in edges if start < edge < 100]
    lower = [tick for tick in (20, 40) if not inside or tick <= inside[0] - 4] if start == 0 else []
    ticks = [start]
    for tick in (*lower, *inside):
        if tick - ticks[-1] >= 4 and 100 - tick >= 4:
            ticks.append(tick)
    return [*ticks, 100]


def across(value: float, start: int) -> str:
    """Return where a value lies, in percent across, with room for half a mark at both ends."""
    return f"{1.5 + 97 * (min(100.0, max(float(start), value)) - start) / (100 - start):.2f}%"


def interval(point: Point, start: int, y: int, css: str) -> str:
    """Return an interval as a line with caps, lying down."""
    low, high = across(point.low, start), across(point.high, start)
    return (
        f'<line class="{css}-line" x1="{low}" x2="{high}" y1="{y}" y2="{y}"/>'
        f'<line class="{css}-cap" x1="{low}" x2="{low}" y1="{y - 4}" y2="{y + 4}"/>'
        f'<line class="{css}-cap" x1="{high}" x2="{high}" y1="{y - 4}" y2="{y + 4}"/>'
    )


def key(own: str, others: Sequence[str]) -> str:
    """Return the key: the own mark and those of the comparisons, each with its name."""
    named = [("ch-own", '<circle class="ch-own-dot" r="5"/>', own)]
    named += [(css, shape, name) for name, (css, shape) in zip(others, MARKS, strict=False)]
    return f'<p class="pr-key">{"".join(_key_item(*mark) for mark in named)}</p>'


def opening(size: str, name: str, title: str, description: str, css: str = "pr-chart") -> str:
    """Return the start tag of a picture of that size, with the name and description that screen readers tell."""
    return (
        f'<svg class="{css}" {size} role="img" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    )


def _shape(value: float, start: int, y: int, shape: str) -> str:
    # A picture within the picture: percentages do not work inside a path or a transform.
    return f'<svg class="ch-mark" x="{across(value, start)}" y="{y}" overflow="visible">{shape}</svg>'


def _key_item(css: str, shape: str, name: str) -> str:
    return (
        '<span><svg width="28" height="14" aria-hidden="true" focusable="false">'
        f'<line class="{css}-line" x1="1" x2="27" y1="7" y2="7"/>'
        f'<svg x="14" y="7" overflow="visible">{shape}</svg></svg> {escape(name)}</span>'
    )
