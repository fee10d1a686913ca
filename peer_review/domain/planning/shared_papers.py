"""Shared papers: voter classes too small to vote apart vote on one paper, with one key, from opening on.

Which classes share a paper the ladder of the count says (counting.ladder), asked of the roll instead of the ballots: a
class that too few people may vote in at computers joins its neighbour before anybody votes. So of a ballot on a shared
paper nobody can tell, not even an auditor, which of the classes it came from. Only classes that are asked the same
share a paper, and none that is declared not anonymous.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count

from peer_review.counting.ladder import Rung, climb
from peer_review.domain.keys.server_keys import return_keys_to_pool
from peer_review.enums import CellKind, RoundState
from peer_review.models import Assignment, Cell, Round
from peer_review.protocol.frozen_scheme import FrozenScheme

#: Rows of one statement.
BATCH = 500


@dataclass(frozen=True, slots=True)
class SharedPaper:
    """Cells (primary keys) of one subject or sheet that become one, and their classes, in the scheme's order. The first
    cell keeps its key and takes the voters of the others."""

    cells: tuple[int, ...]
    classes: tuple[str, ...]


def planned_sharing(round: Round, scheme: FrozenScheme) -> list[SharedPaper]:
    """Return which papers of a draft become one when it opens; of a round that was opened none: its cells tell.

    Three queries whatever the size, four where some vote on paper, none where only one class is anonymous.
    """
    places = {voters.key: at for at, voters in enumerate(scheme.classes) if voters.anonymous}
    if round.state != RoundState.DRAFT or len(places) < 2:
        return []
    asked = {key: tuple(criterion.key for criterion in scheme.criteria_of(key)) for key in places}
    sizes, on_paper_alone = _sizes(round, scheme.floor)
    ladders: defaultdict[tuple[int | None, int | None], list[tuple[int, str, int]]] = defaultdict(list)
    cells = round.cells.exclude(kind=CellKind.COMMENT).order_by()
    for pk, subject, sheet, voters in cells.values_list("pk", "subject_id", "sheet_id", "voter_class"):
        if voters in places and pk not in on_paper_alone:
            ladders[subject, sheet].append((places[voters], voters, pk))
    shared = []
    steps: dict[tuple[tuple[str, int], ...], tuple[tuple[int, ...], ...]] = {}
    for ladder in ladders.values():
        ladder.sort()
        # At the floor or above it no number decides anything, so most ladders are alike.
        alike = tuple((voters, min(sizes[pk], scheme.floor)) for _place, voters, pk in ladder)
        if alike not in steps:
            rungs = [Rung(str(at), size, size, asked[voters]) for at, (voters, size) in enumerate(alike)]
            steps[alike] = tuple(tuple(sorted(map(int, group))) for group in climb(rungs, floor=scheme.floor).joined)
        for group in steps[alike]:
            shared.append(
                SharedPaper(tuple(ladder[at][2] for at in group), tuple(ladder[at][1] for at in group)),
            )
    return sorted(shared, key=lambda paper: paper.cells)


def _sizes(round: Round, floor: int) -> tuple[Counter[int], set[int]]:
    """Return how many people vote at computers in each cell, and the cells that stand on paper alone (primary keys).

    The latter have the floor of envelopes, which two scrutineers have seen made: they need no computers, and beside
    people at computers they would be no cover.
    """
    papers = Assignment.objects.filter(cell__round=round).exclude(cell__kind=CellKind.COMMENT).order_by()
    sizes = Counter(dict(papers.values_list("cell").annotate(Count("pk"))))
    on_paper = list(round.members.filter(on_paper=True).values_list("user_id", flat=True))
    alone: set[int] = set()
    if not on_paper:
        return sizes, alone
    for cell, many in papers.filter(evaluator__in=on_paper).values_list("cell").annotate(Count("pk")):
        sizes[cell] -= many
        if not sizes[cell] and many >= floor:
            alone.add(cell)
    return sizes, alone


def share_papers(round: Round) -> int:
    """Make one paper of those that share one, in a draft that is being opened, and return how many papers are shared.

    The draft has frozen its scheme. Whoever held two of them holds one. Keys that are not needed go back to the pool:
    none was published.
    """
    planned = planned_sharing(round, round.frozen_scheme)
    into = taken_in(planned)
    moved = list(into)
    for first in range(0, len(moved), BATCH):
        some = moved[first : first + BATCH]
        papers = Assignment.objects.filter(cell__in=some).order_by()
        rows = [
            Assignment(evaluator_id=evaluator, cell_id=into[cell])
            for evaluator, cell in papers.values_list("evaluator_id", "cell_id")
        ]
        papers.delete()
        Assignment.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
        return_keys_to_pool(round.cells.filter(pk__in=some))
        round.cells.filter(pk__in=some).delete()
    Cell.objects.bulk_update(
        [Cell(pk=paper.cells[0], shared_by=list(paper.classes)) for paper in planned], ["shared_by"], batch_size=BATCH
    )
    return len(planned)


def taken_in(planned: Iterable[SharedPaper]) -> dict[int, int]:
    """Return for each cell whose voters another one takes that other one, both by primary key."""
    return {cell: paper.cells[0] for paper in planned for cell in paper.cells[1:]}


def first_cells(round: Round, scheme: FrozenScheme) -> Mapping[int, int]:
    """Return for each cell of a draft that shares another one's paper that other one, both by primary key."""
    return taken_in(planned_sharing(round, scheme))


#: The papers of marks about a subject or on a sheet: the classes that vote on each, and how many people may.
PapersBeside = dict[tuple[str, ...], int]


def papers_beside(
    round: Round, scheme: FrozenScheme, cells: Iterable[Cell]
) -> dict[tuple[int | None, int | None], PapersBeside]:
    """Return the papers of marks about the subjects and sheets of these cells, by the ids of subject and sheet.

    Of a draft as opening will make them. One query, three more on a draft.
    """
    cells = list(cells)
    related = round.cells.filter(subject__in=[cell.subject_id for cell in cells if cell.subject_id])
    related |= round.cells.filter(sheet__in=[cell.sheet_id for cell in cells if cell.sheet_id])
    planned = {pk: paper.classes for paper in planned_sharing(round, scheme) for pk in paper.cells}
    beside: dict[tuple[int | None, int | None], PapersBeside] = defaultdict(dict)
    rows = related.exclude(kind=CellKind.COMMENT).with_eligible()
    columns = ("pk", "subject_id", "sheet_id", "voter_class", "shared_by", "eligible")
    for pk, subject, sheet, voter_class, shared_by, eligible in rows.values_list(*columns):
        classes = planned.get(pk, tuple(shared_by) or (voter_class,))
        papers = beside[subject, sheet]
        papers[classes] = papers.get(classes, 0) + eligible
    return beside


def paper_of_class(papers: PapersBeside, voter_class: str) -> tuple[str, ...]:
    """Return the classes that vote on the paper of this one; itself where it has none."""
    return next((classes for classes in papers if voter_class in classes), (voter_class,))
