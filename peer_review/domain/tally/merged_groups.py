"""Merged groups: what is kept of cells that joined a neighbour. Sorted answers, and no ballot.

Of each question the answers of all ballots of the group are kept in the order of size, and how many said 不了解. Which
of them came together on one ballot is gone, and so are cell, token and signature of each. A question with fewer answers
than the floor is dropped. For auditors the tokens are kept apart from the answers: they show that each leaf was cast
with a credential of its own, and nothing of what it said.
"""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypedDict

from peer_review.box import store
from peer_review.protocol.bulletin import columns_hash
from peer_review.protocol.papers import DONT_KNOW
from zhengyan_crypto import canonical, merkle
from zhengyan_crypto.encoding import b64u_decode, b64u_encode

SALT_BYTES = 32
COLUMNS, EVIDENCE = "columns", "evidence"


class Column(TypedDict):
    """The answers to one question in the order of size, and how many said 不了解."""

    answers: list[int]
    unknown: int


class Columns(TypedDict):
    """The answers of a merged group: its cells, its number of ballots, and a column for each question kept."""

    cells: list[str]
    counted: int
    columns: dict[str, Column]


class Evidence(TypedDict):
    """That a leaf was cast with a token of a cell: what the token signs, and the token."""

    leaf: str
    cell: str
    pk: str
    pre: str
    tok: str


@dataclass(frozen=True, slots=True)
class MergedGroup:
    """One merged group as it is kept: its answers with their salt, and the tokens of its ballots by their leaves."""

    columns: Columns
    salt: bytes
    evidence: tuple[Evidence, ...]

    @property
    def digest(self) -> str:
        """The salted hash of the answers, as the bulletin's head names it."""
        return columns_hash(self.columns, salt=self.salt)

    def documents(self, number: int) -> Iterator[store.Document]:
        """Yield what the box keeps of the group."""
        name = _name(number)
        yield store.Document(COLUMNS, name, canonical.dumps({"columns": self.columns, "salt": b64u_encode(self.salt)}))
        yield store.Document(EVIDENCE, name, canonical.dumps(list(self.evidence)))


def merge(cells: Iterable[str], entries: Iterable[bytes], *, floor: int) -> MergedGroup:
    """Return the merged group of these cells' entries. All of them are asked the same questions.

    floor: the fewest answers to a question that are kept: the scheme's, and one more for each ballot that others know.
    """
    answers: dict[str, list[int]] = {}
    unknown: dict[str, int] = {}
    evidence: list[Evidence] = []
    for raw in entries:
        entry = json.loads(raw)
        ballot = entry["ballot"]
        for key, answer in ballot["a"].items():
            column = answers.setdefault(key, [])
            if answer == DONT_KNOW:
                unknown[key] = unknown.get(key, 0) + 1
            else:
                column.append(answer)
        evidence.append(
            {
                "leaf": merkle.leaf_hash(raw).hex(),
                "cell": ballot["cell"],
                "pk": ballot["pk"],
                "pre": ballot["pre"],
                "tok": entry["tok"],
            }
        )
    columns: dict[str, Column] = {
        key: {"answers": sorted(column), "unknown": unknown.get(key, 0)}
        for key, column in sorted(answers.items())
        if len(column) >= floor
    }
    return MergedGroup(
        columns={"cells": sorted(cells), "counted": len(evidence), "columns": columns},
        salt=secrets.token_bytes(SALT_BYTES),
        evidence=tuple(sorted(evidence, key=lambda row: row["leaf"])),
    )


def read_columns(public_id: str) -> dict[int, tuple[Columns, bytes]]:
    """Return the answers of every merged group of a counted round and their salts, by the group's number."""
    groups = {}
    for document in store.documents(public_id, COLUMNS):
        body: Mapping[str, object] = json.loads(document.body)
        groups[int(document.name)] = (body["columns"], b64u_decode(str(body["salt"]), length=SALT_BYTES))
    return groups  # type: ignore[return-value]  # written by MergedGroup.documents alone


def read_evidence(public_id: str) -> Iterator[tuple[int, bytes]]:
    """Yield the evidence of every merged group as canonical JSON, with the group's number."""
    for document in store.documents(public_id, EVIDENCE):
        yield int(document.name), document.body


def _name(number: int) -> str:
    return f"{number:08d}"
