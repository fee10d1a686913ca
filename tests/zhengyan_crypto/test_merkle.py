"""The tree equals its definition in RFC 9162; every proof verifies, no altered one does."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengyan_crypto import merkle

LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70)


def defined_root(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + defined_root(leaves[:k]) + defined_root(leaves[k:])).digest()


def defined_proof(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 9162, 2.1.3.1, word for word."""
    if len(leaves) == 1:
        return []
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    if index < k:
        return [*defined_proof(index, leaves[:k]), defined_root(leaves[k:])]
    return [*defined_proof(index - k, leaves[k:]), defined_root(leaves[:k])]


@given(LEAVES)
def test_root_and_proofs_equal_the_definition(leaves: list[bytes]) -> None:
    tree = merkle.Tree(leaves)
    assert tree.root == defined_root(leaves) == merkle.root(leaves)
    assert [tree.proof(i) for i in range(tree.size)] == [defined_proof(i, leaves) for i in range(len(leaves))]


@given(LEAVES)
def test_every_proof_verifies(leaves: list[bytes]) -> None:
    tree = merkle.Tree(leaves)
    for index, leaf in enumerate(leaves):
        proof = tree.proof(index)
        assert merkle.verify_inclusion(leaf, index=index, size=tree.size, proof=proof, root=tree.root)


@given(LEAVES, st.data())
def test_no_altered_proof_verifies(leaves: list[bytes], data: st.DataObject) -> None:
    tree = merkle.Tree(leaves)
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = tree.proof(index)

    def holds(**changed: object) -> bool:
        facts = {"leaf": leaves[index], "index": index, "size": tree.size, "proof": proof, "root": tree.root}
        facts |= changed
        return merkle.verify_inclusion(
            facts["leaf"],  # type: ignore[arg-type]
            **{name: facts[name] for name in ("index", "size", "proof", "root")},  # type: ignore[arg-type]
        )

    def flipped(step: bytes) -> bytes:
        at = data.draw(st.integers(0, 255))
        return (int.from_bytes(step, "big") ^ 1 << at).to_bytes(32, "big")

    assert holds()
    assert not holds(leaf=flipped(leaves[index]))
    assert not holds(root=flipped(tree.root))
    assert not holds(proof=[*proof, bytes(32)])
    assert not holds(index=-1)
    assert not holds(index=tree.size)
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        assert not holds(proof=[*proof[:at], flipped(proof[at]), *proof[at + 1 :]])
        assert not holds(proof=proof[:-1])
        assert not holds(proof=[*proof[:at], proof[at][:31], *proof[at + 1 :]])


def test_leaf_and_node_hashes_differ() -> None:
    assert merkle.leaf_hash(b"") == hashlib.sha256(b"\x00").digest()
    assert merkle.node_hash(b"l" * 32, b"r" * 32) == hashlib.sha256(b"\x01" + b"l" * 32 + b"r" * 32).digest()


def test_a_hundred_thousand_leaves() -> None:
    leaves = [merkle.leaf_hash(i.to_bytes(4, "big")) for i in range(100_000)]
    tree = merkle.Tree(leaves)
    for index in (0, 65_535, 65_536, 99_999):
        proof = tree.proof(index)
        assert len(proof) <= 17
        assert merkle.verify_inclusion(leaves[index], index=index, size=tree.size, proof=proof, root=tree.root)


def test_a_proof_outside_the_tree_is_an_index_error() -> None:
    for index in (-1, 1):
        with pytest.raises(IndexError):
            merkle.inclusion_proof([bytes(32)], index)
    with pytest.raises(IndexError):
        merkle.inclusion_proof([], 0)
