"""A profile over criteria as a radar: the shape at a glance, beside the dot plot that holds the figures exactly.

In units of its own viewBox, because it needs both directions alike; it is never drawn so small that its letters shrink
below those of the page. The own profile is filled and its intervals lie along the spokes; comparisons are outlines,
told apart by their strokes and by the shapes at their corners.
"""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from peer_review.charts.bars import MARKS, Point, key, opening, scale_start

WIDTH, HEIGHT = 400, 330
CENTRE = (200.0, 162.0)
RADIUS = 108.0
#: Room for a label beside the circle, in widths of a Chinese character; lines of a label, at most.
LABEL_WIDTH, LABEL_LINE = 6.5, 15
#: Fewer spokes make no shape.
FEWEST = 3

Spot = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Spoke:
    """One criterion. None where a figure is not shown: the outline has a gap there."""

    label: str
    own: Point | None
    others: tuple[Point | None, ...] = ()


def radar(
    spokes: Sequence[Spoke],
    *,
    name: str,
    title: str,
    description: str,
    missing: str,
    own: str,
    others: Sequence[str] = (),
) -> SafeString:
    """Return the radar of a profile; empty with fewer than three criteria, or none that is shown.

    The scale begins in the middle at a full ten and ends at 100; its rings are labelled.
    """
    if len(spokes) < FEWEST or not any(spoke.own for spoke in spokes):
        return mark_safe("")
    start = scale_start([point for spoke in spokes for point in (spoke.own, *spoke.others) if point])
    turns = [2 * math.pi * number / len(spokes) for number in range(len(spokes))]
    parts = [key(own, others)] if others else []
    parts.append(opening(f'viewBox="0 0 {WIDTH} {HEIGHT}"', name, title, description, "pr-chart pr-radar"))
    for ring in _rings(start):
        parts.append(_outline("ch-ring", [_spot(turn, ring, start) for turn in turns]))
    for turn in turns:
        end = _spot(turn, 100, start)
        parts.append(f'<line class="ch-grid" {_line(CENTRE, end)}/>')
    for number, (css, shape) in enumerate(MARKS[: len(others)]):
        parts.append(_profile(css, shape, turns, [spoke.others[number] for spoke in spokes], start))
    parts.append(_own(turns, [spoke.own for spoke in spokes], start))
    for ring in _rings(start)[1:]:
        # Between the first two spokes, where no figure lies.
        x, y = _spot(turns[1] / 2, start + (ring - start) * math.cos(turns[1] / 2), start)
        parts.append(f'<text class="ch-tick ch-halo" x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle">{ring}</text>')
    parts.append(
        f'<text class="ch-tick ch-halo" x="{CENTRE[0]}" y="{CENTRE[1] + 18}" text-anchor="middle">{start}</text>'
    )
    parts += [_label(turn, spoke, missing) for turn, spoke in zip(turns, spokes, strict=True)]
    parts.append("</svg>")
    return mark_safe("".join(parts))  # noqa: S308 - every text in it was escaped above


def _rings(start: int) -> list[int]:
    """Return the values of the rings: begin, middle, end."""
    return [start, (start + 100) // 2, 100]


def _spot(turn: float, value: float, start: int) -> Spot:
    """Return where a value lies on the spoke that is turned so far clockwise from the top."""
    out = RADIUS * (min(100.0, max(float(start), value)) - start) / (100 - start)
    return CENTRE[0] + out * math.sin(turn), CENTRE[1] - out * math.cos(turn)


def _line(first: Spot, second: Spot) -> str:
    return f'x1="{first[0]:.1f}" y1="{first[1]:.1f}" x2="{second[0]:.1f}" y2="{second[1]:.1f}"'


def _outline(css: str, spots: Sequence[Spot]) -> str:
    return f'<polygon class="{css}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in spots)}"/>'


def _profile(css: str, shape: str, turns: Sequence[float], points: Sequence[Point | None], start: int) -> str:
    """Return an outline with a mark at each corner; between neighbours of which one is missing there is no line."""
    spots = [_spot(turn, point.value, start) if point else None for turn, point in zip(turns, points, strict=True)]
    lines = [
        f'<line class="{css}-line" {_line(first, second)}/>'
        for first, second in zip(spots, [*spots[1:], spots[0]], strict=True)
        if first and second
    ]
    marks = [f'<svg x="{x:.1f}" y="{y:.1f}" overflow="visible">{shape}</svg>' for x, y in filter(None, spots)]
    return "".join(lines + marks)


def _own(turns: Sequence[float], points: Sequence[Point | None], start: int) -> str:
    """Return the own profile: filled where it is whole, each interval along its spoke."""
    known = [(turn, point) for turn, point in zip(turns, points, strict=True) if point is not None]
    area = (
        _outline("ch-own-area", [_spot(turn, point.value, start) for turn, point in known])
        if len(known) == len(turns)
        else ""
    )
    bars = "".join(
        f'<line class="ch-own-bar" {_line(_spot(turn, point.low, start), _spot(turn, point.high, start))}/>'
        for turn, point in known
    )
    return area + bars + _profile("ch-own", '<circle class="ch-own-dot" r="4.5"/>', turns, points, start)


def _label(turn: float, spoke: Spoke, missing: str) -> str:
    """Return a criterion's name outside the circle, in as many lines as it needs, with its own value."""
    x, y = CENTRE[0] + (RADIUS + 12) * math.sin(turn), CENTRE[1] - (RADIUS + 12) * math.cos(turn)
    across = math.sin(turn)
    anchor = "middle" if abs(across) < 0.2 else "start" if across > 0 else "end"
    lines = wrapped(spoke.label, LABEL_WIDTH if anchor != "middle" else 2 * LABEL_WIDTH)
    value = spoke.own.words if spoke.own else missing
    # Above the circle the lines grow upwards, beside it both ways, below it downwards.
    top = y + 4 - LABEL_LINE * len(lines) * (1 + math.cos(turn)) / 2
    css = "ch-spoke-value" if spoke.own else "ch-missing"
    spans = [
        f'<tspan x="{x:.1f}" y="{top + LABEL_LINE * at:.1f}">{escape(line)}</tspan>' for at, line in enumerate(lines)
    ]
    spans.append(f'<tspan class="{css}" x="{x:.1f}" y="{top + LABEL_LINE * len(lines):.1f}">{escape(value)}</tspan>')
    return f'<text class="ch-spoke" text-anchor="{anchor}">{"".join(spans)}</text>'


def wrapped(label: str, width: float) -> list[str]:
    """Return a label in lines no wider than `width` Chinese characters, broken at spaces or between Chinese ones.

    A word that is wider than a line is broken within: nothing is ever cut off.
    """
    lines: list[str] = []
    line = ""
    for word in _words(label):
        if line and _width(line + word.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        while _width(word.rstrip()) > width:
            fits = next(length for length in range(len(word), 0, -1) if length == 1 or _width(word[:length]) <= width)
            lines.append(word[:fits])
            word = word[fits:]
        line += word
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _words(label: str) -> list[str]:
    """Return the pieces between which a line may be broken, spaces with the word before them."""
    words = [""]
    for sign in label:
        if words[-1] and (words[-1].endswith(" ") or _is_wide(sign) or _is_wide(words[-1][-1])) and sign != " ":
            words.append("")
        words[-1] += sign
    return words


def _is_wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in ("W", "F")


def _width(text: str) -> float:
    return sum(1.0 if _is_wide(sign) else 0.55 for sign in text)
