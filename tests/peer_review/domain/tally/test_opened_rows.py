"""The index of the opened rows: entries wrapped by the round's key, and which ballots stand."""

import os
from collections.abc import Iterator

import numpy as np
import pytest

from peer_review.box import store
from peer_review.domain.ballots.box_padding import DUMMY
from peer_review.domain.tally import opened_rows
from peer_review.domain.tally.check_pool import CheckPool
from peer_review.domain.tally.opened_rows import (
    MANY,
    WRITTEN,
    StandingBallots,
    check_opened_rows,
    standing_ballots,
    unwrap_cast,
    wrap_cast,
)
from peer_review.protocol.checking import Terms
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


@pytest.mark.parametrize("processes", [1, 2])
def test_rows_are_reported_by_whole_chunks_whatever_is_dummy_in_them(
    processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened_rows, "CHUNK", 10)
    # Chunks of 0 to 10 ballots, the second and the last of nothing but dummies.
    ballots = [7, 0, 10, 3, 5, 1, 9, 2, 8, 4, 0]
    casts = [b"{}" if row < many else DUMMY for many in ballots for row in range(10)]
    rows = [(os.urandom(16), wrap_cast(KEY, cast, length=64)) for cast in casts]

    def chunks(_public_id: str, *, size: int) -> Iterator[list[tuple[bytes, bytes]]]:
        return (rows[first : first + size] for first in range(0, len(rows), size))

    monkeypatch.setattr(store, "opened_chunks", chunks)
    reported: list[int] = []
    with CheckPool(Terms("0" * 32, {}, {}), processes=processes) as pool:
        standing = check_opened_rows("0" * 32, pool, key=KEY, report=reported.append)
    assert reported == list(range(10, 111, 10))
    assert (standing.seen, sum(standing.rejected.values())) == (110, sum(ballots))


@pytest.mark.parametrize(
    ("ballots", "expected"),
    [(0, [100]), (8, [100]), (MANY - 1, [100]), (MANY, list(range(1, 101))), (3 * MANY + 57, list(range(1, 101)))],
)
def test_writing_is_reported_in_hundredths_that_are_the_same_for_any_number_of_ballots(
    ballots: int, expected: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = np.zeros(1, dtype=opened_rows._ROWS)[0]
    monkeypatch.setattr(
        opened_rows, "standing_entries", lambda *_args, **_kwargs: ((row, b"{}") for _n in range(ballots))
    )
    standing = StandingBallots(
        seen=ballots,
        superseded=0,
        rejected={},
        ids=np.zeros((ballots, 16), dtype=np.uint8),
        rows=np.zeros(ballots, dtype=opened_rows._ROWS),
    )
    reported: list[int] = []
    written = standing_ballots("0" * 32, standing, ["x"], key=KEY, report=reported.append)
    assert sum(1 for _ballot in written) == ballots
    assert reported == expected
    assert reported[-1] == WRITTEN
