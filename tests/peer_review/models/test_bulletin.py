"""The stored bulletin."""

import pytest

from peer_review.models import Bulletin


@pytest.mark.parametrize("count", [0, 1, 3])
def test_leaves_are_cut_where_a_hash_ends(count: int) -> None:
    hashes = [bytes([number]) * 32 for number in range(count)]
    assert Bulletin(leaves=b"".join(hashes)).leaf_hashes() == hashes
    assert Bulletin(leaves=memoryview(b"".join(hashes))).leaf_hashes() == hashes


def test_a_bulletin_is_named_by_its_root() -> None:
    assert str(Bulletin(root="ab" * 32)) == "ab" * 32
