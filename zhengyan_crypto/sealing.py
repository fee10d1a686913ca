"""Sealing ballots for the box, so that whoever reads the box reads nothing, not even a length.

A row is `ephemeral public key (32) || ChaCha20-Poly1305`. Its content key comes from X25519 and HKDF-SHA256: showing
one content key opens that one row, and the box's private key never has to leave the scrutineer's computer.
"""

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from zhengyan_crypto.encoding import crockford_decode, crockford_encode
from zhengyan_crypto.errors import BadBoxKey, BadEncoding, BadKey, TooLarge, WrongKey

ROW_ID_LENGTH = 16
KEY_LENGTH = 32
TAG_LENGTH = 16
_INFO = b"anon-seal/v1|"
# A content key seals one row only, so its nonce may be constant.
_NONCE = bytes(12)
_END = b"\x80"
_STEP = 64
_CHECKSUM_LENGTH = 3


def generate_box_key() -> X25519PrivateKey:
    """Return a fresh box key. Only for tests and the scrutineer's own command: never on a server in use."""
    return X25519PrivateKey.generate()


def encode_box_key(private: bytes) -> str:
    """Return the private key as the scrutineer prints and keeps it: 14 groups of 4, the last few a checksum.

    Raises: BadBoxKey.
    """
    if len(private) != KEY_LENGTH:
        raise BadBoxKey(f"a box key has {KEY_LENGTH} bytes")
    return crockford_encode(private + _checksum(private))


def decode_box_key(text: str) -> bytes:
    """Return the private key of what the scrutineer types.

    Raises: BadBoxKey, also when the checksum does not fit.
    """
    data = crockford_decode(text, length=KEY_LENGTH + _CHECKSUM_LENGTH, error=BadBoxKey)
    private = data[:KEY_LENGTH]
    if data[KEY_LENGTH:] != _checksum(private):
        raise BadBoxKey("the checksum does not fit: a character is wrong")
    return private


def sealed_length(longest: int) -> int:
    """Return the length of rows in which plaintexts of up to `longest` bytes fit, in bytes: padded to whole steps."""
    padded = -(-(longest + len(_END)) // _STEP) * _STEP
    return KEY_LENGTH + padded + TAG_LENGTH


def new_row_id() -> bytes:
    """Return the random name of a row."""
    return secrets.token_bytes(ROW_ID_LENGTH)


def seal(plaintext: bytes, *, box_public: bytes, round_id: str, length: int) -> bytes:
    """Return one sealed row of exactly `length` bytes; plaintext is the canonical entry.

    Raises: TooLarge if it does not fit; BadKey for a public key of low order.
    """
    room = length - KEY_LENGTH - TAG_LENGTH
    if len(plaintext) + len(_END) > room:
        raise TooLarge("longer than any ballot of this form")
    padded = (plaintext + _END).ljust(room, b"\x00")
    ephemeral = X25519PrivateKey.generate()
    epk = ephemeral.public_key().public_bytes_raw()
    key = _derive(ephemeral, box_public, epk=epk, box_public=box_public, round_id=round_id)
    return epk + ChaCha20Poly1305(key).encrypt(_NONCE, padded, round_id.encode("ascii"))


def ephemeral_public(row: bytes) -> bytes:
    """Return the part of a row that the scrutineer needs to derive its content key."""
    return row[:KEY_LENGTH]


def content_key(box_private: bytes, epk: bytes, *, round_id: str) -> bytes:
    """Return the key that opens the row with this ephemeral public key, and no other row.

    Raises: BadKey.
    """
    if len(box_private) != KEY_LENGTH:
        raise BadKey("a box key has 32 bytes")
    private = X25519PrivateKey.from_private_bytes(box_private)
    box_public = private.public_key().public_bytes_raw()
    return _derive(private, epk, epk=epk, box_public=box_public, round_id=round_id)


def open_row(row: bytes, key: bytes, *, round_id: str) -> bytes:
    """Return the plaintext of a row, without its padding.

    Raises: WrongKey if the key is another row's or the row was altered; BadEncoding for a key of a wrong length.
    """
    if len(key) != KEY_LENGTH:
        raise BadEncoding("a content key has 32 bytes")
    try:
        padded = ChaCha20Poly1305(key).decrypt(_NONCE, row[KEY_LENGTH:], round_id.encode("ascii"))
    except InvalidTag as error:
        raise WrongKey("this key does not open this row") from error
    plaintext, end, rest = padded.rpartition(_END)
    if not end or rest.strip(b"\x00"):
        raise WrongKey("the row's padding is damaged")
    return plaintext


def _checksum(private: bytes) -> bytes:
    return hashlib.sha256(b"anon-box-key/v1|" + private).digest()[:_CHECKSUM_LENGTH]


def _derive(private: X25519PrivateKey, peer: bytes, *, epk: bytes, box_public: bytes, round_id: str) -> bytes:
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(peer))
    except ValueError as error:
        raise BadKey("not a usable X25519 public key") from error
    kdf = HKDF(
        algorithm=hashes.SHA256(), length=KEY_LENGTH, salt=epk + box_public, info=_INFO + round_id.encode("ascii")
    )
    return kdf.derive(shared)
