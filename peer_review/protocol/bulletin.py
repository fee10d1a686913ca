"""The bulletin: what is signed and published of a count, and how it is checked. Version 2; version 1 is still read.

A cell's block holds exactly as many leaves as people may vote in it: those of its ballots, and dummies that nobody can
tell from them. So a block says nothing of how many voted. The tree is over the blocks. The head names each cell's fate:
its ballots are counted, or their answers joined those of a neighbouring cell, or they were too few and are destroyed.
How many drew and how many ballots count, the head tells of the whole round and of nothing smaller: everybody draws all
papers or none, so the numbers of single cells are equations over the roll, which together name who did not draw.
"""

import hashlib
import itertools
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NotRequired, TypedDict

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from zhengyan_crypto import canonical, merkle
from zhengyan_crypto.encoding import b64u_decode, b64u_encode, hex_decode
from zhengyan_crypto.errors import BadBulletin, BadEncoding

VERSION: Final = 2
#: Bytes from which a dummy's leaf is made; whoever knows them can show that the leaf is no ballot.
DUMMY_BYTES: Final = 32
_ROUND = re.compile(r"[0-9a-f]{32}\Z")
_CELL = re.compile(r"[0-9a-f]{16}\Z")
_HASH = re.compile(r"[0-9a-f]{64}\Z")
_BULLETIN_1 = frozenset({"v", "head", "sig", "leaves"})
_HEAD_1 = frozenset({"v", "round", "manifest", "size", "root", "cells"})
_CELL_ROW_1 = frozenset({"cell", "eligible", "drawn", "counted"})
_BULLETIN = frozenset({"v", "head", "sig", "cells", "groups", "blocks"})
_TOTALS = ("people", "drawn", "counted")
_HEAD = frozenset({"v", "round", "manifest", "floor", "size", "root", "groups", *_TOTALS})
_GROUP = frozenset({"group", "columns"})


class Fate(StrEnum):
    """What became of a cell's ballots."""

    COUNTED = "counted"
    MERGED = "merged"
    FEW = "few"
    VOID = "void"


_CELL_ROW: Final = {
    Fate.COUNTED: frozenset({"cell", "eligible", "fate"}),
    Fate.MERGED: frozenset({"cell", "eligible", "fate", "group"}),
    Fate.FEW: frozenset({"cell", "eligible", "fate"}),
    Fate.VOID: frozenset({"cell", "eligible", "fate"}),
}


class CellRow(TypedDict):
    """What the bulletin says of one cell. `fate` is missing in version 1, where every cell is counted; only version 1
    has `drawn` and `counted`."""

    cell: str
    eligible: int
    fate: NotRequired[str]
    drawn: NotRequired[int]
    counted: NotRequired[int]
    group: NotRequired[int]


class GroupRow(TypedDict):
    """What the bulletin says of a joined group. `columns` is the salted hash of its answers."""

    group: int
    columns: str


class Head(TypedDict):
    """The head of a bulletin, which the round signs.

    size: how many leaves the tree has: cells; in version 1 ballots. groups: hash of the joined groups. cells: of
    version 1 only, where every cell is counted and the tree is over the leaves of all ballots. people, drawn, counted:
    the totals (Totals), which version 1 tells cell by cell.
    """

    v: int
    round: str
    manifest: str
    size: int
    root: str
    floor: NotRequired[int]
    groups: NotRequired[str]
    people: NotRequired[int]
    drawn: NotRequired[int]
    counted: NotRequired[int]
    cells: NotRequired[list[CellRow]]


class Outcome(TypedDict):
    """What the bulletin says of each cell, in the order of their names, and of each joined group."""

    cells: list[CellRow]
    groups: list[GroupRow]


@dataclass(frozen=True, slots=True)
class Totals:
    """The numbers of a whole round, the only ones that the bulletin tells beside the roll.

    counted: how many ballots for marks are kept, those of envelopes among them. people: how many of those who vote at
    computers hold a paper for marks that is counted or joined; drawn: how many of them drew. Both 0 where somebody at
    computers holds none, and where these people are fewer than the floor. Of a void round all are 0, whatever came.
    """

    people: int = 0
    drawn: int = 0
    counted: int = 0


