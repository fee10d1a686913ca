"""Somebody's ballot papers, as the ballot page shows them and as its script gets them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Count

from peer_review.domain.ballots.fellow_voters import FellowVoters, fellow_voters
from peer_review.domain.preflight.anonymity_statements import anonymity_statements, comments_sentence, statements_for
from peer_review.domain.preflight.floor_sentences import floor_sentences, is_anonymous
from peer_review.domain.schemes.answer_choices import Choice, choices
from peer_review.domain.schemes.ballot_papers import paper_of
from peer_review.domain.schemes.labels import class_label
from peer_review.enums import CellKind
from peer_review.models import Assignment, Cell, Round, SheetEntry, Subject, Urn
from peer_review.protocol.frozen_scheme import FrozenScheme
from peer_review.protocol.papers import Paper, PaperJson
from peer_review.users import User
from peer_review.views.schemes.sheet_rules import SheetRuleMessages, rules_in_words

#: A sheet with more criteria than this is stacked on every screen: its columns would be too narrow for a number.
WIDEST_SHEET = 6


@dataclass(frozen=True, slots=True)
class CommentBox:
    """The paper for words about one subject, shown with its marks."""

    cell: str
    subject: int
    label: str
    limit: int
    alone: bool
    closed: bool
    promise: str


@dataclass(frozen=True, slots=True)
class AskedCriterion:
    """A criterion as a card asks it. An answer under `comment_below` or over `comment_above` wants a reason."""

    key: str
    label: str
    description: str
    comment_below: int | None
    comment_above: int | None
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class Row:
    """One subject of a card: the only one of its own paper, or one of a whole sheet (`position` from 1)."""

    subject: int
    label: str
    section: str
    position: int = 0
    comment: CommentBox | None = None

    @property
    def prefix(self) -> str:
        """What stands before a criterion in the key of its answer."""
        return f"{self.position}." if self.position else ""


@dataclass(frozen=True, slots=True)
class PaperCard:
    """One ballot paper: whom it is about, in which capacity its holder votes, whether that gives them away.

    fate: what becomes of the answers where too few vote. is_anonymous: false where its class was declared otherwise.
    `paper` is what the script checks the answers by, `rules` tells the rules of a sheet in words.
    """

    cell: str
    kind: str
    label: str
    class_label: str
    alone: bool
    closed: bool
    promise: str
    paper: Paper
    fate: str = ""
    is_anonymous: bool = True
    fellows: FellowVoters | None = None
    criteria: list[AskedCriterion] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    rules: list[SheetRuleMessages] = field(default_factory=list)

    @property
    def is_sheet(self) -> bool:
        return self.kind == CellKind.SHEET

    @property
    def is_wide(self) -> bool:
        """Whether a wide screen may show this sheet as a table."""
        return len(self.criteria) <= WIDEST_SHEET

    @property
    def section(self) -> str:
        """The section of the one subject."""
        return self.rows[0].section if not self.is_sheet and self.rows else ""


@dataclass(frozen=True, slots=True)
class OwnPaper:
    """One paper on somebody's roll, as the check page lists it: whom it is about, and in which capacity they vote."""

    cell: str
    label: str
    class_label: str
    is_comment: bool


def own_papers(round: Round, user: User) -> list[OwnPaper]:
    """Return this evaluator's papers, drawn or not, in the order of the ballot page. One query."""
    classes = round.frozen_scheme.class_labels if round.has_frozen_scheme else {}
    cells = (paper.cell for paper in Assignment.objects.of(evaluator=user, round=round))
    return [
        OwnPaper(
            cell=cell.key,
            label=str(cell.sheet or cell.subject),
            class_label=class_label(classes, cell.class_keys),
            is_comment=cell.kind == CellKind.COMMENT,
        )
        for cell in cells
    ]


def paper_cards(round: Round, user: User) -> list[PaperCard]:
    """Return this evaluator's papers of marks, sheets first, each subject's comment paper with its first marks.

    A fixed number of queries.
    """
    cells = [paper.cell for paper in Assignment.objects.of(evaluator=user, round=round)]
    return _cards(round, cells, statements=anonymity_statements(round, user), user=user)


def urn_cards(round: Round, urn: Urn) -> list[PaperCard]:
    """Return the papers of an envelope, as paper_cards does for a person, but with no names of others: nobody knows who
    reads at a kiosk, and it must never be the subject."""
    cells = list(urn.cells.in_order())
    return _cards(round, cells, statements=statements_for(round, cells), user=None)


