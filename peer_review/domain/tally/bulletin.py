"""The bulletin: signed once when a round is counted, read by everyone, proven cell by cell."""

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TypedDict

from peer_review.domain.keys.server_keys import receipt_key
from peer_review.domain.tally.blocks import WrittenCount
from peer_review.enums import CellKind
from peer_review.exceptions.tally import UnknownBlock
from peer_review.models import Bulletin, Round
from peer_review.models.bulletin import LEAF_BYTES
from peer_review.protocol.bulletin import VERSION, CellRow, Fate, Head, block_hash, sign_head
from zhengyan_crypto import canonical, merkle

#: Trees kept in each process: a proof then costs its own length only.
_TREES_KEPT = 4
#: Bytes of leaves written at once, a whole number of leaves.
_PIECE = 32 * 1024
_trees: "OrderedDict[int, _Tree]" = OrderedDict()
_trees_lock = threading.Lock()


def make_bulletin(round: Round, written: WrittenCount) -> Bulletin:
    """Sign and store the bulletin over what a round's count has written.

    Raises: zhengyan_crypto.errors.BadBulletin if the figures do not add up; no such bulletin is ever signed.
    """
    cells, groups = written.outcome["cells"], written.outcome["groups"]
    head, signature = sign_head(
        receipt_key(round),
        round_id=round.public_id,
        manifest_fingerprint=round.fingerprint,
        floor=round.frozen_scheme.floor,
        cells=cells,
        groups=groups,
        blocks=written.blocks,
        totals=written.totals,
    )
    bulletin: Bulletin = Bulletin.objects.create(
        round=round,
        head=canonical.dumps(head).decode("ascii"),
        signature=signature,
        size=written.totals.counted,
        root=head["root"],
        outcome=canonical.dumps(written.outcome).decode("ascii"),
        leaves=b"".join(written.blocks),
    )
    return bulletin


def published_json(bulletin: Bulletin) -> bytes:
    """Return the bulletin as it is published: canonical JSON."""
    return b"".join(published_pieces(bulletin))


def published_pieces(bulletin: Bulletin) -> Iterator[bytes]:
    """Yield the published bulletin, some blocks at a time."""
    head = bulletin.read_head()
    if head["v"] == 1:
        yield from _pieces_of_version_1(bulletin, head)
        return
    frame = {"v": VERSION, "head": head, "sig": bulletin.signature, "blocks": [], **bulletin.read_outcome()}
    before, after = canonical.dumps(frame).split(b'"blocks":[]')
    yield before + b'"blocks":['
    for number, (_row, block) in enumerate(blocks_of(bulletin)):
        yield b"," * bool(number) + b'"' + block.hex().encode("ascii") + b'"'
    yield b"]" + after


def _pieces_of_version_1(bulletin: Bulletin, head: Head) -> Iterator[bytes]:
    frame = {"v": 1, "head": head, "sig": bulletin.signature, "leaves": []}
    before, after = canonical.dumps(frame).split(b'"leaves":[]')
    yield before + b'"leaves":['
    leaves = bytes(bulletin.leaves)
    for start in range(0, len(leaves), _PIECE):
        piece = leaves[start : start + _PIECE].hex()
        some = ",".join(f'"{piece[at : at + 64]}"' for at in range(0, len(piece), 64))
        yield b"," * bool(start) + some.encode("ascii")
    yield b"]" + after


class CellProof(TypedDict):
    """A cell's row and block in a bulletin: at which place, and the hashes that lead from there to the root."""

    row: CellRow
    block: str
    index: int
    proof: list[str]


def is_void(bulletin: Bulletin) -> bool:
    """Return whether the bulletin is of a round of which too few papers came back."""
    return any(row.get("fate") == Fate.VOID for row in bulletin.read_outcome()["cells"])


def is_version_1(round: Round) -> bool:
    """Return whether the round has a bulletin of version 1, in which cells have no blocks. One query."""
    return Bulletin.objects.filter(round=round, outcome="").exists()


def blocks_of(bulletin: Bulletin) -> Iterator[tuple[CellRow, bytes]]:
    """Yield each cell of a bulletin of version 2 with its block."""
    leaves, start = bytes(bulletin.leaves), 0
    for row in bulletin.read_outcome()["cells"]:
        end = start + row["eligible"] * LEAF_BYTES
        yield row, leaves[start:end]
        start = end


@dataclass(frozen=True, slots=True)
class RoundTotals:
    """The numbers of a whole counted round.

    eligible: papers for marks on the roll; kept: those of them whose cells are counted or joined; counted: ballots for
    marks that are kept. people, drawn: see protocol.bulletin.Totals; of a bulletin of version 1, which tells no people,
    `people` is None and `drawn` are the papers drawn. comments: comment papers counted, of which
    version 2 tells nothing.
    """

    eligible: int
    kept: int
    people: int | None
    drawn: int
    counted: int
    comments: int = 0


def totals(round: Round, bulletin: Bulletin) -> RoundTotals:
    """Return the numbers of the whole round, as its bulletin tells them.

    Nobody need write a comment, so comment papers are in no share. One query.
    """
    comment_cells = set(round.cells.filter(kind=CellKind.COMMENT).values_list("key", flat=True))
    rows = bulletin.read_outcome()["cells"]
    marks = [row for row in rows if row["cell"] not in comment_cells]
    eligible = sum(row["eligible"] for row in marks)
    kept = sum(row["eligible"] for row in marks if row.get("fate") in (Fate.COUNTED, Fate.MERGED))
    head = bulletin.read_head()
    if head["v"] != 1:
        return RoundTotals(eligible, kept, head["people"], head["drawn"], head["counted"])
    return RoundTotals(
        eligible,
        kept,
        people=None,
        drawn=sum(row["drawn"] for row in marks),
        counted=sum(row["counted"] for row in marks),
        comments=sum(row["counted"] for row in rows if row["cell"] in comment_cells),
    )


def cell_proofs(bulletin: Bulletin, cells: Collection[str]) -> list[CellProof]:
    """Return rows and blocks of these cells, each with its path to the root.

    Whoever asks says which cells they mean, which repeats what the roll says, and never which leaf is theirs.
    Raises: UnknownBlock for a cell that the bulletin does not have, and for any of a bulletin of version 1.
    """
    tree = _tree(bulletin)
    proofs = {
        row["cell"]: CellProof(row=row, block=block.hex(), index=index, proof=[])
        for index, (row, block) in enumerate(tree.blocks)
        if row["cell"] in cells
    }
    if bulletin.read_head()["v"] == 1 or proofs.keys() != set(cells):
        raise UnknownBlock
    for proof in proofs.values():
        proof["proof"] = [step.hex() for step in tree.tree.proof(proof["index"])]
    return list(proofs.values())


@dataclass(frozen=True, slots=True)
class _Tree:
    """A bulletin's cells with their blocks, and the tree over them."""

    root: str
    blocks: list[tuple[CellRow, bytes]]
    tree: merkle.Tree


def _tree(bulletin: Bulletin) -> _Tree:
    with _trees_lock:
        kept = _trees.get(bulletin.pk)
        if kept is not None and kept.root == bulletin.root:
            _trees.move_to_end(bulletin.pk)
            return kept
    blocks = list(blocks_of(bulletin))
    built = _Tree(bulletin.root, blocks, merkle.Tree(block_hash(row, block) for row, block in blocks))
    with _trees_lock:
        _trees[bulletin.pk] = built
        while len(_trees) > _TREES_KEPT:
            _trees.popitem(last=False)
    return built
