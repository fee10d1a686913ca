"""Canonical JSON: one text per value, and nothing else gets in."""

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from zhengyan_crypto import canonical
from zhengyan_crypto.errors import BadEncoding, NotCanonical, TooLarge

INTEGERS = st.integers(min_value=-canonical.MAX_INTEGER, max_value=canonical.MAX_INTEGER)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEYS = st.text(st.characters(max_codepoint=127))
VALUES = st.recursive(INTEGERS | TEXT, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=25)


@given(VALUES)
def test_round_trip(value: Any) -> None:
    assert canonical.loads_canonical(canonical.dumps(value)) == value


@given(VALUES)
def test_equals_rfc8785(value: Any) -> None:
    assert canonical.dumps(value) == rfc8785.dumps(value)


@given(st.dictionaries(KEYS, INTEGERS, min_size=2), st.randoms())
def test_order_of_keys_does_not_matter(value: dict[str, int], random: Any) -> None:
    items = list(value.items())
    random.shuffle(items)
    assert canonical.dumps(dict(items)) == canonical.dumps(value)


@given(VALUES)
def test_other_spacing_is_read_but_not_canonical(value: Any) -> None:
    spaced = json.dumps(value, indent=1).encode() + b"\n"
    assert canonical.loads(spaced) == value
    with pytest.raises(NotCanonical):
        canonical.loads_canonical(spaced)


@given(KEYS, INTEGERS, INTEGERS)
def test_duplicate_keys_are_refused(key: str, first: int, second: int) -> None:
    with pytest.raises(BadEncoding):
        canonical.loads(f"{{{json.dumps(key)}:{first},{json.dumps(key)}:{second}}}")


@given(st.floats())
def test_floats_are_refused(number: float) -> None:
    with pytest.raises(BadEncoding):
        canonical.dumps([number])
    with pytest.raises(BadEncoding):
        canonical.loads(json.dumps([number]))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[1,]",
        b"[true]",
        b"[false]",
        b"[null]",
        b"[1.0]",
        b"[1e3]",
        b"[NaN]",
        b"[Infinity]",
        b"[9007199254740992]",
        b"[-9007199254740992]",
        b"[" + b"9" * 5000 + b"]",
        '{"钥":1}'.encode(),
        b'["\\ud800"]',
        b'["\xff"]',
        b"\xef\xbb\xbf[]",
        b"[1] 2",
        b"[01]",
        b"['a']",
        b'["a\nb"]',
        b"[" * 17 + b"]" * 17,
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
def test_hostile_text_is_refused(text: bytes) -> None:
    with pytest.raises(BadEncoding):
        canonical.loads(text)


@pytest.mark.parametrize(
    "value", [None, True, 1.5, b"x", (1,), {1: 2}, {"键": 1}, "\ud800", 2**53, {"a": {None: 1}}, {1}]
)
def test_values_without_one_text_are_refused(value: Any) -> None:
    with pytest.raises(BadEncoding):
        canonical.dumps(value)


def test_minus_zero_is_not_canonical() -> None:
    with pytest.raises(NotCanonical):
        canonical.loads_canonical(b"[-0]")


def test_too_large_comes_before_parsing() -> None:
    with pytest.raises(TooLarge) as caught:
        canonical.loads(b"[" * 100, max_bytes=99)
    assert (caught.value.code, caught.value.status) == ("too_large", 413)


def test_extra_and_missing_fields_are_named() -> None:
    for value in ({"a": 1}, {"a": 1, "b": 2, "c": 3}, [], "a"):
        with pytest.raises(BadEncoding, match="thing: expected exactly the fields a, b"):
            canonical.expect_fields(value, frozenset({"a", "b"}), "thing")
