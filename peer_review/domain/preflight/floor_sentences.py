"""What becomes of a paper on which fewer than the floor vote, in one sentence that the paper carries.

Which class its answers join, counting.ladder says, as it does at the count.
"""

from collections import defaultdict
from collections.abc import Container

from django.utils.translation import gettext as _

from peer_review.counting.ladder import neighbour
from peer_review.domain.schemes.schemes import freeze_for
from peer_review.enums import CellKind, Collection
from peer_review.models import Cell, Round
from peer_review.protocol.frozen_scheme import FrozenScheme


def floor_sentences(round: Round, cells: list[Cell]) -> dict[str, str]:
    """Return the sentence of each of these papers of marks, by the cell's key. One query, three more on a draft.

    Empty for a class that was declared not anonymous, whose ballots need no company, and for a paper of two stages that
    closes at the barrier in any case. Comment papers have one sentence together, on the page.
    """
    scheme, floor = freeze_for(round) if not round.has_frozen_scheme else round.frozen_scheme, round.floor
    related = round.cells.filter(subject__in=[cell.subject_id for cell in cells if cell.subject_id])
    related |= round.cells.filter(sheet__in=[cell.sheet_id for cell in cells if cell.sheet_id])
    voters: dict[tuple[int | None, int | None], dict[str, int]] = defaultdict(dict)
    rows = related.exclude(kind=CellKind.COMMENT).with_eligible()
    for subject, sheet, voter_class, eligible in rows.values_list("subject_id", "sheet_id", "voter_class", "eligible"):
        voters[subject, sheet][voter_class] = eligible
    sentences = {}
    for cell in cells:
        present = voters[cell.subject_id, cell.sheet_id]
        eligible = present.get(cell.voter_class, 0)
        closes = round.collection == Collection.TWO_STAGE and eligible < floor
        if cell.kind == CellKind.COMMENT or closes or not is_anonymous(scheme, cell.voter_class):
            sentences[cell.key] = ""
            continue
        beside = _neighbour(scheme, cell.voter_class, present)
        values = {"floor": floor, "neighbour": "" if beside is None else scheme.class_labels[beside]}
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


def _neighbour(scheme: FrozenScheme, voter_class: str, present: Container[str]) -> str | None:
    """Return the class that the answers of a class join. `present`: the classes that have papers beside it."""
    rungs = [voters.key for voters in scheme.classes if voters.anonymous and voters.key in present]
    if voter_class not in rungs:
        return None
    place = neighbour([scheme.criteria_of(key) for key in rungs], rungs.index(voter_class))
    return None if place is None else rungs[place]


def is_anonymous(scheme: FrozenScheme, voter_class: str) -> bool:
    """Return whether ballots of a voter class are nobody's: not where the round declared otherwise before opening."""
    return all(voters.anonymous for voters in scheme.classes if voters.key == voter_class)
