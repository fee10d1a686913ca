"""A round's roll as arrays: who may cast a ballot about whom. Pre-flight and comparisons are computed from it."""

from collections import defaultdict
from dataclasses import dataclass, field, replace

import numpy as np

from peer_review.counting.exposure import with_sharers
from peer_review.counting.scales import Flags, Ints
from peer_review.domain.planning.shared_papers import first_cells
from peer_review.enums import CellKind
from peer_review.models import Assignment, Round, SheetEntry
from peer_review.protocol.frozen_scheme import FrozenScheme


@dataclass(frozen=True, slots=True)
class RollSubject:
    """One subject of a round; its position in the list is its number in the arrays."""

    pk: int
    key: str
    label: str
    section_key: str
    section_name: str
    rank_key: str = ""


@dataclass(frozen=True, slots=True)
class RollPapers:
    """Who may cast what. Shape: subject, voter_class, person are (papers,), one row for each subject of a person's
    papers of marks; person is the user's id. on_paper (papers,): whether the person votes with an envelope. cells
    (cells, 2): a subject and the class of each paper, of a sheet its first.
    ladders (subjects, classes): where the papers of a subject and class may join others, its own place or, after all
    subjects, that of a whole sheet; -1 for none. shares (subjects, classes): the class whose paper each class's voters
    have, as opening a draft makes it or has made it; None: all have their own."""

    subjects: tuple[RollSubject, ...]
    classes: tuple[str, ...]
    subject: Ints
    voter_class: Ints
    person: Ints
    on_paper: Flags = field(default_factory=lambda: np.zeros(0, dtype=bool))
    cells: Ints = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int64))
    ladders: Ints | None = None
    shares: Ints | None = None

    @property
    def eligible(self) -> Ints:
        """Return the possible ballots of each subject and class, (subjects, classes)."""
        return self._count(np.ones(len(self.subject), dtype=bool))

    @property
    def at_computers(self) -> Ints:
        """Return the people of each subject and class who vote in a browser of their own, (subjects, classes)."""
        return self._count(~self.on_paper) if self.on_paper.any() else self.eligible

    def _count(self, rows: Flags) -> Ints:
        width = len(self.classes)
        places = (self.subject * width + self.voter_class)[rows]
        counts: Ints = np.bincount(places, minlength=len(self.subjects) * width)
        return counts.reshape(len(self.subjects), width)

    @property
    def of_papers(self) -> "RollPapers":
        """Return the papers as opening makes them: those that classes share are the first class's."""
        if self.shares is None:
            return self
        voter_class = self.shares[self.subject, self.voter_class]
        # Whoever held two of the papers holds one.
        paper = self.subject * len(self.classes) + voter_class
        _rows, first = np.unique(paper * (int(self.person.max(initial=0)) + 1) + self.person, return_index=True)
        kept = np.sort(first)
        cells = self.cells.copy()
        if len(cells):
            cells[:, 1] = self.shares[cells[:, 0], cells[:, 1]]
        return replace(
            self,
            subject=self.subject[kept],
            voter_class=voter_class[kept],
            person=self.person[kept],
            on_paper=self.on_paper[kept] if len(self.on_paper) else self.on_paper,
            cells=np.unique(cells, axis=0),
            shares=None,
        )

    def with_cover(self) -> "RollPapers":
        """Return the papers of those who give each other cover: without people on paper wherever anybody votes on the
        same one at a computer, because whoever printed the envelopes might know theirs."""
        if not self.on_paper.any():
            return self
        at_computers = with_sharers(self.at_computers, self.shares)
        kept = ~self.on_paper | (at_computers[self.subject, self.voter_class] == 0)
        return replace(
            self,
            subject=self.subject[kept],
            voter_class=self.voter_class[kept],
            person=self.person[kept],
            on_paper=self.on_paper[kept],
        )

    @property
    def sections(self) -> Ints:
        """Return the number of each subject's section, in the order in which they come."""
        order = {key: at for at, key in enumerate(dict.fromkeys(subject.section_key for subject in self.subjects))}
        return np.array([order[subject.section_key] for subject in self.subjects], dtype=np.int64)


class RollReader:
    """The rolls of frozen rounds, each read once."""

    def __init__(self) -> None:
        self._read: dict[int, RollPapers] = {}

    def papers(self, round: Round) -> RollPapers:
        """Return who may cast what in a frozen round. Four queries the first time."""
        if (known := self._read.get(round.pk)) is None:
            known = self._read[round.pk] = read_papers(round, round.frozen_scheme)
        return known


def read_papers(round: Round, scheme: FrozenScheme) -> RollPapers:
    """Return who may cast what in a round. Five queries, whatever its size, and three more for the papers that a draft
    will share. Classes the scheme does not know are left out: they are an obstacle of their own."""
    rows = round.subjects.order_by("sort_order", "pk")
    named = rows.values_list("pk", "key", "label", "section_key", "section_name", "member__rank_key")
    subjects = tuple(RollSubject(*row[:-1], rank_key=row[-1] or "") for row in named)
    position = {subject.pk: at for at, subject in enumerate(subjects)}
    classes = scheme.class_keys
    number = {key: at for at, key in enumerate(classes)}
    listed: dict[int, list[int]] = defaultdict(list)
    for sheet, subject in SheetEntry.objects.filter(sheet__round=round).values_list("sheet_id", "subject_id"):
        listed[sheet].append(position[subject])
    # For each cell the (subject, class) pairs that one ballot of it fills.
    fills: dict[int, list[tuple[int, int]]] = {}
    ladders = np.full((len(subjects), len(classes)), -1, dtype=np.int64)
    sheets: dict[int, int] = {}
    shares = np.arange(len(classes))[None, :].repeat(len(subjects), axis=0)
    first_of = first_cells(round, scheme)
    columns = ("pk", "kind", "subject_id", "sheet_id", "voter_class", "shared_by")
    marks = round.cells.exclude(kind=CellKind.COMMENT).order_by()
    for pk, kind, subject, sheet, voter_class, shared_by in marks.values_list(*columns):
        if voter_class in number:
            about = listed[sheet] if kind == CellKind.SHEET else [position[subject]]
            fills[pk] = [(at, number[voter_class]) for at in about]
            if kind == CellKind.SHEET:
                ladders[about, number[voter_class]] = len(subjects) + sheets.setdefault(sheet, len(sheets))
            else:
                ladders[about, number[voter_class]] = about
            for key in shared_by:
                shares[about, number[key]] = number[voter_class]
    for pk, first in first_of.items():
        for (at, voters), (_at, first_voters) in zip(fills[pk], fills[first], strict=True):
            shares[at, voters] = first_voters
    held = Assignment.objects.filter(cell__round=round).exclude(cell__kind=CellKind.COMMENT).order_by()
    pairs = held.values_list("cell_id", "evaluator_id")
    papers: list[tuple[int, int, int]] = []
    for cell, person in pairs.iterator(chunk_size=10_000):
        for at, voters in fills.get(cell, ()):
            papers.append((at, voters, person))
    table = np.array(papers, dtype=np.int64).reshape(-1, 3)
    voters_on_paper = np.fromiter(
        round.members.filter(on_paper=True).order_by().values_list("user_id", flat=True), dtype=np.int64
    )
    return RollPapers(
        subjects,
        classes,
        table[:, 0],
        table[:, 1],
        table[:, 2],
        on_paper=np.isin(table[:, 2], voters_on_paper),
        cells=np.array([about[0] for about in fills.values() if about], dtype=np.int64).reshape(-1, 2),
        ladders=ladders,
        shares=shares if (shares != np.arange(len(classes))).any() else None,
    )
