"""What became of a round's papers, as the pages of the bulletin and of the audit list it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from django.http import QueryDict

from peer_review.models import Bulletin
from peer_review.paging import page_of_list
from peer_review.protocol.bulletin import CellRow, Fate, GroupRow
from peer_review.views.shared.client_messages import fate_words

CELLS = 30


@dataclass(frozen=True, slots=True)
class CellFate:
    """One cell. `word`: what became of it. group: of a joined cell, else 0."""

    cell: str
    word: str
    eligible: int
    group: int


@dataclass(frozen=True, slots=True)
class GroupFate:
    """One group of cells whose answers were joined. columns: the salted hash of the answers."""

    group: int
    cells: int
    eligible: int
    columns: str


@dataclass(frozen=True, slots=True)
class FateSum:
    """All cells that ended alike."""

    fate: str
    word: str
    cells: int
    eligible: int


def cell_fates(bulletin: Bulletin, params: QueryDict) -> dict[str, object]:
    """Return the context of both pages: a page of cells, the joined groups that these are in, and a line for each fate.

    The sums are of all cells. Nothing here says how many drew or voted: of sets smaller than the round that would name
    people (peer_review.protocol.bulletin).
    """
    outcome = bulletin.read_outcome()
    page = page_of_list(outcome["cells"], params, size=CELLS, key=itemgetter("cell"))
    words = fate_words()
    eligible = _eligible_by_group(outcome["cells"], {row.get("group", 0) for row in page.rows} - {0})
    return {
        "cells": [_cell(row, words) for row in page.rows],
        "paging": page,
        "groups": [_group(row, eligible[row["group"]]) for row in outcome["groups"] if row["group"] in eligible],
        "fates": [line for fate in Fate if (line := _sum(fate, words[fate], outcome["cells"])) is not None],
    }


def _cell(row: CellRow, words: Mapping[str, str]) -> CellFate:
    return CellFate(
        cell=row["cell"],
        word=words[row["fate"]],
        eligible=row["eligible"],
        group=row.get("group", 0),
    )


def _eligible_by_group(cells: Sequence[CellRow], groups: set[int]) -> dict[int, list[int]]:
    """Return how many may vote in each cell of these groups."""
    eligible: dict[int, list[int]] = {group: [] for group in groups}
    for row in cells:
        if row.get("group") in groups:
            eligible[row["group"]].append(row["eligible"])
    return eligible


def _group(group: GroupRow, eligible: Sequence[int]) -> GroupFate:
    return GroupFate(
        group=group["group"],
        cells=len(eligible),
        eligible=sum(eligible),
        columns=group["columns"],
    )


def _sum(fate: Fate, word: str, cells: Sequence[CellRow]) -> FateSum | None:
    """Return the line of a fate, None where no cell ended so."""
    eligible = [row["eligible"] for row in cells if row["fate"] == fate]
    return FateSum(fate.value, word, cells=len(eligible), eligible=sum(eligible)) if eligible else None
