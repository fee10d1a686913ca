"""A round's key: it names who drew without naming them, and wraps what must be unreadable once the round is counted.

The key is derived from 32 random bytes, which lie outside every database, together with the secret in the settings.
Whoever holds copies of the databases and that secret, but no longer the 32 bytes, can compute none of its values and
unwrap none of its records.

Record: version (1) || nonce (12) || ChaCha20-Poly1305. `purpose` chooses the key and is bound in.
"""

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from zhengyan_crypto.errors import KeyUnreadable

#: Length of the random bytes that a round's key is derived from.
SEED_LENGTH = 32
_VERSION = b"\x02"
_NONCE = 12
_HEADER = len(_VERSION) + _NONCE


def new_seed() -> bytes:
    """Return 32 fresh random bytes."""
    return secrets.token_bytes(SEED_LENGTH)


class RoundKey:
    """The key of one round. It holds no database and writes nothing."""

    __slots__ = ("_ciphers", "_macs", "_root")

    def __init__(self, seed: bytes, *, secret: str | bytes, round_id: str) -> None:
        """Derive the key.

        Raises: KeyUnreadable if the seed has another length than 32 bytes, or no secret is set.
        """
        material = secret.encode() if isinstance(secret, str) else secret
        if len(seed) != SEED_LENGTH:
            raise KeyUnreadable(f"a round's key is made from {SEED_LENGTH} bytes")
        if not material:
            raise KeyUnreadable("no secret is set")
        info = b"zhengyan-round-key/v1|" + round_id.encode("ascii")
        salt = hashlib.sha256(material).digest()
        self._root = HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info).derive(seed)
        self._macs: dict[str, bytes] = {}
        self._ciphers: dict[str, ChaCha20Poly1305] = {}

    def __repr__(self) -> str:
        return "<RoundKey>"

    def mac(self, purpose: str, *parts: bytes) -> bytes:
        """Return HMAC-SHA256 over the parts, each with its length before it: 32 bytes.

        Equal parts give the same value; values of two purposes have nothing to do with each other.
        """
        key = self._macs.get(purpose)
        if key is None:
            key = self._macs[purpose] = self._subkey("mac", purpose)
        message = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
        return hmac.digest(key, message, "sha256")

    def wrap(self, plaintext: bytes, *, purpose: str) -> bytes:
        """Return a record that this key alone unwraps, 29 bytes longer than the plaintext. No two are alike."""
        nonce = secrets.token_bytes(_NONCE)
        return _VERSION + nonce + self._cipher(purpose).encrypt(nonce, plaintext, _VERSION + purpose.encode())

    def unwrap(self, record: bytes | memoryview, *, purpose: str) -> bytes:
        """Return the plaintext of a record.

        Raises: KeyUnreadable if it was wrapped by another key or for another purpose, or is damaged.
        """
        stored = bytes(record)
        if len(stored) <= _HEADER or stored[:1] != _VERSION:
            raise KeyUnreadable("no record of a round's key")
        nonce = stored[len(_VERSION) : _HEADER]
        try:
            return self._cipher(purpose).decrypt(nonce, stored[_HEADER:], _VERSION + purpose.encode())
        except InvalidTag as error:
            raise KeyUnreadable("the round's key does not unwrap this record") from error

    def _cipher(self, purpose: str) -> ChaCha20Poly1305:
        cipher = self._ciphers.get(purpose)
        if cipher is None:
            cipher = self._ciphers[purpose] = ChaCha20Poly1305(self._subkey("wrap", purpose))
        return cipher

    def _subkey(self, use: str, purpose: str) -> bytes:
        return HKDFExpand(algorithm=hashes.SHA256(), length=32, info=f"{use}|{purpose}".encode()).derive(self._root)
