"""What a report on paper is made of: pieces in their order, as plain data that typst/report.typ draws.

Every text in it is data to typst, never markup: a name that looks like a command prints as it is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Point:
    """A figure with its interval, and its digits as they are shown everywhere."""

    value: float
    low: float
    high: float
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    kind: ClassVar = "heading"
    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `muted` small print, `sticky` stays with what follows."""

    kind: ClassVar = "text"
    text: str
    muted: bool = False
    sticky: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """The figure that the report is about, large, with its sentence; `missing` stands for it where there is none."""

    kind: ClassVar = "score"
    value: str
    words: str
    missing: str
    personal: bool = True


@dataclass(frozen=True, slots=True)
class PlotRow:
    """One line, or one axis: what is shown, and what it is compared with, at most three. None is not drawn."""

    label: str
    own: Point | None
    others: Sequence[Point | None] = ()


@dataclass(frozen=True, slots=True)
class Dots:
    """A dot plot with intervals. `own` and `others` name the marks."""

    kind: ClassVar = "dots"
    rows: Sequence[PlotRow]
    start: int
    ticks: Sequence[int]
    own: str
    others: Sequence[str]
    missing: str
    alt: str
    personal: bool = True


@dataclass(frozen=True, slots=True)
class Radar:
    """The same figures round a middle; useful from three criteria on."""

    kind: ClassVar = "radar"
    axes: Sequence[PlotRow]
    start: int
    ticks: Sequence[int]
    alt: str


@dataclass(frozen=True, slots=True)
class TrendMark:
    """One round on a trend."""

    label: str
    value: float
    low: float
    high: float
    text: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Trend:
    kind: ClassVar = "trend"
    points: Sequence[TrendMark]
    start: int
    ticks: Sequence[int]
    alt: str
    personal: bool = True


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Bars:
    """How the answers to one criterion are distributed; without bars `missing` says why."""

    kind: ClassVar = "bars"
    label: str
    words: str
    bars: Sequence[Bar]
    missing: str
    alt: str


@dataclass(frozen=True, slots=True)
class Column:
    """`width`: "fit" its content; else what is left is shared: one part "even", one and a half a "name", two "wide"."""

    label: str
    number: bool = False
    width: str = "fit"


@dataclass(frozen=True, slots=True)
class Cell:
    """`sub` stands under the text; `tint` is a grade's key; `few` marks what says 样本不足; `strip` is an interval,
    drawn on a scale from `start`, with a line across at `line`."""

    text: str
    sub: str = ""
    tint: str = ""
    few: bool = False
    strong: bool = False
    strip: Point | None = None
    start: int = 0
    line: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """`totals` are the rows, from 0, that end a part; `breaks` those after which something is said in a row of its own.
    `dense` is for many columns."""

    kind: ClassVar = "table"
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    caption: str = ""
    totals: Sequence[int] = ()
    breaks: Sequence[tuple[int, str]] = ()
    dense: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """Small pieces two by two."""

    kind: ClassVar = "columns"
    blocks: Sequence["Block"]


@dataclass(frozen=True, slots=True)
class Beside:
    """Pieces side by side, sharing the width."""

    kind: ClassVar = "beside"
    blocks: Sequence["Block"]
    shares: Sequence[float]


@dataclass(frozen=True, slots=True)
class Across:
    """Pieces on pages of their own that lie across: tables of many columns."""

    kind: ClassVar = "across"
    blocks: Sequence["Block"]


@dataclass(frozen=True, slots=True)
class Said:
    kind: ClassVar = "said"
    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Step:
    text: str
    sum: str = ""


@dataclass(frozen=True, slots=True)
class Steps:
    kind: ClassVar = "steps"
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    text: str
    mono: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    kind: ClassVar = "facts"
    facts: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class Answer:
    """A question with its answer, `lead` in a word."""

    question: str
    lead: str
    text: str


@dataclass(frozen=True, slots=True)
class Answers:
    kind: ClassVar = "answers"
    answers: Sequence[Answer]


Block = (
    Heading
    | Text
    | Score
    | Dots
    | Radar
    | Trend
    | Bars
    | Table
    | Columns
    | Beside
    | Across
    | Said
    | Steps
    | Facts
    | Answers
)


@dataclass(frozen=True, slots=True)
class Report:
    """One document. `language` is "zh" or "en"; `day` that of publication, which stands as the file's date too.

    fingerprint, root: of the round's manifest and bulletin, in hexadecimal; the first is shown short above each page.
    words: what the frame says: fingerprint, root, page (with {n} and {all}), numbered (characters no font has).
    """

    title: str
    subtitle: str
    kicker: str
    description: str
    header: str
    footer: str
    language: str
    day: date
    fingerprint: str
    root: str
    words: dict[str, str]
    facts: Sequence[Fact]
    blocks: Sequence[Block]

    def as_data(self) -> dict[str, object]:
        """Return the report as what JSON can say."""
        return {**_plain_fields(self), "date": {"year": self.day.year, "month": self.day.month, "day": self.day.day}}


def _plain(piece: object) -> object:
    """Return a piece as what JSON can say, each block with its kind."""
    if isinstance(piece, (str, int, float)) or piece is None:
        return piece
    if isinstance(piece, date):
        return piece.isoformat()
    if isinstance(piece, dict):
        return {key: _plain(value) for key, value in piece.items()}
    if isinstance(piece, (list, tuple)):
        return [_plain(part) for part in piece]
    return _plain_fields(piece)


def _plain_fields(piece: object) -> dict[str, object]:
    """Return the fields of a piece as what JSON can say."""
    assert is_dataclass(piece)
    data = {field.name: _plain(getattr(piece, field.name)) for field in fields(piece)}
    if hasattr(piece, "kind"):
        data["kind"] = piece.kind
    return data
