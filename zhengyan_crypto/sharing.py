"""Shares of the box key: any k of n give it back, k - 1 tell nothing at all (Shamir, 1979).

Each of the key's 32 bytes is shared alone, over GF(2^8) with the polynomial of AES (0x11b): a random polynomial of
degree k - 1 whose value at 0 is the byte; share number x holds its value at x. SLIP-39 does the same arithmetic. What
it has beyond this we leave out on purpose: groups of groups, a passphrase, a word list in English, and a digest inside
the secret, which we do not need because the round publishes the key's public half, and that tells whether what was
combined is the key. Its error-correcting checksum we replace by three bytes of SHA-256: a slip is found, not mended,
for the paper is at hand.

A share as text: version (1 byte), tag of the key (2), k (1), number (1), value (32), checksum (3), in Crockford's base
32: 16 groups of 4. The tag is that of the key's public half, so that shares of different rounds, or of a key that was
replaced, are told apart before anything is combined.

Side channels: tables are looked up at secret places, so whoever measures this computer's cache while a share is made
or combined could learn of it. It happens twice a round, on a computer that holds the whole key at that moment anyway;
that computer has to be trusted.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from zhengyan_crypto.encoding import crockford_decode, crockford_encode
from zhengyan_crypto.errors import BadKey, BadShare, SharesMissing, SharesMixed, WrongShares

SECRET_LENGTH = 32
#: More shares than that nobody brings together in one room.
MAX_SHARES = 16
_VERSION = 1
_TAG_LENGTH = 2
_CHECKSUM_LENGTH = 3
_TEXT_LENGTH = 1 + _TAG_LENGTH + 2 + SECRET_LENGTH + _CHECKSUM_LENGTH


def _tables() -> tuple[bytes, bytes]:
    """Return the powers of the generator 3, twice over, and the logarithm of each byte but 0."""
    exponentials, logarithms, value = bytearray(510), bytearray(256), 1
    for power in range(255):
        exponentials[power] = exponentials[power + 255] = value
        logarithms[value] = power
        doubled = value << 1
        value ^= doubled ^ 0x11B if doubled & 0x100 else doubled
    return bytes(exponentials), bytes(logarithms)


_EXP, _LOG = _tables()


@dataclass(frozen=True, slots=True)
class Share:
    """One of n; `tag` names the key, `threshold` is k, `number` counts from 1."""

    tag: bytes
    threshold: int
    number: int
    value: bytes

    def encode(self) -> str:
        """Return the share as its holder keeps it on paper: 16 groups of 4, the last few a checksum."""
        body = bytes([_VERSION]) + self.tag + bytes([self.threshold, self.number]) + self.value
        return crockford_encode(body + _checksum(body))


def split(
    secret: bytes, *, threshold: int, shares: int, random: Callable[[int], bytes] = secrets.token_bytes
) -> list[Share]:
    """Return `shares` shares of a box key's private half, of which any `threshold` give it back.

    `random` is for test vectors only.
    Raises: BadKey for a secret of another length; ValueError for numbers that make no sense.
    """
    if len(secret) != SECRET_LENGTH:
        raise BadKey("a box key has 32 bytes")
    if not 2 <= threshold <= shares <= MAX_SHARES:
        raise ValueError("expected 2 <= threshold <= shares <= 16")
    tag = key_tag(_public(secret))
    coefficients = [secret, *(random(SECRET_LENGTH) for _ in range(threshold - 1))]
    return [Share(tag, threshold, number, _value_at(number, coefficients)) for number in range(1, shares + 1)]


def decode_share(text: str) -> Share:
    """Return the share that somebody types.

    Raises: BadShare, also when the checksum does not fit.
    """
    data = crockford_decode(text, length=_TEXT_LENGTH, error=BadShare)
    body, checksum = data[:-_CHECKSUM_LENGTH], data[-_CHECKSUM_LENGTH:]
    if checksum != _checksum(body):
        raise BadShare("the checksum does not fit: a character is wrong")
    threshold, number = body[1 + _TAG_LENGTH], body[2 + _TAG_LENGTH]
    if body[0] != _VERSION or not 2 <= threshold <= MAX_SHARES or not 1 <= number <= MAX_SHARES:
        raise BadShare("not a share of this version")
    return Share(body[1 : 1 + _TAG_LENGTH], threshold, number, body[3 + _TAG_LENGTH :])


class Combined(NamedTuple):
    """A key put together again, and the numbers of the shares that turned out to be false."""

    secret: bytes
    wrong: list[int]


def combine(shares: Iterable[Share], *, public: bytes) -> Combined:
    """Return the private half whose public half is `public`.

    With exactly k shares of which one is false nobody can tell which; with one more, the right ones are found.
    Raises: SharesMixed if they are of another key or of different keys; SharesMissing if there are too few; WrongShares
        if no choice of them makes the key.
    """
    different = list(dict.fromkeys(shares))
    tag = key_tag(public)
    if any(share.tag != tag for share in different) or len({share.threshold for share in different}) > 1:
        raise SharesMixed("a share belongs to another key")
    threshold = different[0].threshold if different else 2
    numbers = {share.number for share in different}
    if len(numbers) < threshold:
        raise SharesMissing(threshold - len(numbers))
    for chosen in combinations(different, threshold):
        if len({share.number for share in chosen}) < threshold:
            continue
        secret = _value_through(chosen, 0)
        if _public(secret) == public:
            wrong = {share.number for share in different if _value_through(chosen, share.number) != share.value}
            return Combined(secret, sorted(wrong))
    raise WrongShares(sorted(numbers))


def key_tag(public: bytes) -> bytes:
    """Return what shares of the key with this public half have in common."""
    return hashlib.sha256(b"anon-box-tag/v1|" + public).digest()[:_TAG_LENGTH]


def _value_through(shares: Sequence[Share], at: int) -> bytes:
    """Return the values at `at` of the 32 polynomials through these shares (Lagrange)."""
    total = bytes(SECRET_LENGTH)
    for share in shares:
        weight = 1
        for other in shares:
            if other.number != share.number:
                weight = _multiply(weight, _divide(at ^ other.number, share.number ^ other.number))
        total = bytes(one ^ _multiply(weight, byte) for one, byte in zip(total, share.value, strict=True))
    return total


def _value_at(number: int, coefficients: Sequence[bytes]) -> bytes:
    """Return the values at `number` of the 32 polynomials with these coefficients (Horner)."""

    def step(value: bytes, coefficient: bytes) -> bytes:
        return bytes(_multiply(byte, number) ^ more for byte, more in zip(value, coefficient, strict=True))

    return reduce(step, reversed(coefficients), bytes(SECRET_LENGTH))


def _multiply(left: int, right: int) -> int:
    return _EXP[_LOG[left] + _LOG[right]] if left and right else 0


def _divide(left: int, right: int) -> int:
    return _EXP[_LOG[left] + 255 - _LOG[right]] if left else 0


def _public(secret: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(b"anon-box-share/v1|" + body).digest()[:_CHECKSUM_LENGTH]
