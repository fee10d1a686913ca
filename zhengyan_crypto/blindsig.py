"""RSA blind signatures: RFC 9474, variant RSABSSA-SHA384-PSS-Randomized.

The server signs what it cannot read (`blind_sign`); anyone verifies the unblinded signature as ordinary RSA-PSS. The
client's half (`blind`, `finalize`) is here for tests, the demo and the command line; evaluators use their browser.
"""

import hashlib
import math
import secrets
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from zhengyan_crypto.encoding import b64u_decode, b64u_encode
from zhengyan_crypto.errors import BadEncoding, BadKey, BadToken, SigningFault

try:
    import gmpy2
except ImportError:  # gmpy2 is optional: without it signing is slower, and base blinding alone hides its timing
    gmpy2 = None

KEY_BITS = 2048
#: Nobody needs more, and a huge modulus is a way to keep a verifier busy.
MAX_KEY_BITS = 4096
EXPONENT = 65537
SALT_LENGTH = 48
PREFIX_LENGTH = 32
_HASH_LENGTH = 48
_DIGEST = hashes.SHA384()
_PSS = padding.PSS(mgf=padding.MGF1(_DIGEST), salt_length=SALT_LENGTH)


@dataclass(frozen=True)
class Blinding:
    """What the client sends, and the inverse it keeps to unblind the answer."""

    blinded: bytes
    inverse: int


def generate_key() -> rsa.RSAPrivateKey:
    """Return a fresh key for one cell (some 50 ms of work)."""
    return rsa.generate_private_key(public_exponent=EXPONENT, key_size=KEY_BITS)


