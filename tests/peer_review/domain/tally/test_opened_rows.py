"""The index of the opened rows: entries wrapped by the round's key, and which ballots stand."""

import numpy as np
import pytest

from peer_review.domain.tally.opened_rows import StandingBallots, unwrap_cast, wrap_cast
from zhengyan_crypto.errors import CryptoError
from zhengyan_crypto.round_key import RoundKey, new_seed

KEY = RoundKey(new_seed(), secret="secret", round_id="0" * 32)


@pytest.mark.parametrize("entry", [b"", b"{}", b"\x80", b"\x00\x80\x00", b"x" * 63])
def test_an_entry_comes_back_as_it_was(entry: bytes) -> None:
    assert unwrap_cast(KEY, wrap_cast(KEY, entry, length=64)) == entry


def test_entries_are_of_one_length_and_illegible() -> None:
    stored = [wrap_cast(KEY, entry, length=900) for entry in (b"", b"quality" * 20, b"quality" * 100)]
    assert len({len(one) for one in stored}) == 1
    assert not any(b"quality" in one for one in stored)


def test_the_same_entry_looks_different_each_time() -> None:
    assert wrap_cast(KEY, b"{}", length=64) != wrap_cast(KEY, b"{}", length=64)


def test_an_altered_entry_is_not_read() -> None:
    stored = bytearray(wrap_cast(KEY, b"{}", length=64))
    stored[-1] ^= 1
    with pytest.raises(CryptoError):
        unwrap_cast(KEY, bytes(stored))


def test_ballots_are_counted_by_cell_in_the_order_in_which_cells_were_checked() -> None:
    rows = np.array([(0,), (2,), (2,)], dtype=np.dtype([("cell", "<u4")]))
    standing = StandingBallots(seen=4, superseded=1, rejected={}, ids=np.zeros((3, 16), dtype=np.uint8), rows=rows)
    assert dict(standing.per_cell(["x", "y", "z"])) == {"x": 1, "y": 0, "z": 2}
    with pytest.raises(ValueError, match="zip"):
        standing.per_cell(["x", "y"])
