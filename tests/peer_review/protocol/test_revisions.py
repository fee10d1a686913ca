"""Revisions order versions and tell nobody else anything: shown over thousands of ballots, beside the form before."""

from collections.abc import Callable
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peer_review.protocol import revisions
from peer_review.protocol.credentials import Credential
from peer_review.protocol.revisions import MAX_DRAWN_AT, MAX_REVISION, MAX_VERSION, OFFSET_BITS
from tests.peer_review.protocol.election import CELLS, ROUND
from zhengyan_crypto.errors import BadEncoding

OPENED_AT = 1_790_000_000_000
DAY = 86_400_000
BALLOTS = 2_000

OFFSETS = st.integers(0, 2**OFFSET_BITS - 1)
TIMES = st.integers(0, MAX_DRAWN_AT)
VERSIONS = st.integers(1, MAX_VERSION)


@given(OFFSETS, TIMES, TIMES, VERSIONS, VERSIONS)
def test_a_later_draw_outranks_every_version_of_an_earlier_one(
    offset: int, one: int, other: int, version: int, another: int
) -> None:
    first = revisions.revision_at(offset, drawn_at=one, version=version)
    second = revisions.revision_at(offset, drawn_at=other, version=another)

    assert (first < second) == ((one, version) < (other, another))
    assert 0 <= max(first, second) <= MAX_REVISION


@given(OFFSETS, TIMES, VERSIONS)
def test_a_revision_is_written_in_sixteen_digits_and_read_again(offset: int, drawn_at: int, version: int) -> None:
    revision = revisions.revision_at(offset, drawn_at=drawn_at, version=version)
    written = revisions.write_revision(revision)

    assert len(written) == 16
    assert revisions.read_revision(written) == revision


@pytest.mark.parametrize(
    "text",
    ["", "1", "8" + "0" * 15, "0" * 17, "0" * 15 + "A", "0" * 15 + "\n", " " + "0" * 15, "٠" * 16, None, 1, b"0"],
)
def test_what_is_no_revision_is_refused(text: object) -> None:
    with pytest.raises(BadEncoding):
        revisions.read_revision(text)


@pytest.mark.parametrize(
    ("offset", "drawn_at", "version"),
    [(0, 0, 0), (0, 0, 1024), (0, -1, 1), (0, MAX_DRAWN_AT + 1, 1), (-1, 0, 1), (2**OFFSET_BITS, 0, 1)],
)
def test_a_revision_out_of_bounds_is_not_made(offset: int, drawn_at: int, version: int) -> None:
    with pytest.raises(ValueError, match="out of bounds"):
        revisions.revision_at(offset, drawn_at=drawn_at, version=version)


@given(st.binary(min_size=16, max_size=16), st.integers(0, MAX_REVISION), st.integers(0, MAX_REVISION))
def test_a_salt_opens_to_its_own_revision_only(nonce: bytes, revision: int, other: int) -> None:
    assert (revisions.salt_of(nonce, revision) == revisions.salt_of(nonce, other)) == (revision == other)
    assert revisions.salt_of(nonce, revision) != revisions.salt_of(nonce[::-1] + b"x", revision)


def test_the_label_keeps_salts_apart_from_every_other_hash() -> None:
    """The value itself, so that it never changes unseen: SHA-256 of the label, 16 zero bytes, and 1 in eight bytes."""
    assert revisions.salt_of(bytes(16), 1) == sha256(b"anon-rev/v2|" + bytes(16) + bytes(7) + b"\x01").digest()


def test_nonces_are_of_sixteen_bytes_and_differ() -> None:
    assert len({revisions.new_nonce() for _one in range(1000)}) == 1000
    assert len(revisions.new_nonce()) == 16


# Whether a revision tells how a ballot came about

