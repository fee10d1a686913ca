"""Private keys of cells and receipts, encrypted before they are stored.

Format: version (1) || salt (16) || nonce (12) || ChaCha20-Poly1305. Each record has a key of its own, derived by
HKDF-SHA256 from the secret in the settings and the record's salt. `purpose` is bound in: a cell's key does not
decrypt as a receipt key.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from zhengyan_crypto.errors import KeyUnreadable

VERSION = b"\x01"
_SALT = 16
_NONCE = 12
_HEADER = len(VERSION) + _SALT + _NONCE


def encrypt(private_key: bytes, *, secret: str | bytes, purpose: str) -> bytes:
    """Return what may be stored."""
    salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
    cipher = ChaCha20Poly1305(_key(secret, salt))
    return VERSION + salt + nonce + cipher.encrypt(nonce, private_key, VERSION + purpose.encode())


def decrypt(stored: bytes, *, secret: str | bytes, purpose: str) -> bytes:
    """Return the private key.

    Raises: KeyUnreadable if the secret or the purpose is another, or the record is damaged or destroyed.
    """
    stored = bytes(stored)
    if len(stored) <= _HEADER or stored[:1] != VERSION:
        raise KeyUnreadable("no encrypted key of a known version")
    salt, nonce, sealed = stored[1 : 1 + _SALT], stored[1 + _SALT : _HEADER], stored[_HEADER:]
    try:
        return ChaCha20Poly1305(_key(secret, salt)).decrypt(nonce, sealed, VERSION + purpose.encode())
    except InvalidTag as error:
        raise KeyUnreadable("the secret in the settings does not decrypt this key") from error


def _key(secret: str | bytes, salt: bytes) -> bytes:
    material = secret.encode() if isinstance(secret, str) else secret
    if not material:
        raise KeyUnreadable("no secret is set")
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=b"anon-keys-at-rest/v1").derive(material)
