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
    closes at the barrier in any case. Comment papers have one sentence together, on the page.
    """
    scheme, floor = freeze_for(round) if not round.has_frozen_scheme else round.frozen_scheme, round.floor
    papers = papers_beside(round, scheme, cells)
    sentences = {}
    for cell in cells:
        present = papers.get((cell.subject_id, cell.sheet_id), {})
        classes = paper_of_class(present, cell.voter_class)
        eligible = present.get(classes, 0)
        closes = round.collection == Collection.TWO_STAGE and eligible < floor
        if cell.kind == CellKind.COMMENT or closes or not is_anonymous(scheme, cell.voter_class):
            sentences[cell.key] = ""
            continue
        beside = _neighbour(scheme, classes, present)
        values = {"floor": floor, "neighbour": "" if beside is None else class_label(scheme.class_labels, beside)}
        if beside is not None:
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