@dataclass(frozen=True, slots=True)
class CellOutcome:
    """What the bulletin says of one cell. group: of a merged one."""

    cell: str
    eligible: int
    fate: Fate
    group: int = 0

    def as_row(self) -> CellRow:
        """Return what the bulletin says of the cell: no number that is not on the roll."""
        row: CellRow = {"cell": self.cell, "eligible": self.eligible, "fate": self.fate.value}
        if self.fate == Fate.MERGED:
            row["group"] = self.group
        return row


@dataclass(frozen=True, slots=True)
class GroupOutcome:
    """What the bulletin says of a joined group: its number from 1, and the salted hash of its answers."""

    group: int
    columns: str

    def as_row(self) -> GroupRow:
        """Return what the bulletin says of the group."""
        return {"group": self.group, "columns": self.columns}


# What is hashed and signed


def head_message(head: Mapping[str, object]) -> bytes:
    """Return what the round's receipt key signs over the bulletin."""
    return b"anon-bulletin/v1\n" + canonical.dumps(head)


def new_dummy() -> bytes:
    """Return the bytes from which a dummy's leaf is made."""
    return secrets.token_bytes(DUMMY_BYTES)


def dummy_leaf(opening: bytes) -> bytes:
    """Return the leaf of a dummy. No entry has it: entries begin with a brace."""
    return merkle.leaf_hash(b"anon-dummy/v2|" + opening)


def block_hash(row: CellRow, leaves: bytes) -> bytes:
    """Return the hash of a cell in the tree: of its row and its block. `leaves`: sorted, end to end."""
    return merkle.leaf_hash(b"anon-block/v2|" + canonical.dumps(row) + b"|" + leaves)


def groups_hash(groups: Sequence[GroupRow]) -> str:
    """Return the hash of the joined groups, as the head names it."""
    return hashlib.sha256(b"anon-groups/v2|" + canonical.dumps(list(groups))).hexdigest()


def columns_hash(columns: Mapping[str, object], *, salt: bytes) -> str:
    """Return the salted hash of a joined group's answers, as the bulletin names it."""
    return hashlib.sha256(b"anon-columns/v2|" + salt + b"|" + canonical.dumps(columns)).hexdigest()


def make_block(
    ballots: Iterable[bytes], *, eligible: int, dummies: Iterator[bytes] | None = None
) -> tuple[bytes, list[bytes]]:
    """Return the block of a cell and the openings of its dummies. `ballots`: the leaves of its ballots; `dummies`:
    openings to use, without them fresh ones.

    Raises: BadBulletin if there are more ballots than people.
    """
    leaves = list(ballots)
    if len(leaves) > eligible:
        raise BadBulletin("a cell has more ballots than were eligible")
    openings = list(itertools.islice(dummies or iter(new_dummy, b""), eligible - len(leaves)))
    return b"".join(sorted([*leaves, *map(dummy_leaf, openings)])), openings


# Signing


def sign_head(
    key: Ed25519PrivateKey,
    *,
    round_id: str,
    manifest_fingerprint: str,
    floor: int,
    cells: Sequence[CellRow],
    groups: Sequence[GroupRow],
    blocks: Sequence[bytes],
    totals: Totals,
) -> tuple[Head, str]:
    """Return the bulletin's head, and the round's signature over it as base64url.

    cells: in the order of their names; blocks: one a cell; groups: in the order of their numbers.
    Raises: BadBulletin if rows, blocks and totals do not fit each other, so that no such bulletin is ever signed.
    """
    check_rows(cells, groups)
    check_totals(totals, cells, groups, floor=floor)
    _check_blocks(cells, blocks)
    head: Head = {
        "v": VERSION,
        "round": round_id,
        "manifest": manifest_fingerprint,
        "floor": floor,
        "size": len(cells),
        "root": merkle.root(block_hash(row, block) for row, block in zip(cells, blocks, strict=True)).hex(),
        "groups": groups_hash(groups),
        "people": totals.people,
        "drawn": totals.drawn,
        "counted": totals.counted,
    }
    return head, b64u_encode(key.sign(head_message(head)))


