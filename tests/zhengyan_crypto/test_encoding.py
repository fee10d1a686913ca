"""One text per byte string for machines, forgiveness for people."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengyan_crypto.encoding import b64u_decode, b64u_encode, crockford_decode, crockford_encode, hex_decode
from zhengyan_crypto.errors import BadCode, BadEncoding


@given(st.binary(max_size=80))
def test_base64url_round_trip(data: bytes) -> None:
    assert b64u_decode(b64u_encode(data), length=len(data)) == data


@given(st.text("AQgwEIM048-_z", max_size=7))
def test_base64url_is_decoded_only_from_the_text_it_would_be_encoded_as(text: str) -> None:
    standard = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
    try:
        data = base64.b64decode(standard, validate=True)
    except ValueError:
        data = None
    if data is not None and b64u_encode(data) == text:
        assert b64u_decode(text) == data
    else:
        with pytest.raises(BadEncoding):
            b64u_decode(text)


@pytest.mark.parametrize(
    "text",
    ["QQ==", "QQ=", "Q", "QR", "+A", "/A", "QQ\n", " QQ", "Q Q", "ＱＱ", b"QQ", None, 7, ["QQ"]],
)
def test_base64url_refuses_padding_stray_bits_and_other_alphabets(text: object) -> None:
    with pytest.raises(BadEncoding):
        b64u_decode(text)


def test_base64url_refuses_another_length() -> None:
    with pytest.raises(BadEncoding):
        b64u_decode("QUI", length=3)


@pytest.mark.parametrize("text", ["AB", "a", "abc", "ab ", "0x", "ab\n", b"ab", None])
def test_hex_refuses_what_is_not_lower_case_of_that_length(text: object) -> None:
    with pytest.raises(BadEncoding):
        hex_decode(text, length=1)


@given(st.binary(min_size=20, max_size=20))
def test_crockford_round_trip_however_it_is_typed(data: bytes) -> None:
    code = crockford_encode(data)
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert crockford_decode(code, length=20, error=BadCode) == data
    assert crockford_decode(f" {typed}\n", length=20, error=BadCode) == data


def test_crockford_names_the_impossible_character() -> None:
    with pytest.raises(BadCode, match="character 6") as caught:
        crockford_decode("ABCD-EU" + "0" * 25, length=20, error=BadCode)
    assert caught.value.position == 6
