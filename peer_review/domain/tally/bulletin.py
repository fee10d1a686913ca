"""The bulletin: signed once when a round is counted, read by everyone, proven leaf by leaf."""

import threading
from bisect import bisect_left
from collections import Counter, OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypedDict

from peer_review.box import store
from peer_review.domain.ballots.turnout import drawn_by_cell
from peer_review.domain.keys.server_keys import receipt_key
from peer_review.enums import CellKind
from peer_review.exceptions.tally import UnknownLeaf
from peer_review.models import Bulletin, Round
from peer_review.protocol import ballots
from zhengyan_crypto import canonical, merkle
from zhengyan_crypto.encoding import hex_decode
from zhengyan_crypto.errors import BadEncoding

#: Trees kept in each process: a proof then costs its own length only.
_TREES_KEPT = 4
#: Bytes of leaves written at once, a whole number of leaves.
_PIECE = 32 * 1024
_trees: OrderedDict[int, merkle.Tree] = OrderedDict()
_trees_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class WrittenLeaves:
    """Leaf hashes of the written ballots in their order, end to end, and how many ballots each cell has."""

    hashes: bytes
    counted: Counter[str]


def written_leaves(round: Round) -> WrittenLeaves:
    """Return the leaves of a round's written ballots. Reads the box through, and no other database."""
    leaves: list[bytes] = []
    counted: Counter[str] = Counter()
    for ballot in store.ballots(round.public_id):
        leaves.append(merkle.leaf_hash(ballot.entry))
        counted[ballot.cell] += 1
    leaves.sort()
    return WrittenLeaves(b"".join(leaves), counted)


def make_bulletin(round: Round, leaves: WrittenLeaves | None = None) -> Bulletin:
    """Sign and store the bulletin over a round's written ballots. `leaves`: if they have been read already.

    Raises: zhengyan_crypto.errors.BadBulletin if the figures do not add up; no such bulletin is ever signed.
    """
    written = leaves or written_leaves(round)
    drawn = drawn_by_cell(round)
    figures = [
        ballots.CellFigures(
            cell=cell.key, eligible=cell.eligible, drawn=drawn[cell.pk], counted=written.counted[cell.key]
        )
        for cell in round.cells.with_eligible()
    ]
    head, signature = ballots.sign_head(
        receipt_key(round),
        round_id=round.public_id,
        manifest_fingerprint=round.fingerprint,
        leaves=written.hashes,
        cells=figures,
    )
    bulletin: Bulletin = Bulletin.objects.create(
        round=round,
        head=canonical.dumps(head).decode("ascii"),
        signature=signature,
        size=head["size"],
        root=head["root"],
        leaves=written.hashes,
    )
    return bulletin


def published_json(bulletin: Bulletin) -> bytes:
    """Return the bulletin as it is published: canonical JSON."""
    return b"".join(published_pieces(bulletin))


def published_pieces(bulletin: Bulletin) -> Iterator[bytes]:
    """Yield the published bulletin, some thousand leaves at a time."""
    frame = {"v": ballots.VERSION, "head": head_of(bulletin), "sig": bulletin.signature, "leaves": []}
    before, after = canonical.dumps(frame).split(b'"leaves":[]')
    yield before + b'"leaves":['
    leaves = bytes(bulletin.leaves)
    for start in range(0, len(leaves), _PIECE):
        piece = leaves[start : start + _PIECE].hex()
        some = ",".join(f'"{piece[at : at + 64]}"' for at in range(0, len(piece), 64))
        yield b"," * bool(start) + some.encode("ascii")
    yield b"]" + after


class InclusionProof(TypedDict):
    """That a leaf hash is in a bulletin: where it lies, and the hashes that lead from it to the root."""

    index: int
    size: int
    proof: list[str]
    root: str


def head_of(bulletin: Bulletin) -> ballots.Head:
    """Return the signed head."""
    head: ballots.Head = canonical.loads(bulletin.head)
    return head


def totals(round: Round, head: ballots.Head) -> dict[str, int]:
    """Return the numbers of eligible, drawn and counted papers for marks, and `comments`, of counted comment papers.

    Nobody need write a comment, so comment papers are in no share. One query.
    """
    comment_cells = set(round.cells.filter(kind=CellKind.COMMENT).values_list("key", flat=True))
    marks = [cell for cell in head["cells"] if cell["cell"] not in comment_cells]
    comments = sum(cell["counted"] for cell in head["cells"] if cell["cell"] in comment_cells)
    return {
        "eligible": sum(cell["eligible"] for cell in marks),
        "drawn": sum(cell["drawn"] for cell in marks),
        "counted": sum(cell["counted"] for cell in marks),
        "comments": comments,
    }


def inclusion_proof(bulletin: Bulletin, leaf: str) -> InclusionProof:
    """Return the proof that a leaf hash is in the bulletin: {index, size, proof, root}.

    Raises: UnknownLeaf, also for what is no hash at all.
    """
    try:
        wanted = hex_decode(leaf, length=32)
    except BadEncoding as error:
        raise UnknownLeaf from error
    tree = _tree(bulletin)
    index = bisect_left(range(tree.size), wanted, key=tree.leaf)
    if index == tree.size or tree.leaf(index) != wanted:
        raise UnknownLeaf
    return {
        "index": index,
        "size": tree.size,
        "proof": [step.hex() for step in tree.proof(index)],
        "root": tree.root.hex(),
    }


def _tree(bulletin: Bulletin) -> merkle.Tree:
    with _trees_lock:
        if bulletin.pk in _trees:
            _trees.move_to_end(bulletin.pk)
            kept = _trees[bulletin.pk]
            if kept.root.hex() == bulletin.root:
                return kept
    tree = merkle.Tree([bytes(bulletin.leaves)])
    with _trees_lock:
        _trees[bulletin.pk] = tree
        while len(_trees) > _TREES_KEPT:
            _trees.popitem(last=False)
    return tree