def _cards(round: Round, cells: list[Cell], *, statements: Mapping[str, str], user: User | None) -> list[PaperCard]:
    voters: dict[int, int] = dict(
        Cell.objects.filter(pk__in=[cell.pk for cell in cells])
        .annotate(eligible=Count("assignments"))
        .values_list("pk", "eligible")
    )
    boxes = {
        cell.subject_id: _comment_box(round, cell, voters=voters[cell.pk], promise=statements.get(cell.key, ""))
        for cell in cells
        if cell.kind == CellKind.COMMENT
    }
    entries = _entries(cell.sheet_id for cell in cells if cell.kind == CellKind.SHEET)
    scheme = round.frozen_scheme
    classes = scheme.class_labels
    asked = {key: _asked(scheme, key) for key in {cell.voter_class for cell in cells}}
    fates = floor_sentences(round, cells)
    fellows = fellow_voters(round, cells, user=user)
    cards = []
    for cell in cells:
        if cell.kind == CellKind.COMMENT:
            continue
        listed = entries[cell.sheet_id] if cell.kind == CellKind.SHEET else [(0, _subject(cell))]
        rows = [_row(subject, position, boxes.pop(subject.pk, None)) for position, subject in listed]
        paper = paper_of(scheme, kind=cell.kind, voter_class=cell.voter_class, subjects=len(rows))
        cards.append(
            PaperCard(
                cell=cell.key,
                kind=cell.kind,
                label=str(cell.sheet or cell.subject),
                class_label=class_label(classes, cell.class_keys),
                alone=voters[cell.pk] == 1,
                closed=cell.closed,
                promise=statements.get(cell.key, ""),
                paper=paper,
                fate=fates.get(cell.key, ""),
                is_anonymous=is_anonymous(scheme, cell.voter_class),
                fellows=fellows.get(cell.key),
                criteria=asked[cell.voter_class],
                rows=rows,
                rules=rules_in_words(scheme, paper),
            )
        )
    return cards


def open_papers(round: Round, cards: Iterable[PaperCard]) -> dict[str, PaperJson]:
    """Return what each paper that may be cast must look like, by its cell, for the page's script."""
    papers = {card.cell: card.paper.as_dict() for card in cards if not card.closed}
    comment_paper = paper_of(round.frozen_scheme, kind=CellKind.COMMENT, voter_class="")
    for card in cards:
        for row in card.rows:
            if row.comment is not None and not row.comment.closed:
                papers[row.comment.cell] = comment_paper.as_dict()
    return papers


def _asked(scheme: FrozenScheme, voter_class: str) -> list[AskedCriterion]:
    """Return the criteria of a voter class with their choices spelled out, and reasons asked only if there is room."""
    return [
        AskedCriterion(
            key=criterion.key,
            label=criterion.label,
            description=criterion.description,
            comment_below=criterion.comment_below if scheme.comments else None,
            comment_above=criterion.comment_above if scheme.comments else None,
            choices=choices(scheme, criterion),
        )
        for criterion in scheme.criteria_of(voter_class)
    ]


def _comment_box(round: Round, cell: Cell, *, voters: int, promise: str) -> CommentBox:
    """Return a comment paper. What holds for all of them the page says once; its own sentence is for others."""
    subject = _subject(cell)
    return CommentBox(
        cell=cell.key,
        subject=subject.pk,
        label=subject.label,
        limit=round.frozen_scheme.comment_limit,
        alone=voters == 1,
        closed=cell.closed,
        promise="" if promise == comments_sentence(round.frozen_scheme.floor) else promise,
    )


def _entries(sheets: Iterable[int | None]) -> dict[int | None, list[tuple[int, Subject]]]:
    """Return the subjects of each sheet with their positions."""
    subjects: dict[int | None, list[tuple[int, Subject]]] = defaultdict(list)
    entries = SheetEntry.objects.filter(sheet__in=[sheet for sheet in sheets if sheet]).select_related("subject")
    for entry in entries.order_by("sheet", "position"):
        subjects[entry.sheet_id].append((entry.position, entry.subject))
    return subjects


def _subject(cell: Cell) -> Subject:
    """Return whom a cell is about that is no sheet's."""
    assert cell.subject is not None
    return cell.subject


def _row(subject: Subject, position: int, comment: CommentBox | None) -> Row:
    section = "" if subject.member_id is None else subject.section_name
    return Row(subject.pk, subject.label, section, position, comment)
