"""Revisions: numbers that say which version of a ballot stands, and nothing else.

A revision is a number of 63 bits: an offset, plus the server's time in milliseconds that came with the draw, times
1024, plus how many versions the browser has cast since that draw, from 1. The offset is derived from the master secret,
another for each paper. So a browser that takes over with the recovery code, which draws anew, outranks whatever was
cast with an earlier draw, later casts of the earlier browser included; and nobody's clock but the server's is asked.

What a ballot carries is its salt, SHA-256 over 16 random bytes and the revision. The signature of the ballot covers
the salt, the salt fixes the revision, and it keeps whoever knows a recovery code from trying a leaf against all
possible answers. Revision and nonce travel beside the ballot until the count and are gone afterwards.

**What a revision tells.** The offset is uniform over 2^62 numbers, and independent of those of other papers. Two
ballots whose draws and versions differ by `d` in 1024 * milliseconds + version have revisions whose distributions
differ by d / 2^62 in total variation: they are the same uniform distribution, the one shifted by `d`. In a round of a
year d is under 2^45, so whoever sees one revision of a ballot, and does not hold the master secret, is right at most
2^-17 more often than by guessing when saying whether it was ordinary, recovered or cast at a kiosk, the first or the
last version, drawn early or late.

Two revisions of *one* ballot do tell how far their draws lay apart, and that distance is the same for all papers of
one person. Whoever opens the box before the count sees both, as he sees by the token that they are one person's and how
many there are. After the count there is one, and its revision is gone.

static_src/src/lib/revisions.js does the same in the browser.
"""

import hashlib
import re
import secrets
from typing import Final

from zhengyan_crypto.errors import BadEncoding

#: Largest revision: 63 bits, so that it is not negative whatever a language takes it for.
MAX_REVISION: Final = 2**63 - 1
#: Length of the random bytes that hide a revision in its salt.
NONCE_LENGTH: Final = 16
SALT_LENGTH: Final = 32
OFFSET_BITS: Final = 62
#: Versions that fit between two milliseconds. The first is 1.
MAX_VERSION: Final = 1023
#: The latest time a draw may name, in milliseconds since 1970: in the year 2248. No sum exceeds MAX_REVISION.
MAX_DRAWN_AT: Final = 2**43 - 1
_WRITTEN = re.compile(r"[0-7][0-9a-f]{15}\Z")


def new_nonce() -> bytes:
    """Return the random bytes of one version, derived from no code."""
    return secrets.token_bytes(NONCE_LENGTH)


def revision_at(offset: int, *, drawn_at: int, version: int) -> int:
    """Return the revision of the version-th ballot that is cast with the draw of `drawn_at`.

    Raises: ValueError for a time or a version out of bounds. The 1024th version of one draw would rank with the first
        of a draw one millisecond later.
    """
    if not 0 <= drawn_at <= MAX_DRAWN_AT or not 1 <= version <= MAX_VERSION or not 0 <= offset < 2**OFFSET_BITS:
        raise ValueError("a revision out of bounds")
    return offset + (drawn_at << 10) + version


def salt_of(nonce: bytes, revision: int) -> bytes:
    """Return the salt that commits a ballot to its revision."""
    return hashlib.sha256(b"anon-rev/v2|" + nonce + revision.to_bytes(8, "big")).digest()


def write_revision(revision: int) -> str:
    """Return a revision as it is cast: 16 hexadecimal digits, so that every row is of one length."""
    return f"{revision:016x}"


def read_revision(text: object) -> int:
    """Return the revision that was cast.

    Raises: BadEncoding.
    """
    if not isinstance(text, str) or not _WRITTEN.match(text):
        raise BadEncoding("rev: expected 16 hexadecimal digits of a number under 2^63")
    return int(text, 16)
