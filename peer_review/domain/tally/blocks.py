"""Blocks: the leaves of each cell among dummies, written with the ballots and signed afterwards.

The box's one transaction keeps all that the bulletin will say. So a count that is cut off before the bulletin is signed
goes on from there and signs the same. One that is cut off within that transaction makes the same dummies again: they
come from the round's key. Others would tell, beside the first ones in the database's log, which leaves are ballots.
"""

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

from peer_review.box import store
from peer_review.protocol.bulletin import (
    DUMMY_BYTES,
    CellOutcome,
    Fate,
    GroupOutcome,
    Outcome,
    Totals,
    make_block,
)
from zhengyan_crypto import canonical
from zhengyan_crypto.round_key import RoundKey

BLOCK, DUMMIES, OUTCOME, TOTALS = "block", "dummies", "outcome", "totals"


@dataclass(frozen=True, slots=True)
class WrittenCount:
    """What the box keeps for the bulletin: the rows, a block a cell, and the numbers of the whole round."""

    outcome: Outcome
    blocks: tuple[bytes, ...]
    totals: Totals


def make_documents(
    cells: Iterable[CellOutcome],
    groups: Iterable[GroupOutcome],
    totals: Totals,
    leaves: Mapping[str, list[bytes]],
    *,
    key: RoundKey,
) -> Iterator[store.Document]:
    """Yield what the box keeps for the bulletin. `leaves`: those of each cell's ballots, whatever their fate.

    What shows that a leaf is a dummy is kept of counted cells only: of the others nobody may know how many voted.
    """
    ordered = list(cells)
    for cell in ordered:
        dummies = _openings(cell.cell, key=key)
        block, openings = make_block(leaves.get(cell.cell, []), eligible=cell.eligible, dummies=dummies)
        yield store.Document(BLOCK, cell.cell, block)
        if cell.fate == Fate.COUNTED:
            yield store.Document(DUMMIES, cell.cell, b"".join(sorted(openings)))
    outcome: Outcome = {
        "cells": [cell.as_row() for cell in sorted(ordered, key=lambda cell: cell.cell)],
        "groups": [group.as_row() for group in groups],
    }
    yield store.Document(OUTCOME, OUTCOME, canonical.dumps(outcome))
    yield store.Document(TOTALS, TOTALS, canonical.dumps(asdict(totals)))


def _openings(cell: str, *, key: RoundKey) -> Iterator[bytes]:
    """Yield the openings of a cell's dummies, without end."""
    for number in itertools.count():
        yield key.mac("dummy", cell.encode("ascii"), number.to_bytes(4, "big"))


def written_count(public_id: str) -> WrittenCount:
    """Return what the box keeps for the bulletin of a round whose ballots are written."""
    outcome: Outcome = json.loads(next(store.documents(public_id, OUTCOME)).body)
    totals = Totals(**json.loads(next(store.documents(public_id, TOTALS)).body))
    return WrittenCount(outcome, tuple(document.body for document in store.documents(public_id, BLOCK)), totals)


def dummies(public_id: str) -> Iterator[tuple[str, list[bytes]]]:
    """Yield each counted cell with the openings of its dummies, for auditors."""
    for document in store.documents(public_id, DUMMIES):
        body = document.body
        yield document.name, [body[start : start + DUMMY_BYTES] for start in range(0, len(body), DUMMY_BYTES)]
