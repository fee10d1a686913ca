"""RFC 9474 against its vectors, and what must be refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.peer_review.protocol.election import cell_key
from zhengyan_crypto import blindsig
from zhengyan_crypto.encoding import b64u_decode, b64u_encode
from zhengyan_crypto.errors import BadEncoding, BadKey, BadToken, SigningFault

VECTORS = Path(__file__).parents[1] / "vectors"


def load(name: str) -> list[dict[str, Any]]:
    return json.loads((VECTORS / name).read_text())


def number(text: str) -> int:
    return int(text.removeprefix("0x"), 16)


def raw(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


ALL = [*load("rfc9474_cloudflare.json"), *load("rfc9474_cfrg.json")]
OURS = [vector for vector in ALL if len(raw(vector["salt"])) == blindsig.SALT_LENGTH]


def private_key(vector: dict[str, Any]) -> rsa.RSAPrivateKey:
    p, q, d, e, n = (number(vector[name]) for name in ("p", "q", "d", "e", "n"))
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), rsa.RSAPublicNumbers(e, n))
    return numbers.private_key()


def message_of(vector: dict[str, Any]) -> bytes:
    return raw(vector.get("input_msg") or vector["msg"])


def factor_of(vector: dict[str, Any]) -> int:
    return pow(number(vector["inv"]), -1, number(vector["n"]))


@pytest.mark.parametrize("vector", ALL)
def test_blinding_and_signing_match_the_vectors(vector: dict[str, Any]) -> None:
    key = private_key(vector)
    blinding = blindsig.blind(key.public_key(), message_of(vector), salt=raw(vector["salt"]), factor=factor_of(vector))
    assert blinding.blinded == raw(vector["blinded_msg"])
    assert blinding.inverse == number(vector["inv"])
    assert blindsig.blind_sign(key, blinding.blinded) == raw(vector["blind_sig"])


@pytest.mark.parametrize("vector", OURS)
def test_finalizing_matches_the_vectors_of_our_variant(vector: dict[str, Any]) -> None:
    public = private_key(vector).public_key()
    signature = blindsig.finalize(public, message_of(vector), raw(vector["blind_sig"]), inverse=number(vector["inv"]))
    assert signature == raw(vector["sig"])
    assert blindsig.verify(public, message_of(vector), signature)


def test_the_vectors_hold_the_variant_we_use() -> None:
    assert "RSABSSA-SHA384-PSS-Randomized" in [vector.get("name") for vector in OURS]


@pytest.mark.parametrize("vector", [vector for vector in ALL if "encoded_msg" in vector])
def test_pss_encoding_matches_the_vectors(vector: dict[str, Any]) -> None:
    bits = number(vector["n"]).bit_length() - 1
    encoded = blindsig.emsa_pss_encode(message_of(vector), em_bits=bits, salt=raw(vector["salt"]))
    assert encoded == raw(vector["encoded_msg"])


def test_signing_without_gmpy2_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    key = cell_key(0)
    blinded = b"\x01" * 256
    expected = blindsig.blind_sign(key, blinded)
    monkeypatch.setattr(blindsig, "gmpy2", None)
    assert blindsig.blind_sign(key, blinded) == expected


def test_a_faulty_half_never_leaves_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    right = blindsig._power
    calls = []

    def wrong_once(base: int, exponent: int, modulus: int) -> int:
        calls.append(modulus)
        return right(base, exponent, modulus) ^ (len(calls) == 1)

    monkeypatch.setattr(blindsig, "_power", wrong_once)
    with pytest.raises(SigningFault):
        blindsig.blind_sign(cell_key(0), b"\x01" * 256)


@pytest.mark.parametrize(
    "blinded", [b"\x01" * 255, b"\x01" * 257, b"", b"\xff" * 256, bytes(256), bytes(255) + b"\x01"]
)
def test_blind_sign_refuses_wrong_length_and_range(blinded: bytes) -> None:
    with pytest.raises(BadEncoding):
        blindsig.blind_sign(cell_key(0), blinded)


def test_finalize_refuses_a_signature_of_something_else() -> None:
    public = cell_key(0).public_key()
    blinding = blindsig.blind(public, b"p" * 32 + b"message", salt=b"s" * 48, factor=12345)
    signed = blindsig.blind_sign(cell_key(0), blinding.blinded)
    assert blindsig.finalize(public, b"p" * 32 + b"message", signed, inverse=blinding.inverse)
    with pytest.raises(BadToken):
        blindsig.finalize(public, b"p" * 32 + b"another", signed, inverse=blinding.inverse)
    with pytest.raises(BadEncoding):
        blindsig.finalize(public, b"p" * 32 + b"message", signed[1:], inverse=blinding.inverse)


def test_public_keys_survive_their_encoding() -> None:
    text = blindsig.encode_spki(cell_key(0))
    assert blindsig.decode_spki(text).public_numbers() == cell_key(0).public_key().public_numbers()


def test_private_keys_survive_their_encoding() -> None:
    key = blindsig.decode_private(blindsig.encode_private(cell_key(0)))
    assert key.private_numbers() == cell_key(0).private_numbers()


def test_keys_that_may_not_be_used_are_refused() -> None:
    short = rsa.generate_private_key(65537, 1024)
    exponent = rsa.generate_private_key(3, 2048)
    curve = ec.generate_private_key(ec.SECP256R1())
    for key in (short, exponent, curve):
        with pytest.raises(BadKey):
            blindsig.decode_spki(b64u_encode(blindsig._der(key.public_key())))
    for key in (short, exponent):
        with pytest.raises(BadKey):
            blindsig.decode_private(blindsig.encode_private(key))


@pytest.mark.parametrize("damage", [lambda der: der[:-1], lambda der: der + b"\0", lambda der: b"\0" * 20])
def test_damaged_public_keys_are_refused(damage: Any) -> None:
    der = b64u_decode(blindsig.encode_spki(cell_key(0)))
    with pytest.raises(BadKey):
        blindsig.decode_spki(b64u_encode(damage(der)))


def test_what_is_no_private_key_of_ours_is_refused() -> None:
    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    whole = blindsig.encode_private(cell_key(0))

    for data in (b"", b"no key", whole[:-1], curve):
        with pytest.raises(BadKey):
            blindsig.decode_private(data)


def test_a_public_key_has_one_text_only() -> None:
    """The same key without the NULL of its algorithm's parameters: readable, and another fingerprint."""
    data = b64u_decode(blindsig.encode_spki(cell_key(0)))
    oid = bytes.fromhex("06092a864886f70d010101")
    start = data.index(oid)
    assert data[start - 2 : start] == b"\x30\x0d"
    assert data[start + len(oid) : start + len(oid) + 2] == b"\x05\x00"
    body = b"\x30\x0b" + oid + data[start + len(oid) + 2 :]
    other = b"\x30\x82" + len(body).to_bytes(2, "big") + body

    with pytest.raises(BadKey):
        blindsig.decode_spki(b64u_encode(other))


