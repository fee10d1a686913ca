"""Errors of the cryptographic layer: what other systems see of them, and that none carries what was sealed or typed."""

import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest

from tests.zhengyan_crypto.test_sharing import public_of
from zhengyan_crypto import blindsig, canonical, errors, keys_at_rest, sealing, sharing
from zhengyan_crypto.encoding import b64u_decode, crockford_decode, hex_decode
from zhengyan_crypto.errors import BadBoxKey, BadCode, BadEncoding, BadRecoveryCode, CryptoError, SharesMissing

#: What the anonymous endpoints answer and the client's scripts know by name. A change here breaks printed pages.
PROTOCOL = {
    "bad_encoding": 400,
    "too_large": 413,
    "unknown_cell": 404,
    "bad_token": 403,
    "bad_ballot_signature": 403,
    "bad_revision": 403,
    "bad_answers": 422,
    "bad_key": 422,
    "wrong_key": 422,
    "signing_fault": 500,
    "key_unreadable": 500,
    "bad_code": 422,
    "bad_recovery_code": 422,
    "bad_box_key": 422,
    "bad_share": 422,
    "shares_missing": 422,
    "shares_mixed": 422,
    "wrong_shares": 422,
    "bad_receipt": 422,
    "bad_manifest": 422,
    "bad_bulletin": 422,
}


def kinds_of(base: type[CryptoError]) -> list[type[CryptoError]]:
    return [kind for derived in base.__subclasses__() for kind in (derived, *kinds_of(derived))]


KINDS = [CryptoError, *(kind for kind in kinds_of(CryptoError) if kind.__module__ == errors.__name__)]


def test_codes_and_statuses_are_those_of_the_protocol() -> None:
    assert {kind.code: kind.status for kind in KINDS} == PROTOCOL
    assert {HTTPStatus(status).phrase for status in PROTOCOL.values()}  # ValueError for a status that HTTP lacks


def test_only_what_is_no_json_shares_a_code() -> None:
    shared = [kind.__name__ for kind in KINDS if "code" not in vars(kind)]

    assert shared == ["BadEncoding", "NotCanonical"]
    assert len({kind.code for kind in KINDS}) == len(KINDS) - len(shared)


def test_faults_of_the_server_are_no_fault_of_the_sender() -> None:
    assert {kind.__name__ for kind in KINDS if kind.status >= 500} == {"SigningFault", "KeyUnreadable"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_is_caught_by_its_layers_name(kind: type[CryptoError]) -> None:
    made: dict[str, Any] = {"SharesMissing": 2, "WrongShares": [1, 3]}
    with pytest.raises(CryptoError) as caught:
        raise kind(made.get(kind.__name__, "a fault"))
    assert (caught.value.code, caught.value.status) == (kind.code, kind.status)


@pytest.mark.parametrize("kind", [BadRecoveryCode, BadBoxKey, errors.BadShare])
def test_a_typed_code_is_refused_at_its_first_impossible_character(kind: type[BadCode]) -> None:
    with pytest.raises(kind) as caught:
        crockford_decode("0123-u567-!", length=5, error=kind)
    assert caught.value.position == 5

    with pytest.raises(kind) as caught:
        crockford_decode("0123-4567-8", length=5, error=kind)
    assert caught.value.position is None


def test_shares_say_what_is_missing_and_which_are_suspected() -> None:
    missing, wrong = SharesMissing(2), errors.WrongShares([1, 4])

    assert (missing.missing, str(missing)) == (2, "2 more shares are needed")
    assert wrong.suspects == [1, 4]
    assert "1" not in str(wrong)


MARK = "4f1c9a7e" * 8
SECRET = bytes.fromhex(MARK)
KEY = secrets.token_bytes(32)


def sealed(content: bytes = SECRET) -> bytes:
    return sealing.seal(content, box_public=public_of(KEY), round_id="0" * 32, length=256)


def of_another_key() -> list[sharing.Share]:
    one, *_more = sharing.split(SECRET, threshold=2, shares=2)
    return [one, sharing.split(KEY, threshold=2, shares=2)[1]]


REFUSED: dict[str, Callable[[], object]] = {
    "text that is no base64url": lambda: b64u_decode(f"{MARK}=="),
    "base64url of another length": lambda: b64u_decode(MARK, length=3),
    "no hexadecimal": lambda: hex_decode(MARK.upper(), length=32),
    "a code with an impossible letter": lambda: crockford_decode(f"{MARK}u", length=32, error=BadBoxKey),
    "a code too long": lambda: crockford_decode(MARK, length=5, error=BadBoxKey),
    "no JSON": lambda: canonical.loads(f'{{"{MARK}": tru'),
    "a key twice": lambda: canonical.loads(f'{{"{MARK}": 1, "{MARK}": 2}}'),
    "JSON that is not canonical": lambda: canonical.loads_canonical(f'{{"{MARK}": 1}}'.encode()),
    "too much": lambda: canonical.loads(f'"{MARK}"', max_bytes=8),
    "a value of another kind": lambda: canonical.expect(MARK, int, "revision"),
    "other fields": lambda: canonical.expect_fields({MARK: 1}, frozenset({"cell"}), "entry"),
    "a float": lambda: canonical.dumps([MARK, 1.5]),
    "a row too long": lambda: sealed(SECRET * 9),
    "a row under another key": lambda: sealing.open_row(sealed(), SECRET, round_id="0" * 32),
    "a box key that is none": lambda: sealing.encode_box_key(SECRET[:5]),
    "a box key with a wrong letter": lambda: sealing.decode_box_key(
        "0" + sealing.encode_box_key(SECRET)[1:] if sealing.encode_box_key(SECRET)[0] != "0" else "1"
    ),
    "no private key": lambda: blindsig.decode_private(SECRET),
    "no public key": lambda: blindsig.decode_spki(MARK),
    "a stored key of another secret": lambda: keys_at_rest.decrypt(
        keys_at_rest.encrypt(SECRET, secret="one", purpose="cell"), secret="other", purpose="cell"
    ),
    "a stored key that is none": lambda: keys_at_rest.decrypt(SECRET, secret="one", purpose="cell"),
    "shares of two keys": lambda: sharing.combine(of_another_key(), public=public_of(SECRET)),
}


@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED)
def test_no_error_quotes_what_it_refuses(refused: Callable[[], object]) -> None:
    """A report of the error, which may be mailed or logged, carries no ballot, no key and no code."""
    with pytest.raises(CryptoError) as caught:
        refused()
    said = (str(caught.value) + repr(caught.value)).lower()

    assert str(caught.value)
    for part in (MARK, MARK[:8], repr(SECRET)[2:12].lower()):
        assert part not in said


def test_a_refusal_is_no_error_of_python() -> None:
    """`except ValueError` around a decoder must not swallow a refusal, nor the other way round."""
    assert not any(issubclass(kind, (ValueError, TypeError, LookupError, OSError)) for kind in KINDS)
    with pytest.raises(BadEncoding):
        b64u_decode(None)
