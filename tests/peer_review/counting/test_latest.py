"""Which ballots are the last of their credentials."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peer_review.counting.latest import latest

#: Tokens that differ early, late, or nowhere.
TOKENS = st.sampled_from(
    [bytes(32), bytes(31) + b"\1", bytes(8) + b"\1" + bytes(23), b"\xff" * 32, b"\x80" + bytes(31)]
)
LEAVES = st.sampled_from([bytes(32), bytes(31) + b"\1", b"\xff" + bytes(31), b"\x7f" * 32])


def arrays(rows: list[tuple[bytes, int, bytes]]) -> tuple[Any, Any, Any]:
    tokens, revisions, leaves = zip(*rows, strict=True) if rows else ((), (), ())
    return (
        np.frombuffer(b"".join(tokens), dtype="u1").reshape(-1, 32),
        np.array(revisions, dtype="<u8"),
        np.frombuffer(b"".join(leaves), dtype="u1").reshape(-1, 32),
    )


#: Numbers that differ little, or in their highest bits.
REVISIONS = st.integers(0, 3) | st.sampled_from([2**32, 2**62, 2**63 - 1, 2**63, 2**64 - 1])


@given(st.lists(st.tuples(TOKENS, REVISIONS, LEAVES), max_size=40))
def test_the_highest_revision_stands_then_the_lowest_leaf_in_the_order_of_tokens(
    rows: list[tuple[bytes, int, bytes]],
) -> None:
    best: dict[bytes, tuple[int, bytes]] = {}
    for token, revision, leaf in rows:
        best[token] = min(best.get(token, (-revision, leaf)), (-revision, leaf))
    kept = latest(*arrays(rows))
    assert [rows[at] for at in kept] == [(token, -revision, leaf) for token, (revision, leaf) in sorted(best.items())]


@pytest.mark.parametrize("size", [0, 1, 2, 5_000])
def test_tokens_that_all_differ_all_stand_sorted(size: int) -> None:
    chance = np.random.default_rng(size)
    token = chance.integers(0, 256, (size, 32), dtype=np.uint8)
    kept = latest(token, np.ones(size, dtype="<u8"), token)
    assert [token[at].tobytes() for at in kept] == sorted(row.tobytes() for row in token)


def test_the_newest_of_the_largest_revision_stands() -> None:
    rows = [(bytes(32), 1, bytes(32)), (bytes(32), 2**63 - 1, b"\xff" * 32), (bytes(32), 2**63 - 2, bytes(32))]
    assert latest(*arrays(rows)).tolist() == [1]


def test_a_revision_of_zero_is_the_oldest_of_unsigned_numbers() -> None:
    """Minus 0 is 0: ranked by the negated number, it would be the newest."""
    rows = [(bytes(32), 0, bytes(32)), (bytes(32), 5, b"\xff" * 32)]
    assert latest(*arrays(rows)).tolist() == [1]
