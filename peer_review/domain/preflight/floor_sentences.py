"""What becomes of a paper on which fewer than the floor vote, in one sentence that the paper carries."""

from collections import defaultdict

from django.utils.translation import gettext as _

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
    eligible: dict[tuple[int | None, int | None], dict[str, int]] = defaultdict(dict)
    rows = related.exclude(kind=CellKind.COMMENT).with_eligible()
    for subject, sheet, voters, count in rows.values_list("subject_id", "sheet_id", "voter_class", "eligible"):
        eligible[subject, sheet][voters] = count
    sentences = {}
    for cell in cells:
        present = eligible[cell.subject_id, cell.sheet_id]
        closes = round.collection == Collection.TWO_STAGE and present.get(cell.voter_class, 0) < floor
        if cell.kind == CellKind.COMMENT or closes or not is_anonymous(scheme, cell.voter_class):
            sentences[cell.key] = ""
            continue
        neighbour = scheme.neighbour_of(cell.voter_class, among=present)
        values = {"floor": floor, "neighbour": scheme.class_labels.get(neighbour or "", "")}
        words = (
            _("If fewer than %(floor)s vote on this, the answers are destroyed.")
            if neighbour is None
            else _(
                "If fewer than %(floor)s vote on this, the answers join the class “%(neighbour)s”; if they are still "
                "too few, they are destroyed."
            )
        )
        sentences[cell.key] = words % values
    return sentences


def is_anonymous(scheme: FrozenScheme, voter_class: str) -> bool:
    """Return whether ballots of a voter class are nobody's: not where the round declared otherwise before opening."""
    return all(voters.anonymous for voters in scheme.classes if voters.key == voter_class)
