"""Read models of published results: numbers, labels and plain sentences, no HTML. presenters.py fills them.

Units: figures are points from 0 to 100 in one decimal, as they were stored at publication; weights and shares are
percent. A Mark that is None says 样本不足 and is written figures.too_few(), never left blank. Labels and sentences
are in the language that was active when they were read.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.utils.translation import gettext as _

from peer_review.counting.reliability import ReliabilityJson
from peer_review.domain.outcomes.proposals import RoundProposal
from peer_review.domain.publication.figures import Bar, Mark
from peer_review.domain.results.rank_ranges import OrderCertainty, RankRange
from peer_review.domain.results.score_explanation import Step, Sum
from peer_review.domain.results.trends import Trend

Figure = TypeVar("Figure")
Note = TypeVar("Note")


@dataclass(frozen=True, slots=True)
class Head:
    """The round that the figures are of, and what proves the count.

    root: of the bulletin's tree, hexadecimal; fingerprint: of the manifest of keys. eligible, kept, people, drawn and
    counted: see domain.tally.bulletin.RoundTotals.
    """

    public_id: str
    title: str
    organiser: str
    closes_at: datetime
    published_at: datetime | None
    floor: int
    bands: tuple[float, ...]
    grades: tuple[str, ...]  # their names, best first
    fingerprint: str
    root: str
    ballots: int  # counted; of a bulletin of version 1 comment papers among them
    eligible: int
    kept: int
    people: int | None
    drawn: int
    counted: int

    @property
    def percent(self) -> int | None:
        """The percentage of kept papers that were counted, rounded down; None where none is kept."""
        return 100 * self.counted // self.kept if self.kept else None

    @property
    def counted_in_words(self) -> str:
        """How many papers were counted, of those that are kept; of the others only that there are some."""
        said = _("No ballot was counted.")
        if self.kept:
            said = _("%(counted)s of %(kept)s ballot papers were cast and counted (%(percent)s %%).") % {
                "counted": self.counted,
                "kept": self.kept,
                "percent": self.percent,
            }
        if self.kept == self.eligible:
            return said
        others = _(
            "There were %(eligible)s papers on the roll. Of the others too few came back in their place, or none: "
            "nothing is kept of them, and nobody is told how many."
        )
        return _("%(statement)s %(addition)s") % {"statement": said, "addition": others % {"eligible": self.eligible}}


@dataclass(frozen=True, slots=True)
class Column:
    """One criterion as the form names it."""

    key: str
    label: str
    description: str
    weight: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A mean that a subject is compared with. `distinct`: lies outside the interval of the subject's own score."""

    scope: str  # ResultScope: section, rank, unit
    label: str
    members: int
    score: Mark
    distinct: bool


@dataclass(frozen=True, slots=True)
class CriterionReading:
    """One criterion of one subject.

    share: percent of the score, over the criteria that are shown; None where this one is not. others: one a
    comparison, in their order. bars: empty where the distribution may not be shown. made_of: the voter classes that
    the figure is made of, where they are released.
    """

    key: str
    label: str
    description: str
    weight: float
    share: float | None
    own: Mark | None
    others: tuple[Mark | None, ...]
    bars: tuple[Bar, ...]
    made_of: Sum | None


@dataclass(frozen=True, slots=True)
class ClassReading:
    """One voter class. marks and asked: one a criterion. alone: declared not anonymous."""

    key: str
    label: str
    weight: float
    share: float | None  # percent of the score, where classes are shown
    score: Mark | None
    marks: tuple[Mark | None, ...]
    asked: tuple[bool, ...]
    alone: bool

    @property
    def cells(self) -> tuple[tuple[Mark | None, bool], ...]:
        """One a criterion: the figure, and whether the class is asked it at all."""
        return tuple(zip(self.marks, self.asked, strict=True))


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The score with the raters' severity taken out: beside the score, never instead of it."""

    value: float
    low: float
    high: float
    method: str
    grade: str
    grade_label: str


@dataclass(frozen=True, slots=True)
class SelfLine:
    """One criterion of a self-evaluation: the answer in words and in points, and the others' figure."""

    key: str
    label: str
    answer: str
    points: float
    others: Mark | None


@dataclass(frozen=True, slots=True)
class Words:
    """Comments, in the order in which publication shuffled them. None shown: there are too few, or none.

    destroyed: the bulletin says that they were too few; how many there were, none among them, nobody is told.
    """

    asked: bool
    texts: tuple[str, ...]
    withheld: int
    destroyed: bool = False