def test_a_factor_without_an_inverse_blinds_nothing() -> None:
    key = cell_key(0)
    for factor in (0, key.private_numbers().p, key.private_numbers().q):
        with pytest.raises(BadKey):
            blindsig.blind(key.public_key(), b"m" * 40, salt=b"s" * blindsig.SALT_LENGTH, factor=factor)


def test_a_message_that_shares_a_divisor_with_the_modulus_is_not_blinded() -> None:
    """A modulus that three divides: every third encoding would give a factor away."""
    modulus = 3 * (2**2047 // 3 | 1)
    key = rsa.RSAPublicNumbers(blindsig.EXPONENT, modulus).public_key()
    refused = []
    for number in range(24):
        salt = number.to_bytes(blindsig.SALT_LENGTH, "big")
        encoded = blindsig.emsa_pss_encode(b"m" * 40, em_bits=key.key_size - 1, salt=salt)
        divides = int.from_bytes(encoded, "big") % 3 == 0
        if divides:
            with pytest.raises(BadKey):
                blindsig.blind(key, b"m" * 40, salt=salt, factor=2)
        refused.append(divides)

    assert 0 < sum(refused) < len(refused)


def test_a_modulus_too_short_for_the_encoding_is_refused() -> None:
    least = 8 * (48 + blindsig.SALT_LENGTH + 2)

    assert len(blindsig.emsa_pss_encode(b"m", em_bits=least, salt=bytes(blindsig.SALT_LENGTH))) == least // 8
    with pytest.raises(BadKey):
        blindsig.emsa_pss_encode(b"m", em_bits=least - 8, salt=bytes(blindsig.SALT_LENGTH))