Path = Callable[[np.random.Generator], tuple[int, int]]
#: path → when it draws, in milliseconds after opening, and which version it casts.
PATHS: dict[str, Path] = {
    "ordinary": lambda chance: (int(chance.integers(0, 14 * DAY)), 1),
    "changed often": lambda chance: (int(chance.integers(0, 14 * DAY)), int(chance.integers(2, 50))),
    "recovered on the last day": lambda chance: (13 * DAY + int(chance.integers(0, DAY)), 1),
    "kiosk on one morning": lambda chance: (10 * DAY + int(chance.integers(0, DAY // 8)), 1),
}


def cast_ballots(path: str, revision_of: Callable[[Credential, int, int], int]) -> list[int]:
    """Return the revisions of many ballots, each of a person of their own."""
    chance = np.random.default_rng(sorted(PATHS).index(path))
    found = []
    for _ballot in range(BALLOTS):
        credential = Credential(chance.bytes(20), ROUND, CELLS[0])
        found.append(revision_of(credential, *PATHS[path](chance)))
    return found


def as_now(credential: Credential, after: int, version: int) -> int:
    return credential.revision_of(version, drawn_at=OPENED_AT + after)


def as_before(credential: Credential, after: int, version: int) -> int:
    """As the form before: whoever took over, and every kiosk, began above all that another browser counted by ones."""
    start = int.from_bytes(credential._derive("rev", 8), "big") % 900_000
    taken_over = after >= 10 * DAY
    return start + version + (10_000 + min(80_000, after // 60_000) if taken_over else 0)


def distance(one: list[int], other: list[int]) -> float:
    """Return the largest distance of the two empirical distributions (Kolmogorov and Smirnov)."""
    at = np.sort(np.array([*one, *other], dtype=np.uint64))
    below = [
        np.searchsorted(np.sort(np.array(some, dtype=np.uint64)), at, side="right") / len(some) for some in (one, other)
    ]
    return float(np.max(np.abs(below[0] - below[1])))


def certain(ordinary: list[int], other: list[int], *, lowest: int, highest: int) -> int:
    """Return how many ballots are told for certain.

    The ordinary ones below `lowest`, where no other path comes, and those of the other path above `highest`, where no
    ordinary one comes.
    """
    return sum(one < lowest for one in ordinary) + sum(one > highest for one in other)


#: Distance that two samples of this size from one distribution exceed once in a hundred thousand times.
CHANCE = float(np.sqrt(-np.log(0.5e-5) / BALLOTS))


@pytest.mark.parametrize("path", sorted(set(PATHS) - {"ordinary"}))
def test_no_path_has_revisions_that_are_distributed_otherwise(path: str) -> None:
    assert distance(cast_ballots("ordinary", as_now), cast_ballots(path, as_now)) < CHANCE


@pytest.mark.parametrize("path", sorted(PATHS))
def test_revisions_of_every_path_fill_their_range_evenly(path: str) -> None:
    """Chi-squared over 64 bins: 63 degrees of freedom exceed 135 once in three million times."""
    found = np.array(cast_ballots(path, as_now), dtype=np.uint64) - np.uint64(OPENED_AT << 10)
    counts = np.bincount((found >> np.uint64(OFFSET_BITS - 6)).astype(np.int64), minlength=64)

    assert len(counts) == 64
    expected = BALLOTS / 64
    assert float(((counts - expected) ** 2 / expected).sum()) < 135


@pytest.mark.parametrize("path", ["recovered on the last day", "kiosk on one morning"])
def test_no_ballot_is_told_for_certain_while_before_one_in_a_hundred_was(path: str) -> None:
    first, last = OPENED_AT << 10, (OPENED_AT + 14 * DAY) << 10
    told = certain(
        cast_ballots("ordinary", as_now),
        cast_ballots(path, as_now),
        lowest=first + (10 * DAY << 10),
        highest=2**OFFSET_BITS + last,
    )
    before = certain(cast_ballots("ordinary", as_before), cast_ballots(path, as_before), lowest=10_001, highest=900_050)

    assert told == 0
    assert before > BALLOTS // 100


def test_bound_of_the_docstring_holds_for_a_round_of_a_year() -> None:
    """Total variation of two uniform distributions, one shifted by d: d over their length."""
    year = 366 * DAY
    assert ((year << 10) + MAX_VERSION) / 2**OFFSET_BITS < 2**-17