@dataclass(frozen=True, slots=True)
class Noted(Generic[Figure, Note]):
    """A figure, and the note that says in words what it means, or why there is none; empty if nothing is to be said."""

    figure: Figure | None
    note: Note


@dataclass(frozen=True, slots=True)
class Certainty:
    """How sure the figures of one subject are.

    one_ballot: whether leaving out some one ballot would propose another grade. unknown: percent of 不了解 over all
    criteria that are shown. adjusted: the score without the severity of single voters. reliability: of the whole round,
    the fields of counting.reliability.Reliability, for whoever may read the mean of all.
    """

    one_ballot: Noted[bool, str]
    unknown: Noted[float, str]
    unknown_is_high: bool
    adjusted: Noted[Adjusted, str]
    reliability: Noted[ReliabilityJson, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class SubjectReading:
    """Everything that a reader may read of one subject.

    scope: what the ledger knows it by. classes_add_up: every class is asked every criterion, so that the classes'
    scores make the score. half_steps: why the figures are shown in half-steps, empty where they are not. ladder: which
    classes were counted together or not at all, sentence by sentence.
    """

    scope: str
    head: Head
    subject: int
    key: str
    label: str
    section_key: str
    section: str
    rank: str
    own: bool
    score: Mark | None
    ballots: int | None
    comparisons: tuple[Comparison, ...]
    criteria: tuple[CriterionReading, ...]
    classes: tuple[ClassReading, ...]
    classes_shown: bool
    classes_add_up: bool
    steps: tuple[Step, ...]
    certainty: Certainty
    self_lines: tuple[SelfLine, ...]
    self_words: str
    comments: Words
    trend: Trend
    half_steps: str
    ladder: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupReading:
    """The means of a section, a rank, or all together. marks: one a criterion."""

    scope: str
    key: str
    label: str
    members: int
    comparable: bool
    score: Mark | None
    marks: tuple[Mark | None, ...]


@dataclass(frozen=True, slots=True)
class RowReading:
    """One subject in a list. place: among all subjects of the list, None without a score.

    line: where it lies by the quota, as in outcomes.proposals.place_of ("above", "tied", "below", "none"), for whoever
    sees all; near_line: not tied there, but its interval overlaps the line's. ladder: which classes were counted
    together or not at all, so that the subject's figures weigh them in another way than those of the others.
    """

    result: int
    subject: int
    key: str
    label: str
    section_key: str
    section: str
    rank: str
    score: Mark | None
    ballots: int | None
    marks: tuple[Mark | None, ...]
    one_ballot: bool | None
    place: RankRange | None
    line: str = ""
    near_line: bool = False
    ladder: str = ""


@dataclass(frozen=True, slots=True)
class SectionReading:
    """Everything that the head of a section may read of it.

    trend: of the section's mean. rows: best score first, unless the caller chose them. ties: of all subjects of the
    list, also where rows are a page of them. ladder_note: what the rows' ladders mean, empty where none is marked.
    """

    scope: str
    head: Head
    criteria: tuple[Column, ...]
    section: GroupReading | None
    unit: GroupReading | None
    ranks: tuple[GroupReading, ...]
    trend: Trend | None
    rows: tuple[RowReading, ...]
    ties: OrderCertainty
    reliability: Noted[ReliabilityJson, tuple[str, ...]]
    ladder_note: str = ""


@dataclass(frozen=True, slots=True)
class RoundReading:
    """Everything that leadership may read of a round; rows, ties and ladder_note as in SectionReading.

    trend: of the mean of all. proposal: what the scores propose under the quota, by Subject.pk.
    """

    scope: str
    head: Head
    criteria: tuple[Column, ...]
    unit: GroupReading | None
    sections: tuple[GroupReading, ...]
    ranks: tuple[GroupReading, ...]
    trend: Trend | None
    proposal: RoundProposal
    rows: tuple[RowReading, ...]
    ties: OrderCertainty
    reliability: Noted[ReliabilityJson, tuple[str, ...]]
    ladder_note: str = ""


@dataclass(frozen=True, slots=True)
class SummaryReading:
    """Everything that all staff may read: means of many, never a person. unit None: too few subjects."""

    scope: str
    head: Head
    criteria: tuple[Column, ...]
    unit: GroupReading | None
    sections: tuple[GroupReading, ...]
    ranks: tuple[GroupReading, ...]
    reliability: Noted[ReliabilityJson, tuple[str, ...]]
