"""The bulletin's tree: RFC 9162, section 2.1, with SHA-256. Works level by level, never by recursion."""

import hashlib
from collections.abc import Iterable, Sequence

HASH_BYTES = 32
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
    last one without neighbour unchanged, builds the same tree from below. A level is one string of bytes, its hashes
    end to end: two million leaves and all above them take 128 MB, as objects they would take 300.
    """

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self.levels: list[bytes] = [b"".join(leaves)]
        while len(level := self.levels[-1]) > HASH_BYTES:
            self.levels.append(_above(level))

    @property
    def size(self) -> int:
        """How many leaves."""
        return len(self.levels[0]) // HASH_BYTES

    @property
    def root(self) -> bytes:
        """The tree's hash; of no leaves, the hash of nothing."""
        return self.levels[-1] or hashlib.sha256(b"").digest()

    def leaf(self, index: int) -> bytes:
        """Return one leaf hash."""
        return _hash_at(self.levels[0], index)

    def proof(self, index: int) -> list[bytes]:
        """Return the inclusion proof of one leaf, lowest neighbour first.

        Raises: IndexError outside 0 <= index < size.
        """
        if not 0 <= index < self.size:
            raise IndexError(index)
        path = []
        for level in self.levels[:-1]:
            neighbour = index ^ 1
            if neighbour * HASH_BYTES < len(level):
                path.append(_hash_at(level, neighbour))
            index //= 2
        return path


def root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    level = b"".join(leaves)
    while len(level) > HASH_BYTES:
        level = _above(level)
    return level or hashlib.sha256(b"").digest()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the inclusion proof of leaves[index]. For many proofs keep a Tree.

    Raises: IndexError.
    """
    return Tree(leaves).proof(index)


def _above(level: bytes) -> bytes:
    """Return the level above one of two hashes or more."""
    sha256, pair = hashlib.sha256, 2 * HASH_BYTES
    whole = len(level) - len(level) % pair
    hashes = [sha256(_NODE + level[at : at + pair]).digest() for at in range(0, whole, pair)]
    return b"".join((*hashes, level[whole:]))


def _hash_at(level: bytes, index: int) -> bytes:
    return level[index * HASH_BYTES : (index + 1) * HASH_BYTES]


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
