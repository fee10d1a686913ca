"""One evaluator's credentials, all derived from one master secret that also reads as the recovery code.

This is the reference client: tests, demo and bench draw and cast with it. static_src/src/lib/credentials.js does the
same in the browser, byte for byte (tests/vectors/credentials.json).
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypedDict

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from peer_review.protocol.ballots import BALLOT_VERSION, ballot_message, token_message
from peer_review.protocol.revisions import OFFSET_BITS, new_nonce, revision_at, salt_of, write_revision
from zhengyan_crypto import blindsig
from zhengyan_crypto.encoding import b64u_encode, crockford_decode, crockford_encode
from zhengyan_crypto.errors import BadKey, BadRecoveryCode

MASTER_LENGTH = 20
_SALT = b"anon-cred/v1"
#: More than the modulus by this many bytes, so that reducing leaves no bias worth naming.
_SPARE = 16


def new_master() -> bytes:
    """Return a fresh master secret (160 bits)."""
    return secrets.token_bytes(MASTER_LENGTH)


def encode_recovery_code(master: bytes) -> str:
    """Return the master secret as 8 groups of 4 characters.

    Raises: BadRecoveryCode if it has not 20 bytes.
    """
    if len(master) != MASTER_LENGTH:
        raise BadRecoveryCode(f"a master secret has {MASTER_LENGTH} bytes")
    return crockford_encode(master)


def decode_recovery_code(code: str) -> bytes:
    """Return the master secret of a code as people type it: any case, any spacing, O for 0, I or L for 1.

    A wrong but possible character cannot be seen here, for all 160 bits are secret: the server then answers
    already_drawn, because another value was drawn before.
    Raises: BadRecoveryCode with the position of an impossible character, or with the number of characters.
    """
    return crockford_decode(code, length=MASTER_LENGTH, error=BadRecoveryCode)


class Ballot(TypedDict):
    """What the credential signs: the answers on one paper, and under which token they count.

    `salt` keeps the leaf from being tried against all answers, and fixes the revision without telling it.
    """

    v: int
    round: str
    cell: str
    pk: str
    pre: str
    salt: str
    a: dict[str, int | str]


class Entry(TypedDict):
    """A ballot with its signature and its token, as it is kept."""

    ballot: Ballot
    sig: str
    tok: str


class Cast(TypedDict):
    """An entry as it is cast: with its revision, and the random bytes that open its salt to it."""

    entry: Entry
    rev: str
    nonce: str


@dataclass(frozen=True)
class Credential:
    """What one evaluator needs for one cell: derived anew whenever wanted, stored nowhere."""

    master: bytes
    round_id: str
    cell: str

    @cached_property
    def signing_key(self) -> Ed25519PrivateKey:
        """The key that signs the ballot. Its public half is the token."""
        return Ed25519PrivateKey.from_private_bytes(self._derive("ed25519", 32))

    @cached_property
    def public_key(self) -> bytes:
        """The token's 32 bytes."""
        return self.signing_key.public_key().public_bytes_raw()

    @cached_property
    def prefix(self) -> bytes:
        """The random prefix of the message signed blind."""
        return self._derive("prefix", blindsig.PREFIX_LENGTH)

    @property
    def message(self) -> bytes:
        """What the server signs without seeing it."""
        return token_message(self.round_id, self.cell, public_key=self.public_key, prefix=self.prefix)

    def blind(self, key: RSAPublicKey) -> blindsig.Blinding:
        """Return the blinded message for the cell's key: the same whenever asked."""
        salt = self._derive("salt", blindsig.SALT_LENGTH)
        return blindsig.blind(key, self.message, salt=salt, factor=self._factor(key))

    def finalize(self, key: RSAPublicKey, blind_signature: bytes) -> bytes:
        """Return the cell's signature over the token, unblinded and verified.

        Raises: BadToken, BadEncoding.
        """
        return blindsig.finalize(key, self.message, blind_signature, inverse=self.blind(key).inverse)

    def revision_of(self, version: int, *, drawn_at: int) -> int:
        """Return the revision of the version-th ballot that is cast with one draw, from 1.

        `drawn_at` is the server's time that came with the draw, in milliseconds. See protocol.revisions for what a
        revision tells, and to whom.
        Raises: ValueError out of bounds.
        """
        offset = int.from_bytes(self._derive("rev", 8), "big") >> 64 - OFFSET_BITS
        return revision_at(offset, drawn_at=drawn_at, version=version)

    def make_cast(
        self, answers: Mapping[str, int | str], *, token: bytes, revision: int, nonce: bytes | None = None
    ) -> Cast:
        """Return the signed entry with what opens its revision, to cast. Without a nonce it gets a fresh one.

        Checks nothing: the server must, and tests want wrong ones.
        """
        nonce = new_nonce() if nonce is None else nonce
        ballot: Ballot = {
            "v": BALLOT_VERSION,
            "round": self.round_id,
            "cell": self.cell,
            "pk": b64u_encode(self.public_key),
            "pre": b64u_encode(self.prefix),
            "salt": b64u_encode(salt_of(nonce, revision)),
            "a": dict(answers),
        }
        signature = self.signing_key.sign(ballot_message(ballot))
        entry: Entry = {"ballot": ballot, "sig": b64u_encode(signature), "tok": b64u_encode(token)}
        return {"entry": entry, "rev": write_revision(revision), "nonce": b64u_encode(nonce)}

    def _factor(self, key: RSAPublicKey) -> int:
        n, length = key.public_numbers().n, blindsig.modulus_length(key) + _SPARE
        for attempt in range(256):
            purpose = f"blind|{attempt}" if attempt else "blind"
            factor = int.from_bytes(self._derive(purpose, length), "big") % n
            try:
                if factor > 0 and pow(factor, -1, n):
                    return factor
            except ValueError:
                continue
        raise BadKey("no blinding factor is invertible: this modulus is not an RSA modulus")

    def _derive(self, purpose: str, length: int) -> bytes:
        info = f"{self.round_id}|{self.cell}|{purpose}".encode("ascii")
        return HKDF(algorithm=hashes.SHA256(), length=length, salt=_SALT, info=info).derive(self.master)