# Checking


def verify_bulletin(bulletin: object, *, receipt_key: bytes) -> None:
    """Refuse a bulletin whose head is not signed by the round, or does not fit its rows and its blocks.

    Raises: BadBulletin.
    """
    try:
        version = canonical.expect(bulletin, dict, "bulletin").get("v")
        if type(version) is int and version == 1:
            _verify_version_1(bulletin, receipt_key=receipt_key)
            return
        fields = canonical.expect_fields(bulletin, _BULLETIN, "bulletin")
        _expect_version(fields)
        head = fields["head"]
        texts = canonical.expect(fields["blocks"], list, "blocks")
        blocks = [_unhex(canonical.expect(text, str, "block")) for text in texts]
        cells, groups = (canonical.expect(fields[name], list, name) for name in ("cells", "groups"))
        verify_head(head, fields["sig"], receipt_key=receipt_key)
        check_rows(cells, groups)
        totals = Totals(*(head[name] for name in _TOTALS))
        check_totals(totals, cells, groups, floor=head["floor"])
    except BadEncoding as error:
        raise BadBulletin(str(error)) from error
    if len(cells) != head["size"]:
        raise BadBulletin("the head counts another number of cells")
    _check_blocks(cells, blocks)
    if head["groups"] != groups_hash(groups):
        raise BadBulletin("the head does not cover these groups")
    if head["root"] != merkle.root(block_hash(row, block) for row, block in zip(cells, blocks, strict=True)).hex():
        raise BadBulletin("the root does not cover these blocks")


def verify_head(head: object, signature: object, *, receipt_key: bytes) -> None:
    """Refuse a head of version 2 that is malformed or not signed by the round.

    Raises: BadBulletin, BadEncoding.
    """
    fields = canonical.expect_fields(head, _HEAD, "head")
    _expect_version(fields)
    _expect_name(fields["round"], _ROUND, "round")
    for name in ("manifest", "root", "groups"):
        _expect_name(fields[name], _HASH, name)
    for name in ("floor", "size", *_TOTALS):
        _count(fields, name)
    _check_signature(receipt_key, b64u_decode(signature, length=64), head_message(fields))


def check_rows(cells: Sequence[CellRow], groups: Sequence[GroupRow]) -> None:
    """Refuse rows that are malformed, out of order, or in no group that there is.

    Raises: BadBulletin, BadEncoding.
    """
    joined: set[int] = set()
    names: list[str] = []
    for row in cells:
        fate = canonical.expect(row, dict, "cell").get("fate")
        if fate not in _CELL_ROW:
            raise BadBulletin("a cell has no fate that is known")
        canonical.expect_fields(row, _CELL_ROW[Fate(fate)], "cell")
        names.append(_expect_name(row["cell"], _CELL, "cell"))
        _count(row, "eligible")
        if fate == Fate.MERGED:
            joined.add(_count(row, "group"))
    if names != sorted(set(names)):
        raise BadBulletin("the cells are not in order, or one is there twice")
    numbers = []
    for group in groups:
        canonical.expect_fields(group, _GROUP, "group")
        numbers.append(_count(group, "group"))
        _expect_name(group["columns"], _HASH, "columns")
    if numbers != list(range(1, len(numbers) + 1)) or joined != set(numbers):
        raise BadBulletin("the joined groups are not those of the cells")
    fates = {row.get("fate") for row in cells}
    if Fate.VOID in fates and len(fates) > 1:
        raise BadBulletin("a void round counts nothing")


def check_totals(totals: Totals, cells: Sequence[CellRow], groups: Sequence[GroupRow], *, floor: int) -> None:
    """Refuse totals that cannot be. The rows must have been checked.

    Each joined group has at least `floor` ballots. A counted cell may have fewer, or none for marks: where its class is
    declared not anonymous, and where it is one for words. The bulletin says neither, so auditors check that floor.
    Raises: BadBulletin.
    """
    eligible: dict[int, int] = {}
    for row in cells:
        if row.get("fate") in (Fate.COUNTED, Fate.MERGED):
            group = row.get("group", 0)
            eligible[group] = eligible.get(group, 0) + row["eligible"]
    if totals.drawn > totals.people:
        raise BadBulletin("more people drew than were asked")
    if not floor * len(groups) <= totals.counted <= sum(eligible.values()):
        raise BadBulletin("the head counts more than were eligible, or fewer than its joined groups have")
    if any(eligible[group["group"]] < floor for group in groups):
        raise BadBulletin("a joined group is under the floor")
    if not eligible and totals.people:
        raise BadBulletin("where nothing is kept nothing is told")


