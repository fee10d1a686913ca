"""The ballot box as tests read it whole; a site does not."""

from collections.abc import Iterator

import pytest

from peer_review.box import store
from peer_review.domain.ballots.box_padding import BoxPadding


class NoPadding:
    """Lays no dummies among the rows: for tests of what becomes of the rows themselves."""

    def missing(self, rows: int) -> int:
        return 0

    def seal(self) -> bytes:
        raise AssertionError("no dummy was asked for")


NO_PADDING = NoPadding()


def lay_no_dummies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let closing lay no dummies in the box: for tests that look for their own ballots in its rows."""
    monkeypatch.setattr(BoxPadding, "missing", lambda padding, rows: 0)


def opened_rows(public_id: str) -> Iterator[bytes]:
    """Yield what is kept of every opened row, in the order of the random ids; nothing if no row was ever opened."""
    for rows in store.opened_chunks(public_id):
        yield from (stored for _row_id, stored in rows)
