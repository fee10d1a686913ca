"""Bytes as text: base64url and hexadecimal for machines, strict, one text per byte string; Crockford's base 32 for
people, forgiving."""

import binascii
import re

from zhengyan_crypto.errors import BadCode, BadEncoding

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*\Z")
#: What may stand last, by the number of characters beyond whole groups of four: those whose unused bits are 0.
_LAST = {2: frozenset("AQgw"), 3: frozenset("AEIMQUYcgkosw048")}
_HEX = re.compile(r"[0-9a-f]*\Z")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O, U
_CROCKFORD_VALUES = {letter: value for value, letter in enumerate(_CROCKFORD)} | {"O": 0, "I": 1, "L": 1}
_IGNORED = frozenset(" \t\r\n-\u2010\u2011\u2013\u2014\uff0d\u3000\u00a0.\u00b7")


def b64u_encode(data: bytes) -> str:
    """Return base64url without padding (RFC 4648, section 5)."""
    text = binascii.b2a_base64(data, newline=False).decode("ascii")
    return text.rstrip("=").replace("+", "-").replace("/", "_")


def b64u_decode(text: object, *, length: int | None = None) -> bytes:
    """Return the bytes of base64url text.

    Refuses padding, other alphabets, spaces, and set bits after the last byte (two texts for one value).
    Raises: BadEncoding, also when `length` is given and does not match.
    """
    if not isinstance(text, str) or not _ALPHABET.match(text) or len(text) % 4 == 1:
        raise BadEncoding("not base64url without padding")
    over = len(text) % 4
    if over and text[-1] not in _LAST[over]:
        raise BadEncoding("base64url with stray bits at its end")
    data = binascii.a2b_base64(text.replace("-", "+").replace("_", "/") + "=" * (-over % 4))
    if length is not None and len(data) != length:
        raise BadEncoding(f"expected {length} bytes")
    return data


def hex_decode(text: object, *, length: int) -> bytes:
    """Return the `length` bytes of lower-case hexadecimal text.

    Raises: BadEncoding.
    """
    if not isinstance(text, str) or len(text) != 2 * length or not _HEX.match(text):
        raise BadEncoding(f"expected {length} bytes in lower-case hexadecimal")
    return bytes.fromhex(text)


def crockford_encode(data: bytes) -> str:
    """Return Crockford's base 32 in groups of four. The number of bits must be a multiple of 20."""
    number = int.from_bytes(data, "big")
    code = "".join(_CROCKFORD[number >> shift & 31] for shift in range(8 * len(data) - 5, -1, -5))
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def crockford_decode(text: str, *, length: int, error: type[BadCode]) -> bytes:
    """Return the bytes of a code as people type it: any case, any spacing, O for 0, I or L for 1.

    Raises: `error`, with the position of an impossible character, or with the number of characters.
    """
    expected = 8 * length // 5
    number = count = 0
    for letter in text.upper():
        if letter in _IGNORED:
            continue
        count += 1
        if letter not in _CROCKFORD_VALUES:
            raise error(f"character {count} never occurs in such a code", count)
        if count <= expected:
            number = number << 5 | _CROCKFORD_VALUES[letter]
    if count != expected:
        raise error(f"such a code has {expected} characters, this one {count}")
    return number.to_bytes(length, "big")
