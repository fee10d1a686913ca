"""What becomes of a paper on which fewer than the floor vote, in one sentence that the paper carries.

Which class its answers join, counting.ladder says, as it does at the count.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from peer_review.counting.ladder import neighbour
from peer_review.domain.planning.shared_papers import paper_of_class, papers_beside
from peer_review.domain.schemes.labels import class_label
from peer_review.domain.schemes.schemes import freeze_for
from peer_review.enums import CellKind, Collection
from peer_review.models import Cell, Round
from peer_review.protocol.frozen_scheme import FrozenScheme


def floor_sentences(round: Round, cells: list[Cell]) -> dict[str, str]:
    """Return the sentence of each of these papers of marks, by the cell's key. One query, five more on a draft.

    Empty for a class that was declared not anonymous, whose ballots need no company, and for a paper of two stages that
    has closed at the barrier or closes there in any case. Comment papers have one sentence together, on the page. In
    two stages one query more once drawing has ended.
    """
    scheme, floor = freeze_for(round) if not round.has_frozen_scheme else round.frozen_scheme, round.floor
    papers, closed = papers_beside(round, scheme, cells), _closed_papers(round)
    is_drawing = round.collection == Collection.TWO_STAGE and round.barrier_at is None
    sentences = {}
    for cell in cells:
        present = papers.get((cell.subject_id, cell.sheet_id), {})
        classes = paper_of_class(present, cell.voter_class)
        eligible = present.get(classes, 0)
        closes = cell.closed or (round.collection == Collection.TWO_STAGE and eligible < floor)
        if cell.kind == CellKind.COMMENT or closes or not is_anonymous(scheme, cell.voter_class):
            sentences[cell.key] = ""
            continue
        # What closes at the barrier takes nobody in.
        remain = {
            paper
            for paper, voters in present.items()
            if round.collection != Collection.TWO_STAGE
            or (voters >= floor and (cell.subject_id, cell.sheet_id, paper[0]) not in closed)
        }
        beside = _neighbour(scheme, classes, remain)
        values = {"floor": floor, "neighbour": "" if beside is None else class_label(scheme.class_labels, beside)}
        if is_drawing and beside is not None:
            words = _(
                "If fewer than %(floor)s draw this, it closes when the drawing ends and takes no ballots. If fewer "
                "than %(floor)s then vote on it, the answers join the class “%(neighbour)s” or, where that has closed, "
                "another that has not; if there is none, or they are still too few, they are destroyed."
            )
        elif is_drawing:
            words = _(
                "If fewer than %(floor)s draw this, it closes when the drawing ends and takes no ballots. If fewer "
                "than %(floor)s then vote on it, the answers are destroyed."
            )
        elif beside is not None:
            words = _(
                "If fewer than %(floor)s vote on this, the answers join the class “%(neighbour)s”; if they are still "
                "too few, they are destroyed."
            )
        elif eligible < floor:
            words = _("Fewer than %(floor)s people may vote on this, so the answers will be destroyed unread.")
        else:
            words = _("If fewer than %(floor)s vote on this, the answers are destroyed.")
        sentences[cell.key] = words % values
    return sentences


def _closed_papers(round: Round) -> set[tuple[int | None, int | None, str]]:
    """Return the papers of marks that closed at the barrier: the ids of subject and sheet, and the first class."""
    if round.barrier_at is None:
        return set()
    closed = round.cells.filter(closed=True).exclude(kind=CellKind.COMMENT)
    return {
        (subject, sheet, (shared_by or [voter_class])[0])
        for subject, sheet, voter_class, shared_by in closed.values_list(
            "subject_id", "sheet_id", "voter_class", "shared_by"
        )
    }


def _neighbour(
    scheme: FrozenScheme, classes: tuple[str, ...], present: Iterable[tuple[str, ...]]
) -> tuple[str, ...] | None:
    """Return the classes of the paper that the answers of a paper join. `present`: the papers about the same people."""
    order = {key: place for place, key in enumerate(scheme.class_keys)}
    rungs = [paper for paper in present if paper[0] in order and is_anonymous(scheme, paper[0])]
    rungs.sort(key=lambda paper: order[paper[0]])
    if classes not in rungs:
        return None
    place = neighbour([scheme.criteria_of(paper[0]) for paper in rungs], rungs.index(classes))
    return None if place is None else rungs[place]


def is_anonymous(scheme: FrozenScheme, voter_class: str) -> bool:
    """Return whether ballots of a voter class are nobody's: not where the round declared otherwise before opening."""
    return all(voters.anonymous for voters in scheme.classes if voters.key == voter_class)