def verify_block(head: Head, row: CellRow, leaves: bytes, *, index: int, proof: Sequence[bytes]) -> None:
    """Refuse a cell's row and block that are not in a verified head's tree at this place.

    Raises: BadBulletin.
    """
    _check_block(row, leaves)
    root = hex_decode(head["root"], length=merkle.HASH_BYTES)
    if not merkle.verify_inclusion(block_hash(row, leaves), index=index, size=head["size"], proof=proof, root=root):
        raise BadBulletin("the proof does not lead to the signed root")


def leaves_of(block: bytes) -> Iterator[bytes]:
    """Yield the leaves of a block in their order."""
    for start in range(0, len(block), merkle.HASH_BYTES):
        yield block[start : start + merkle.HASH_BYTES]


def _check_blocks(cells: Sequence[CellRow], blocks: Sequence[bytes]) -> None:
    if len(cells) != len(blocks):
        raise BadBulletin("the blocks are not those of the cells")
    for row, block in zip(cells, blocks, strict=True):
        _check_block(row, block)


def _check_block(row: CellRow, block: bytes) -> None:
    if len(block) != row["eligible"] * merkle.HASH_BYTES:
        raise BadBulletin("a block has not a leaf for each who was eligible")
    _check_order(leaves_of(block))


def _check_order(leaves: Iterable[bytes]) -> None:
    if any(left >= right for left, right in itertools.pairwise(leaves)):
        raise BadBulletin("the leaves are not sorted, or one is there twice")


def _check_signature(receipt_key: bytes, signature: bytes, message: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(receipt_key).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise BadBulletin("the head's signature does not verify") from error


def _unhex(text: str) -> bytes:
    return hex_decode(text, length=len(text) // 2)


def _expect_version(fields: Mapping[str, object]) -> None:
    if type(fields["v"]) is not int or fields["v"] != VERSION:
        raise BadEncoding(f"v: expected {VERSION}")


def _count(row: Mapping[str, object], name: str) -> int:
    value: int = canonical.expect(row[name], int, name)
    if value < 0:
        raise BadEncoding(f"{name}: expected no negative number")
    return value


def _expect_name(value: object, pattern: re.Pattern[str], name: str) -> str:
    if not isinstance(value, str) or not pattern.match(value):
        raise BadEncoding(f"{name}: malformed")
    return value


# Version 1: rounds that were counted before there were blocks


def _verify_version_1(bulletin: object, *, receipt_key: bytes) -> None:
    fields = canonical.expect_fields(bulletin, _BULLETIN_1, "bulletin")
    head = canonical.expect_fields(fields["head"], _HEAD_1, "head")
    if type(head["v"]) is not int or head["v"] != 1:
        raise BadEncoding("v: expected 1")
    signature = b64u_decode(fields["sig"], length=64)
    leaves = [hex_decode(leaf, length=32) for leaf in canonical.expect(fields["leaves"], list, "leaves")]
    signed = head_message(head)
    counted = 0
    for row in canonical.expect(head["cells"], list, "cells"):
        canonical.expect_fields(row, _CELL_ROW_1, "cell")
        if not _count(row, "counted") <= _count(row, "drawn") <= _count(row, "eligible"):
            raise BadBulletin("a cell counts more than was drawn, or drew more than were eligible")
        counted += row["counted"]
    _check_signature(receipt_key, signature, signed)
    if head["size"] != len(leaves) or counted != len(leaves):
        raise BadBulletin("the head counts another number of ballots")
    _check_order(leaves)
    if head["root"] != merkle.root(leaves).hex():
        raise BadBulletin("the root does not cover these leaves")
