"""Ballot papers: the answers that each cell of a round takes under its scheme (protocol.papers)."""

from collections import Counter

from peer_review.enums import CellKind
from peer_review.models import Round, SheetEntry
from peer_review.protocol import row_length as row_lengths
from peer_review.protocol.frozen_scheme import FrozenScheme
from peer_review.protocol.papers import COMMENT, RATING, SHEET, Paper


def papers_of(round: Round) -> dict[str, Paper]:
    """Return the paper of every cell of a round that has been opened, by the cell's key. Two queries."""
    return papers_for(round, round.frozen_scheme)


def papers_for(round: Round, scheme: FrozenScheme) -> dict[str, Paper]:
    """Return the paper of every cell under this scheme: for a draft, that which opening would freeze. Two queries."""
    lengths = Counter(SheetEntry.objects.filter(sheet__round=round).values_list("sheet_id", flat=True))
    paper_kinds: dict[tuple[str, str, int], Paper] = {}
    papers = {}
    for key, kind, voter_class, sheet in round.cells.values_list("key", "kind", "voter_class", "sheet_id"):
        which = (kind, voter_class, lengths[sheet] if sheet else 1)
        if which not in paper_kinds:
            paper_kinds[which] = paper_of(scheme, kind=kind, voter_class=voter_class, subjects=which[2])
        papers[key] = paper_kinds[which]
    return papers


def paper_of(scheme: FrozenScheme, *, kind: str, voter_class: str, subjects: int = 1) -> Paper:
    """Return the paper of one kind of cell."""
    if kind == CellKind.COMMENT:
        return Paper(kind=COMMENT, limit=scheme.comment_limit)
    criteria = tuple((criterion.key, int(criterion.weight * 100)) for criterion in scheme.criteria_of(voter_class))
    if kind == CellKind.RATING:
        return Paper(kind=RATING, scale=scheme.scale, criteria=criteria)
    rules = tuple(rule.for_sheet(subjects) for rule in scheme.sheet_rules)
    return Paper(kind=SHEET, scale=scheme.scale, criteria=criteria, subjects=subjects, rules=rules)


def row_length(round: Round) -> int:
    """Return the length of every sealed row of an open round, in bytes."""
    return row_lengths.row_length(papers_of(round).values())