def encode_private(key: rsa.RSAPrivateKey) -> bytes:
    """Return PKCS 8 DER, in clear: see keys_at_rest before storing it."""
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def decode_private(data: bytes) -> rsa.RSAPrivateKey:
    """Return the private key of PKCS 8 DER, which the caller must have from an authenticated store (keys_at_rest).

    Raises: BadKey.
    """
    try:
        # Full validation tests both primes again, some 50 ms a key, on every paper drawn. What is read here was
        # made by generate_key and is authenticated at rest, and blind_sign checks each signature it gives out.
        key = serialization.load_der_private_key(data, password=None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey("not a PKCS 8 private key") from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise BadKey("not an RSA key")
    _check_public(key.public_key())
    return key


def encode_spki(key: rsa.RSAPublicKey | rsa.RSAPrivateKey) -> str:
    """Return the public half as base64url SubjectPublicKeyInfo."""
    public = key.public_key() if isinstance(key, rsa.RSAPrivateKey) else key
    return b64u_encode(_der(public))


@lru_cache(maxsize=8192)
def decode_spki(text: str) -> rsa.RSAPublicKey:
    """Return the public key of base64url SubjectPublicKeyInfo. Remembers keys, which are public.

    Raises: BadKey for under 2048 bits, another exponent or another kind; BadEncoding.
    """
    data = b64u_decode(text)
    try:
        key = serialization.load_der_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadKey("not a SubjectPublicKeyInfo") from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise BadKey("not an RSA key")
    _check_public(key)
    if _der(key) != data:
        raise BadKey("not the one DER encoding of this key")
    return key


def blind_sign(key: rsa.RSAPrivateKey, blinded: bytes) -> bytes:
    """Return the blind signature of what a client sent (RFC 9474, 4.3).

    Base blinding hides the timing from whoever chose the input; the recheck keeps a faulty CRT half from giving the
    key away.
    Raises: BadEncoding for a wrong length or a value outside 1 < m < n - 1; SigningFault.
    """
    numbers = key.private_numbers()
    n, length = numbers.public_numbers.n, modulus_length(key.public_key())
    if len(blinded) != length:
        raise BadEncoding(f"a blinded message has {length} bytes here")
    message = int.from_bytes(blinded, "big")
    if not 1 < message < n - 1:
        raise BadEncoding("blinded message out of range")
    mask, unmask = _mask(n)
    masked = message * _public_power(mask, n) % n
    half_p = _power(masked % numbers.p, numbers.dmp1, numbers.p)
    half_q = _power(masked % numbers.q, numbers.dmq1, numbers.q)
    signed = half_q + numbers.q * ((half_p - half_q) * numbers.iqmp % numbers.p)
    signed = signed * unmask % n
    if _public_power(signed, n) != message:
        raise SigningFault("the signature just made does not verify")
    return signed.to_bytes(length, "big")


def verify(key: rsa.RSAPublicKey, message: bytes, signature: bytes) -> bool:
    """Return whether signature covers message, which starts with its 32-byte random prefix."""
    try:
        key.verify(signature, message, _PSS, _DIGEST)
    except InvalidSignature:
        return False
    return True


def blind(key: rsa.RSAPublicKey, message: bytes, *, salt: bytes, factor: int) -> Blinding:
    """Return message blinded with a factor invertible modulo n (RFC 9474, 4.2).

    `salt` and `factor` must be unpredictable; credentials derives them from the master secret.
    Raises: BadKey if salt, factor or message share a divisor with n (which nobody will ever see).
    """
    n = key.public_numbers().n
    encoded = int.from_bytes(emsa_pss_encode(message, em_bits=key.key_size - 1, salt=salt), "big")
    try:
        inverse = pow(factor, -1, n)
    except ValueError as error:
        raise BadKey("the blinding factor has no inverse") from error
    if math.gcd(encoded, n) != 1:
        raise BadKey("the message shares a divisor with the modulus")
    blinded = encoded * pow(factor, EXPONENT, n) % n
    return Blinding(blinded.to_bytes(modulus_length(key), "big"), inverse)


def finalize(key: rsa.RSAPublicKey, message: bytes, blind_signature: bytes, *, inverse: int) -> bytes:
    """Return the unblinded signature, verified (RFC 9474, 4.4).

    Raises: BadToken if the server signed something else; BadEncoding for a wrong length.
    """
    n, length = key.public_numbers().n, modulus_length(key)
    if len(blind_signature) != length:
        raise BadEncoding(f"a blind signature has {length} bytes here")
    signature = (int.from_bytes(blind_signature, "big") * inverse % n).to_bytes(length, "big")
    if not verify(key, message, signature):
        raise BadToken("the blind signature does not verify after unblinding")
    return signature


def modulus_length(key: rsa.RSAPublicKey) -> int:
    """Return the length of signatures and blinded messages, in bytes."""
    return (key.key_size + 7) // 8


def emsa_pss_encode(message: bytes, *, em_bits: int, salt: bytes) -> bytes:
    """Return the PSS encoding of message (RFC 8017, 9.1.1) with SHA-384 and MGF1-SHA-384."""
    length = (em_bits + 7) // 8
    if length < _HASH_LENGTH + len(salt) + 2:
        raise BadKey("the modulus is too short for PSS with SHA-384")
    digest = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    block = bytes(length - len(salt) - _HASH_LENGTH - 2) + b"\x01" + salt
    masked = bytearray(left ^ right for left, right in zip(block, _mgf1(digest, len(block)), strict=True))
    masked[0] &= 0xFF >> (8 * length - em_bits)
    return bytes(masked) + digest + b"\xbc"


def _mgf1(seed: bytes, length: int) -> bytes:
    blocks = -(-length // _HASH_LENGTH)
    mask = b"".join(hashlib.sha384(seed + counter.to_bytes(4, "big")).digest() for counter in range(blocks))
    return mask[:length]


def _mask(n: int) -> tuple[int, int]:
    while True:
        mask = secrets.randbelow(n - 2) + 2
        try:
            return mask, pow(mask, -1, n) if gmpy2 is None else int(gmpy2.invert(mask, n))
        except (ValueError, ZeroDivisionError):
            continue


def _public_power(base: int, n: int) -> int:
    return pow(base, EXPONENT, n) if gmpy2 is None else int(gmpy2.powmod(base, EXPONENT, n))


def _power(base: int, exponent: int, modulus: int) -> int:
    # powmod_sec takes the same time whatever the secret exponent is.
    return pow(base, exponent, modulus) if gmpy2 is None else int(gmpy2.powmod_sec(base, exponent, modulus))


def _der(key: rsa.RSAPublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _check_public(key: rsa.RSAPublicKey) -> None:
    numbers = key.public_numbers()
    if not KEY_BITS <= key.key_size <= MAX_KEY_BITS:
        raise BadKey(f"the modulus has {key.key_size} bits, not {KEY_BITS} to {MAX_KEY_BITS}")
    if numbers.e != EXPONENT:
        raise BadKey("the public exponent is not 65537")
