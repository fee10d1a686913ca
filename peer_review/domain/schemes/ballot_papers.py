"""Ballot papers: the answers that each cell of a round takes under its form (protocol.papers)."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from peer_review.enums import CellKind
from peer_review.models import Round, SheetEntry
from peer_review.protocol import row_length as row_lengths
from peer_review.protocol.papers import COMMENT, RATING, SHEET, Paper, SheetRule


def papers_of(round: Round) -> dict[str, Paper]:
    """Return the paper of every cell of a round that has been opened, by the cell's key. Two queries."""
    return papers_for(round, round.form)


def papers_for(round: Round, form: Mapping[str, Any]) -> dict[str, Paper]:
    """Return the paper of every cell under this form: for a draft, that which opening would freeze. Two queries."""
    lengths = Counter(SheetEntry.objects.filter(sheet__round=round).values_list("sheet_id", flat=True))
    made: dict[tuple[str, str, int], Paper] = {}
    papers = {}
    for key, kind, voter_class, sheet in round.cells.values_list("key", "kind", "voter_class", "sheet_id"):
        which = (kind, voter_class, lengths[sheet] if sheet else 1)
        if which not in made:
            made[which] = paper_of(form, kind=kind, voter_class=voter_class, subjects=which[2])
        papers[key] = made[which]
    return papers


def paper_of(form: Mapping[str, Any], *, kind: str, voter_class: str, subjects: int = 1) -> Paper:
    """Return the paper of one kind of cell. A quota given in percent is rounded down, but never under one."""
    if kind == CellKind.COMMENT:
        return Paper(kind=COMMENT, limit=int(form["comment_limit"]))
    criteria = tuple(
        (one["key"], int(Decimal(one["weight"]) * 100)) for one in criteria_for(form, voter_class=voter_class)
    )
    if kind == CellKind.RATING:
        return Paper(kind=RATING, scale=form["scale"], criteria=criteria)
    rules = tuple(_rule(one, subjects) for one in form["sheet_rules"])
    return Paper(kind=SHEET, scale=form["scale"], criteria=criteria, subjects=subjects, rules=rules)


def criteria_for(form: Mapping[str, Any], *, voter_class: str) -> list[dict[str, Any]]:
    """Return the criteria that a voter class is asked."""
    return [one for one in form["criteria"] if voter_class in one["classes"]]


def row_length(round: Round) -> int:
    """Return the length of every sealed row of an open round, in bytes."""
    return row_lengths.row_length(papers_of(round).values())


def _rule(one: Mapping[str, Any], subjects: int) -> SheetRule:
    n = max(1, subjects * int(one["percent"]) // 100) if one.get("percent") is not None else int(one.get("n") or 0)
    return SheetRule(kind=one["kind"], n=n, points=int(one.get("points") or 0))
