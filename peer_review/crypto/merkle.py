"""The bulletin's tree: RFC 9162, section 2.1, with SHA-256. Works level by level, never by recursion."""

import hashlib
from collections.abc import Sequence

_LEAF = b"\x00"
_NODE = b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one leaf."""
    return hashlib.sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(_NODE + left + right).digest()


class Tree:
    """All levels of a tree over leaf hashes, kept so that each proof costs only its own length.

    RFC 9162 splits n leaves at the largest power of two below n. Pairing neighbours level by level, and lifting a
    last one without neighbour unchanged, builds the same tree from below.
    """

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.levels: list[list[bytes]] = [list(leaves)]
        while len(level := self.levels[-1]) > 1:
            above = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
            if len(level) % 2:
                above.append(level[-1])
            self.levels.append(above)

    @property
    def size(self) -> int:
        """How many leaves."""
        return len(self.levels[0])

    @property
    def root(self) -> bytes:
        """The tree's hash; of no leaves, the hash of nothing."""
        return self.levels[-1][0] if self.size else hashlib.sha256(b"").digest()

    def proof(self, index: int) -> list[bytes]:
        """Return the inclusion proof of one leaf, lowest neighbour first.

        Raises: IndexError outside 0 <= index < size.
        """
        if not 0 <= index < self.size:
            raise IndexError(index)
        path = []
        for level in self.levels[:-1]:
            neighbour = index ^ 1
            if neighbour < len(level):
                path.append(level[neighbour])
            index //= 2
        return path


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    return Tree(leaves).root


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the inclusion proof of leaves[index]. For many proofs keep a Tree.

    Raises: IndexError.
    """
    return Tree(leaves).proof(index)


def verify_inclusion(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Return whether the proof leads from this leaf, at this index among size, to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or any(len(step) != 32 for step in proof):
        return False
    at, last, reached = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            reached = node_hash(step, reached)
            while at and not at & 1:
                at >>= 1
                last >>= 1
        else:
            reached = node_hash(reached, step)
        at >>= 1
        last >>= 1
    return last == 0 and reached == root
